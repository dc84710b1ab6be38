"""Words, sentences and their meaning, by a lexicon for each language."""
