"""Variants that are not read right yet, under the tests that fail of them: one that passes must be taken off."""

_NOT_OPENED = "hidden text without a full stop, and what opens it is not recognised"
_BESIDE = "a short section beside the largest one is left out"
_SLOTS = "what a host holds is put after its shadow root, not in the slots"

NOT_YET: dict[str, dict[str, str]] = {
    "lost unseen": {
        "04_hidden_answers/question-that-is-a-plain-element": _NOT_OPENED,
        "04_hidden_answers/hidden-rows": _NOT_OPENED,
        "04_hidden_answers/tooltip": "aria-describedby does not count as what shows a text",
        "05_read_more/rest-of-a-list": _NOT_OPENED,
        "13_boxes/frame-in-a-frame": "only frames of the page itself are opened",
        "30_whole_pages/short-first-box": _BESIDE,
        "30_whole_pages/short-last-box": _BESIDE,
        "30_whole_pages/summary-above-the-title": "a short box before the title is left out",
    },
    "lost foreign unseen": {
        "11_streamed_segments/solid-or-marko-reorder": "only segments in hidden elements are moved, not in templates",
    },
    "lost": {
        "03_button_headings/summary-at-the-end": "a summary is shown first, wherever it is",
        "03_button_headings/copy-buttons-in-a-box": "two buttons among words without a full stop make a widget",
        "04_hidden_answers/seen-but-not-read-aloud": "aria-hidden hides from readers aloud, not from sight",
        "12_shadow_roots/slotted-once": _SLOTS,
        "12_shadow_roots/named-slots-in-other-order": _SLOTS,
        "12_shadow_roots/two-named-slots-twice": _SLOTS,
    },
    "foreign": {
        "12_shadow_roots/fallback-of-a-filled-slot": _SLOTS,
        "20_left_out/newsletter-form": "a form with a sentence is text, whatever it is called",
        "20_left_out/language-switcher": "a list of links without a telling name",
        "20_left_out/screen-reader-skip-link": "a single link to a place of the page",
        "20_left_out/back-to-top-and-print": "a single link to a place of the page",
        "20_left_out/consent-form-with-toggles": "the heading of a box of settings stays, its settings go",
        "20_left_out/offer-between-sections": "a heading and one link to the shop",
    },
}
