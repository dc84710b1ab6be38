"""Kinds of markup that are easily misread, with one file for each kind."""
