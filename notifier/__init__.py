"""Floor 4: turns each finding that a subscription asks for into deliveries, and sends the deliveries."""
