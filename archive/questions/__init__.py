"""Read-only answers: history, blame, status."""
