"""The desk's pages. Each file has the routes of one page."""

from clausewatch.desk.pages import account, change, inbox, reviews, stored

ROUTERS = tuple(module.router for module in (inbox, change, reviews, stored, account))
