"""Visits one policy, assesses the response in a worker, and records the result."""
