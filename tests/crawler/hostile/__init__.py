"""Attacks of hostile sites on the crawler, in a network without a way out."""
