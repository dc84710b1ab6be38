"""Turns an HTML page into lines, without its boilerplate."""
