#!/usr/bin/env bash
# lingua 2.1.1: offered English and Indonesian, the detector is sure (1.0) that an ordinary Indonesian sentence is
# Indonesian; offered Malay too, it says Malay.
#
# A longer list of languages does not add doubt but turns the answer round, for a sentence that no Malay writer would
# write so ("Anda", "pihak ketiga"): six of these eight sentences at full accuracy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check lingua-language-detector==2.1.1
"$folder/env/bin/python" - "$folder" <<'EOF'
from lingua import Language, LanguageDetectorBuilder

sentences = (
    "Anda berhak meminta salinan data Anda.",
    "Hak Anda",
    "Siapa yang menerima data",
    "Kami menyimpan alamat Anda selama lima tahun.",
    "Penyimpanan data",
    "Kami dapat mengubah kebijakan ini sewaktu-waktu.",
    "Hubungi kami",
    "Kami mengirim nama Anda kepada kurir, bukan kepada pihak ketiga lain.",
)
two = LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.INDONESIAN).build()
three = LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.INDONESIAN, Language.MALAY).build()
before = [two.detect_language_of(sentence) for sentence in sentences]
after = [three.detect_language_of(sentence) for sentence in sentences]
print([language.name for language in after])
assert set(before) == {Language.INDONESIAN}
assert after.count(Language.MALAY) >= 3
assert round(two.compute_language_confidence(sentences[3], Language.INDONESIAN), 2) == 1.0
assert three.detect_language_of(sentences[3]) == Language.MALAY
EOF
