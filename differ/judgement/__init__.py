"""Decides whether an edit matters: effects, recipients, topics, severity."""
