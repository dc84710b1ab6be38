"""Keeps who may open the desk: people, sessions, links, tokens and secret addresses. Records who did what there."""
