"""Stores who may open the desk: people, sessions, links, tokens and secret addresses. Also logs what people did at the
desk.
"""
