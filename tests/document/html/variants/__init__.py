"""Kinds of markup that are read wrong in other pages: a file for each kind."""
