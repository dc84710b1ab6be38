"""One policy visited, assessed in a worker, and recorded."""
