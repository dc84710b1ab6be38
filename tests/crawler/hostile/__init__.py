"""Tests attacks of hostile sites on the crawler, in a network without a connection to other machines."""
