"""Attacks of hostile sites on the crawler, in a network that is cut off from the world."""
