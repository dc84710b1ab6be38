"""Describes the answers of the API. The rows themselves are made in `clausewatch.output.json_rows`."""
