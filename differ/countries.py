"""Names of countries and regions in the languages that have a lexicon."""

from __future__ import annotations

import re

NAMES = """United States|USA|U.S.|US|Amerika Serikat|États-Unis|Estados Unidos|Vereinigte Staaten|Canada|Kanada|Mexico|Brazil|Brasil|Argentina|Chile|Colombia|
United Kingdom|UK|Inggris|Royaume-Uni|Reino Unido|Ireland|Irlandia|Irlande|Irlanda|Germany|Jerman|Allemagne|Deutschland|Alemania|France|Prancis|Spain|Spanyol|Espagne|España|
Italy|Netherlands|Belanda|Pays-Bas|Belgium|Switzerland|Swiss|Suisse|Schweiz|Austria|Sweden|Norway|Denmark|Finland|Poland|Portugal|Iceland|Liechtenstein|Luxembourg|Romania|Bulgaria|Greece|Czech|Hungary|Ukraine|Russia|Rusia|Turkey|Israel|
India|Inde|Indien|China|Tiongkok|Cina|Chine|Hong Kong|Taiwan|Japan|Jepang|Japon|South Korea|Korea|Korea Selatan|Singapore|Singapura|Singapour|Malaysia|Indonesia|Indonésie|Thailand|Vietnam|Philippines|Filipina|Australia|Australie|New Zealand|Selandia Baru|
South Africa|Nigeria|Kenya|Egypt|UAE|United Arab Emirates|Saudi Arabia|EEA|EU|European Union|European Economic Area|Uni Eropa|Europe|Eropa|Asia|Africa"""
PATTERN = re.compile(
    r"(?<!\w)(?:"
    + "|".join(re.escape(n.strip()) for n in sorted(NAMES.replace("\n", "").split("|"), key=len, reverse=True))
    + r")(?!\w)"
)


def countries(text: str) -> frozenset[str]:
    """Return the countries and regions named in a text, as written."""
    return frozenset(PATTERN.findall(text))
