"""One visit assessed in one pure call."""
