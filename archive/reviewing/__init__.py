"""Keeps what people say about changes besides reviews of findings: marks on quiet edits, notes and assignments."""
