"""Whether an edit matters: effects, recipients, topics, severity."""
