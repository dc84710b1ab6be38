"""Floor 4: fetches the policies that are due, and passes each result to the pipeline."""
