"""The desk's pages. Each file has the routes of one page."""

from clausewatch.desk.pages import (
    account,
    calendar,
    change,
    feeds,
    inbox,
    operation,
    people,
    policies,
    report,
    reviews,
    search,
    stored,
    text,
    tokens,
)

ROUTERS = tuple(
    module.router
    for module in (
        *(inbox, change, reviews, stored, policies, text, search, calendar, report, operation, account),
        *(feeds, people, tokens),
    )
)
