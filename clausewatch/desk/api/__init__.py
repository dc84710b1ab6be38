"""The API of the desk. Programs read the same rows as from the command line's JSON, and record reviews."""

from clausewatch.desk.api import changes, description, operation, policies, questions, reviews, texts

ROUTERS = tuple(module.router for module in (policies, texts, changes, reviews, questions, operation, description))
