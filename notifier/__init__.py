"""Floor 4: turns each material finding that a subscription asks for into deliveries, and sends them."""
