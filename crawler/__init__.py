"""Floor 4: fetches the policies that are due, and hands each result to one pipeline."""
