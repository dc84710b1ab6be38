#!/usr/bin/env bash
# lingua 2.1.1: if the detector may choose between English and Indonesian, it is sure (1.0) that an ordinary Indonesian
# sentence is Indonesian. If it may also choose Malay, it says that the sentence is Malay.
#
# The longer list of languages does not lower the confidence of the answer, but reverses the answer. No Malay writer
# would write the sentence so ("Anda", "pihak ketiga"). This happens with six of these eight sentences, at full
# accuracy.
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
