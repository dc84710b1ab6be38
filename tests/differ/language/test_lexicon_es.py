"""Tests what the Spanish lexicon recognises and what it must not recognise."""

from __future__ import annotations

import pytest

from tests.differ.lexicon_cases import concepts, heading_topics, plain

FOUND = [
    ("share", "Compartimos la dirección con el mensajero."),
    ("share", "La lista se cederá al almacén."),
    ("share", "Facilitamos la lista a nuestros socios."),
    ("sell", "No vendemos la lista."),
    ("recipient.group", "Las empresas de nuestro grupo ven la cesta."),
    ("recipient.processors", "Un encargado del tratamiento imprime etiquetas."),
    ("recipient.advertising", "Los anunciantes ponen un píxel."),
    ("recipient.brokers", "Los corredores de datos no reciben nada."),
    ("recipient.third", "Terceras personas leen la lista."),
    ("threshold.order", "Respondemos a una orden judicial."),
    ("negation", "Su nombre nunca se muestra."),
    ("limiter.only", "Únicamente el cajero lo lee."),
    ("limiter.except", "Salvo urgencia, la puerta está cerrada."),
    ("modality.may", "El museo podrá cerrar antes."),
    ("modality.discretion", "El museo se reserva el derecho."),
    ("consent", "Pedimos su consentimiento."),
    ("consent.express", "Hace falta su consentimiento expreso."),
    ("consent.prior", "Hace falta su previo consentimiento."),
    ("consent.written", "Usted acepta por escrito."),
    ("consent.withdraw", "Puedes revocar tu consentimiento."),
    ("transfer.abroad", "Las copias salen fuera de la Unión Europea."),
    ("transfer.safeguard", "Hay cláusulas contractuales tipo."),
    ("merger", "En una fusión, la lista pasa al nuevo dueño."),
    ("data.aggregate", "Se muestran cifras anonimizadas."),
    ("data.sensitive", "No preguntamos por su salud."),
    ("purpose.marketing", "El boletín llega en mayo."),
    ("right.grant", "Usted tiene en todo momento derecho a preguntar."),
    ("right.access", "Puede pedir una copia."),
    ("right.erase", "Se suprimirá la ficha."),
    ("right.rectify", "Rectificaremos lo inexacto."),
    ("right.object", "Puede oponerse."),
    ("right.portability", "La portabilidad es sencilla."),
    ("optout", "Aquí puede darse de baja."),
    ("exercise", "Presente una solicitud en taquilla."),
    ("exercise.deadline", "Respuesta en el plazo de treinta días."),
    ("exercise.dpo", "Escriba al delegado de protección de datos."),
    ("exercise.identity", "Adjunte copia de su DNI."),
    ("exercise.free", "Es gratuito."),
    ("complaint", "Puede reclamar ante la AEPD."),
    ("change", "Última actualización en mayo."),
    ("boilerplate", "Todos los derechos reservados."),
]

NOT_FOUND = [
    ("share", "El museo abre a las diez."),
    ("sell", "La ventana da al patio."),
    ("recipient.third", "El tercio del patio es verde."),
    ("consent", "Usted no acepta perros."),
    ("consent.express", "Se pide su consentimiento."),
    ("consent.withdraw", "Se pide su consentimiento."),
    ("negation", "El patio es noble."),
    ("transfer.abroad", "El baño está fuera de servicio."),
    ("right.access", "El patio tiene acceso por la calle."),
    ("exercise.deadline", "Los días de lluvia el patio cierra."),
]


@pytest.mark.parametrize(("concept", "sentence"), FOUND)
def test_a_wording_mentions_its_concept(concept: str, sentence: str) -> None:
    assert concept in concepts("es", sentence)


@pytest.mark.parametrize(("concept", "sentence"), NOT_FOUND)
def test_a_lookalike_does_not_mention_the_concept(concept: str, sentence: str) -> None:
    assert concept not in concepts("es", sentence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Conservamos sus datos personales", "Almacenamos su información"),
        ("Un e-mail al proveedor", "Un correo electrónico al encargado del tratamiento"),
        ("Durante el período solo", "Durante el periodo sólo"),
    ],
)
def test_spellings_and_synonyms_are_read_as_the_same_words(before: str, after: str) -> None:
    assert sorted(plain("es", before)) == sorted(plain("es", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("podemos compartir", "debemos compartir"),
        ("con su consentimiento expreso", "con su consentimiento"),
        ("no vendemos la lista", "vendemos la lista"),
        ("todas las categorías", "ciertas categorías"),
    ],
)
def test_words_with_different_legal_effects_are_read_as_different_words(before: str, after: str) -> None:
    assert sorted(plain("es", before)) != sorted(plain("es", after))


@pytest.mark.parametrize(
    ("topic", "heading"),
    [
        ("sharing", "5. ¿Con quién compartimos los datos?"),
        ("transfer", "Transferencias internacionales"),
        ("rights", "Sus derechos"),
        ("choices", "Sus opciones"),
        ("retention", "Plazo de conservación"),
        ("contact", "Contacto"),
        ("policy_change", "Cambios en esta política"),
    ],
)
def test_a_heading_tells_what_its_section_is_about(topic: str, heading: str) -> None:
    assert topic in heading_topics("es", heading)
