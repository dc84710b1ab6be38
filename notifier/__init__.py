"""Floor 4: each material finding that a subscription asks for becomes deliveries that arrive."""
