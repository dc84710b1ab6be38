"""Tests what the French lexicon recognises and what it must not recognise."""

from __future__ import annotations

import pytest

from tests.differ.lexicon_cases import concepts, heading_topics, plain

FOUND = [
    ("share", "Vos coordonnées sont transmises au transporteur."),
    ("share", "Nous pourrions divulguer ces fichiers."),
    ("share", "Nous fournissons cette liste à nos partenaires."),
    ("sell", "Nous ne louons ni ne vendons ce fichier."),
    ("recipient.group", "Les sociétés du groupe voient votre panier."),
    ("recipient.processors", "Un sous-traitant imprime les étiquettes."),
    ("recipient.advertising", "Des régies publicitaires déposent un pixel."),
    ("recipient.brokers", "Aucun courtier en données n'intervient."),
    ("recipient.third", "Des tiers lisent ces journaux."),
    ("threshold.order", "Nous répondons aux réquisitions judiciaires."),
    ("negation", "Votre nom n'est jamais affiché."),
    ("negation", "Sans votre accord, rien ne part."),
    ("limiter.only", "Ces noms ne sont lus que par le caissier."),
    ("limiter.only", "Le caissier n'en parle qu'avec vous."),
    ("limiter.except", "Sauf urgence, la porte reste close."),
    ("modality.may", "Le musée peut fermer plus tôt."),
    ("modality.discretion", "Le musée se réserve le droit de fermer."),
    ("consent", "Nous demandons votre consentement."),
    ("consent.express", "Il faut votre accord exprès."),
    ("consent.prior", "Il faut recueillir son consentement préalable."),
    ("consent.written", "Vous acceptez par écrit."),
    ("consent.implied", "En poursuivant votre visite, vous dites oui."),
    ("consent.withdraw", "Vous pouvez retirer à tout moment votre consentement."),
    ("transfer.abroad", "Les copies partent hors de l'Union européenne."),
    ("transfer.safeguard", "Des clauses contractuelles types sont signées."),
    ("merger", "Lors d'une cession d'actifs, le fichier suit."),
    ("data.aggregate", "Des chiffres anonymisés sont affichés."),
    ("data.sensitive", "Nous ne demandons rien sur votre santé."),
    ("purpose.marketing", "Une lettre d'information part chaque mois."),
    ("right.grant", "Vous disposez à tout moment d'un droit de regard."),
    ("right.access", "Votre droit d'accès est simple."),
    ("right.erase", "Demandez l'effacement de la fiche."),
    ("right.rectify", "Faites corriger une adresse inexacte."),
    ("right.object", "Vous pouvez vous opposer à ce traitement."),
    ("right.portability", "Le fichier est remis dans un format structuré."),
    ("right.automated", "Aucune décision automatisée n'est prise."),
    ("optout", "Cliquez pour vous désabonner."),
    ("exercise", "Adressez une demande au guichet."),
    ("exercise.deadline", "Réponse dans un délai de trente jours."),
    ("exercise.dpo", "Écrivez à notre délégué à la protection des données."),
    ("exercise.identity", "Joignez une copie d'un titre d'identité."),
    ("exercise.free", "C'est gratuit la première fois."),
    ("exercise.refuse", "Une demande manifestement excessive est rejetée."),
    ("complaint", "Vous pouvez saisir la CNIL."),
    ("change", "La dernière mise à jour date de mars."),
    ("boilerplate", "Tous droits réservés au musée."),
]

NOT_FOUND = [
    ("negation", "Les visiteurs passent par la cour."),
    ("limiter.only", "La salle que vous aimez est ouverte."),
    ("share", "Le public entre par la cour."),
    ("sell", "Le vendeur de glaces sourit."),
    ("recipient.third", "Le quart des visiteurs revient."),
    ("consent", "Vous n'acceptez pas les chiens."),
    ("consent.express", "Votre consentement est demandé."),
    ("consent.written", "Ce guide fut imprimé à Lyon."),
    ("right.object", "Une objectivité rare."),
    ("transfer.abroad", "La salle est hors service."),
    ("complaint", "La cour est en travaux."),
    ("exercise.deadline", "Les jours de pluie, la cour ferme."),
]


@pytest.mark.parametrize(("concept", "sentence"), FOUND)
def test_a_wording_mentions_its_concept(concept: str, sentence: str) -> None:
    assert concept in concepts("fr", sentence)


@pytest.mark.parametrize(("concept", "sentence"), NOT_FOUND)
def test_a_lookalike_does_not_mention_the_concept(concept: str, sentence: str) -> None:
    assert concept not in concepts("fr", sentence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Nous conservons vos données personnelles", "Nous stockons vos informations"),
        ("Écrivez un e-mail au prestataire", "Écrivez un courriel au sous-traitant"),
        ("Un événement sur la plate-forme", "Un évènement sur la plateforme"),
    ],
)
def test_spellings_and_synonyms_are_read_as_the_same_words(before: str, after: str) -> None:
    assert sorted(plain("fr", before)) == sorted(plain("fr", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nous pouvons partager", "nous devons partager"),
        ("avec votre consentement exprès", "avec votre consentement"),
        ("nous ne vendons pas le fichier", "nous vendons le fichier"),
        ("toutes les catégories", "certaines catégories"),
    ],
)
def test_words_with_different_legal_effects_are_read_as_different_words(before: str, after: str) -> None:
    assert sorted(plain("fr", before)) != sorted(plain("fr", after))


@pytest.mark.parametrize(
    ("topic", "heading"),
    [
        ("sharing", "5. À qui vos données sont-elles communiquées ?"),
        ("transfer", "Transferts hors de l'Union européenne"),
        ("rights", "Vos droits"),
        ("choices", "Gérer vos préférences"),
        ("retention", "Durée de conservation"),
        ("cookies", "Cookies et autres traceurs"),
        ("policy_change", "Mise à jour de cette page"),
    ],
)
def test_a_heading_tells_what_its_section_is_about(topic: str, heading: str) -> None:
    assert topic in heading_topics("fr", heading)
