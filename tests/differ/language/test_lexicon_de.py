"""Tests what the German lexicon recognises and what it must not recognise."""

from __future__ import annotations

import pytest

from tests.differ.lexicon_cases import concepts, heading_topics, plain

FOUND = [
    ("share", "Ihre Anschrift wird an den Kurier weitergegeben."),
    ("share", "Wir geben diese Daten an das Lager."),
    ("share", "Die Liste wird dem Lager offengelegt."),
    ("sell", "Wir verkaufen diese Liste an niemanden."),
    ("recipient.group", "Unsere Konzerngesellschaften lesen mit."),
    ("recipient.processors", "Ein Auftragsverarbeiter druckt die Etiketten."),
    ("recipient.advertising", "Werbepartner setzen ein Pixel."),
    ("recipient.brokers", "Datenhändler bekommen nichts."),
    ("recipient.third", "Dritte sehen die Liste nicht."),
    ("recipient.authorities", "Strafverfolgungsbehörden fragen schriftlich an."),
    ("negation", "Ihr Name wird nie gezeigt."),
    ("negation", "Ohne Anlass fragt keiner."),
    ("limiter.only", "Ausschließlich der Kassierer liest das."),
    ("limiter.except", "Es sei denn, der Richter fragt."),
    ("limiter.subject", "Sofern das Lager offen ist."),
    ("modality.may", "Das Museum kann früher schließen."),
    ("modality.discretion", "Das Museum behält sich das vor."),
    ("consent", "Wir bitten um Ihre Einwilligung."),
    ("consent.express", "Nötig ist Ihre ausdrückliche Zustimmung."),
    ("consent.prior", "Nötig ist die vorherige schriftliche Einwilligung."),
    ("consent.written", "Sie antworten schriftlich."),
    ("consent.withdraw", "Diese Einwilligung können Sie jederzeit widerrufen."),
    ("transfer.abroad", "Kopien liegen in einem Drittland."),
    ("transfer.safeguard", "Es gelten Standardvertragsklauseln."),
    ("merger", "Bei einer Verschmelzung folgt die Liste."),
    ("data.aggregate", "Gezeigt werden anonymisierte Zahlen."),
    ("data.sensitive", "Nach Ihrer Gesundheit fragen wir nicht."),
    ("purpose.marketing", "Der Newsletter kommt im Mai."),
    ("right.grant", "Sie haben jederzeit das Recht zu fragen."),
    ("right.access", "Sie können Auskunft verlangen."),
    ("right.erase", "Die Karte wird gelöscht."),
    ("right.rectify", "Unrichtige Angaben werden berichtigt."),
    ("right.object", "Sie können widersprechen."),
    ("right.portability", "Die Datenübertragbarkeit ist einfach."),
    ("optout", "Hier können Sie den Rundbrief abbestellen."),
    ("exercise", "Ihre Rechte können Sie am Schalter geltend machen."),
    ("exercise.deadline", "Antwort innerhalb von dreißig Tagen."),
    ("exercise.dpo", "Fragen Sie unsere Datenschutzbeauftragte."),
    ("exercise.identity", "Bitte mit Nachweis der Identität."),
    ("exercise.free", "Das ist unentgeltlich."),
    ("complaint", "Beschwerden nimmt die Aufsichtsbehörde an."),
    ("change", "Änderungen dieser Datenschutzerklärung hängen aus."),
    ("boilerplate", "Alle Rechte vorbehalten."),
]

NOT_FOUND = [
    ("share", "Das Museum teilte sich früher das Haus."),
    ("sell", "Das Café im Hof hat Kuchen."),
    ("recipient.third", "Im Hof steht ein Brunnen."),
    ("recipient.processors", "Unsere Dienstleistungen im Haus."),
    ("consent.express", "Ihre Einwilligung wird erbeten."),
    ("consent.withdraw", "Ihre Einwilligung wird erbeten."),
    ("negation", "Der Hof ist offen."),
    ("transfer.abroad", "Der Hof liegt außerhalb der Stadtmauer."),
    ("right.erase", "Der Hof ist offen."),
    ("exercise.deadline", "An Tagen mit Regen bleibt der Hof zu."),
]


@pytest.mark.parametrize(("concept", "sentence"), FOUND)
def test_a_wording_mentions_its_concept(concept: str, sentence: str) -> None:
    assert concept in concepts("de", sentence)


@pytest.mark.parametrize(("concept", "sentence"), NOT_FOUND)
def test_a_lookalike_does_not_mention_the_concept(concept: str, sentence: str) -> None:
    assert concept not in concepts("de", sentence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Personenbezogene Daten werden gespeichert", "Informationen werden aufbewahrt"),
        ("Eine E-Mail an den Dienstleister", "Eine Mail an den Auftragsverarbeiter"),
        ("Maßnahmen auf Grund der Gesetze", "Massnahmen aufgrund der Vorschriften"),
    ],
)
def test_spellings_and_synonyms_are_read_as_the_same_words(before: str, after: str) -> None:
    assert sorted(plain("de", before)) == sorted(plain("de", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("wir können teilen", "wir müssen teilen"),
        ("mit ausdrücklicher Einwilligung", "mit Einwilligung"),
        ("wir verkaufen die Liste nicht", "wir verkaufen die Liste"),
        ("alle Kategorien", "bestimmte Kategorien"),
    ],
)
def test_words_with_different_legal_effects_are_read_as_different_words(before: str, after: str) -> None:
    assert sorted(plain("de", before)) != sorted(plain("de", after))


@pytest.mark.parametrize(
    ("topic", "heading"),
    [
        ("sharing", "5. Weitergabe an Dritte"),
        ("transfer", "Übermittlung in Drittländer"),
        ("rights", "Ihre Rechte"),
        ("choices", "Abmeldung und Einstellungen"),
        ("retention", "Speicherdauer"),
        ("contact", "Kontakt"),
        ("policy_change", "Änderungen dieser Erklärung"),
    ],
)
def test_a_heading_tells_what_its_section_is_about(topic: str, heading: str) -> None:
    assert topic in heading_topics("de", heading)
