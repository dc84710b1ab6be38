"""Proves what was recorded: chain heads, verification, time stamps, bundles, WARC."""
