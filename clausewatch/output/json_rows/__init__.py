"""Makes the rows for all JSON output. Other programs depend on the keys of these rows."""

from clausewatch.output.json_rows.answers import (
    blame_row,
    delivery_row,
    lacking_row,
    language_row,
    recipients_row,
    redline_row,
    rights_row,
    search_row,
    stats_row,
    status_row,
    subscription_row,
    verification_row,
    with_days,
)
from clausewatch.output.json_rows.found_pages import found_pages_row
from clausewatch.output.json_rows.judgements import comparison_report, comparison_row, diagnosis_row, unreadable_row
from clausewatch.output.json_rows.periods import calendar_row, period_row
from clausewatch.output.json_rows.row import Row, as_json, as_json_line
from clausewatch.output.json_rows.versions import (
    history_row,
    inventory_page_row,
    located_suppression_row,
    quiet_tally_row,
    reviewable_row,
    show_row,
    tally_row,
    waiting_row,
)

__all__ = [
    "Row",
    "as_json",
    "as_json_line",
    "blame_row",
    "calendar_row",
    "comparison_report",
    "comparison_row",
    "delivery_row",
    "diagnosis_row",
    "found_pages_row",
    "history_row",
    "inventory_page_row",
    "lacking_row",
    "language_row",
    "located_suppression_row",
    "period_row",
    "quiet_tally_row",
    "recipients_row",
    "redline_row",
    "reviewable_row",
    "rights_row",
    "search_row",
    "show_row",
    "stats_row",
    "status_row",
    "subscription_row",
    "tally_row",
    "unreadable_row",
    "verification_row",
    "waiting_row",
    "with_days",
]
