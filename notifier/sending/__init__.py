"""Makes one pass over the outbox: plan, dispatch, record the outcome."""
