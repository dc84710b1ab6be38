"""Finds words, sentences and their meaning, with a lexicon for each language."""
