"""Works through the outbox once: plans, dispatches, records the outcomes."""
