"""Works through the outbox once: plans messages, sends them, and records the outcomes."""
