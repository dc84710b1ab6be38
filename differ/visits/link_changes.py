"""Finds links about a right or a choice that have the same words as before, but now lead to a different site."""

from __future__ import annotations

from collections import defaultdict

from differ.explanation import Explanation
from differ.judgement.profiles import Profile
from differ.judgement.verdict import Verdict
from differ.model import Edit, Finding, Suppression
from document.identity import rights_sites
from document.model import UNKNOWN_LANGUAGE, Document


def moved_links(before: Document, after: Document, profile: Profile) -> list[Finding]:
    """Return a finding for each link that has the same words in both documents, but now leads to a different site."""
    old, new = sites(before), sites(after)
    language = next(iter(after.languages), UNKNOWN_LANGUAGE)
    return [
        moved_link(
            words,
            ", ".join(sorted(old[words] - new[words])),
            ", ".join(sorted(came)),
            language=language,
            profile=profile,
        )
        for words in sorted(old.keys() & new.keys())
        if old[words] - new[words] and (came := of_other_sites(new[words], old[words]))
    ]


def of_other_sites(hosts: set[str], known: set[str]) -> set[str]:
    """Return the hosts that are not known. A parent or child domain of a known host is known too. For example,
    www.example.org is known if example.org is known."""
    return {
        host
        for host in hosts
        if not any(host == one or host.endswith(f".{one}") or one.endswith(f".{host}") for one in known)
    }


def sites(document: Document) -> dict[str, set[str]]:
    """Return the sites of links about rights. The key is the words of the link. The value is a set, because several
    links may have the same words, such as "here".
    """
    hosts: dict[str, set[str]] = defaultdict(set)
    for words, host in rights_sites(document):
        hosts[words].add(host)
    return hosts


def moved_link(words: str, old: str, new: str, *, language: str, profile: Profile) -> Finding:
    """Return the finding about one link."""
    plain = profile.plain["link"]
    explanation = Explanation(plain.rule, (words,), (new,))
    material = profile.is_material("contact", watched=True)
    return Verdict(
        plain.rule, plain.source, "contact", severity="medium", material=material, explanation=explanation
    ).finding(
        profile,
        section="",
        language=language,
        before=f"{words} → {old}",
        after=f"{words} → {new}",
        edits=(Edit("keep", f"{words} → "), Edit("delete", old), Edit("insert", new)),
    )


def retargeted_links(before: Document, after: Document) -> list[Suppression]:
    """Return a suppression for each link that kept its words, but has a new target that is not reported. The target is
    not reported if the link is not about a right, or if its site is the same."""
    old, new = targets(before), targets(after)
    former, present = sites(before), sites(after)
    moved = {words for words, hosts in present.items() if of_other_sites(hosts, former.get(words, set()))}
    return [
        Suppression(
            section, "link", f"{words} → {', '.join(sorted(gone))}", after=f"{words} → {', '.join(sorted(came))}"
        )
        for section, words in sorted(old.keys() & new.keys())
        if words not in moved
        and (gone := old[section, words] - new[section, words])
        and (came := new[section, words] - old[section, words])
    ]


def targets(document: Document) -> dict[tuple[str, str], set[str]]:
    """Return the targets of links, by section and words."""
    by_link: dict[tuple[str, str], set[str]] = defaultdict(set)
    for section in document.sections:
        for block in section.blocks:
            for link in block.links:
                by_link[" > ".join(section.path), link.text].add(link.target)
    return by_link
