"""Formats answers as text, HTML and JSON."""
