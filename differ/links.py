"""Links that stand for a right or a choice and now go to another site: the words stay, what they lead to does not."""

from __future__ import annotations

from differ.model import Edit, Finding
from differ.profiles import Profile
from document import identity_words
from document.model import Document

RULE = "T8.link"
SOURCE = "Colorado 4 CCR 904-3, rule 6.04 (6): methods of exercising rights"


def moved_links(before: Document, after: Document, profile: Profile) -> list[Finding]:
    """Return a finding for each link of both documents, of the same words, whose site changed."""
    old, new = dict(identity_words(before)[2]), dict(identity_words(after)[2])
    return [
        Finding(
            topic="contact",
            section="",
            language=next(iter(after.languages), "und"),
            material=True,
            severity="medium",
            rule=RULE,
            source=SOURCE,
            clause=profile.clause("contact"),
            before=f"{words} → {old[words]}",
            after=f"{words} → {new[words]}",
            reason=f"A link for rights or choices, “{words}”, now goes to another site: {new[words]}.",
            edits=(Edit("keep", f"{words} → "), Edit("delete", old[words]), Edit("insert", new[words])),
        )
        for words in sorted(old.keys() & new.keys())
        if old[words] != new[words]
    ]
