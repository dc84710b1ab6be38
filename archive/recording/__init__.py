"""Writes the results of visits, imports and reviews, and decides which policies are due."""
