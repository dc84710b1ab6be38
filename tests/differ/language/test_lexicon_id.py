"""Tests what the Indonesian lexicon recognises and what it must not recognise."""

from __future__ import annotations

import pytest

from tests.differ.lexicon_cases import concepts, heading_topics, plain

FOUND = [
    ("share", "Data kamu bisa kami bagikan ke toko rekanan."),
    ("share", "Pengungkapan kepada auditor dilakukan seperlunya."),
    ("share", "Nomor pesanan diserahkan kepada kurir."),
    ("share", "Kami memberikan data transaksi kepada aparat yang meminta."),
    ("sell", "Data penumpang tidak pernah diperjualbelikan."),
    ("sell", "Daftar pelanggan dapat disewakan."),
    ("recipient.brokers", "Kami bekerja dengan pialang data di beberapa kota."),
    ("recipient.third", "Pihak-pihak lain menerima laporan bulanan."),
    ("recipient.group", "Anak perusahaan kami memegang salinan cadangan."),
    ("recipient.processors", "Penyedia jasa pengiriman melihat alamat rumah."),
    ("recipient.advertising", "Jaringan periklanan memasang piksel."),
    ("recipient.authorities", "Kami melapor kepada instansi pemerintah."),
    ("recipient.finance", "Skor dikirim ke biro kredit."),
    ("consent", "Tanpa ijin Anda, foto tidak dipakai."),
    ("consent.written", "Kami meminta persetujuan Anda secara tertulis."),
    ("consent.express", "Hal itu memerlukan persetujuan tersurat."),
    ("consent.express", "Anda menyatakan setuju secara tegas."),
    ("consent.prior", "Perlu izin dari wali terlebih dahulu."),
    ("consent.implied", "Dengan terus mengakses situs, Anda dianggap menerima."),
    ("consent.withdraw", "Kamu boleh mencabut persetujuan itu."),
    ("negation", "Kami tak menyimpan sandi."),
    ("limiter.only", "Hanya petugas gudang yang melihatnya."),
    ("limiter.except", "Kecuali diminta hakim, catatan itu tertutup."),
    ("limiter.subject", "Sepanjang diizinkan, catatan itu dibuka."),
    ("modality.discretion", "Kami sewaktu-waktu berhak menutup layanan."),
    ("transfer.abroad", "Cadangan berada di luar wilayah Indonesia."),
    ("transfer.safeguard", "Ada tingkat pelindungan yang setara di sana."),
    ("merger", "Bila terjadi pengambilalihan, berkas ikut berpindah."),
    ("data.sensitive", "Data pribadi yang bersifat spesifik dikunci."),
    ("data.aggregate", "Laporan itu memuat angka agregat."),
    ("purpose.ai", "Percakapan dipakai untuk melatih model."),
    ("right.grant", "Subjek data berhak tahu."),
    ("right.access", "Mintalah salinan catatan Anda."),
    ("right.rectify", "Alamat yang tidak akurat akan dibetulkan."),
    ("right.erase", "Akun Anda bisa ditutup kapan saja."),
    ("right.restrict", "Anda dapat menunda atau membatasi pemrosesan."),
    ("right.object", "Anda boleh mengajukan keberatan."),
    ("right.portability", "Berkas itu dapat dibaca oleh mesin."),
    ("right.automated", "Keputusan secara otomatis dapat dipersoalkan."),
    ("right.compensation", "Ada hak atas ganti rugi."),
    ("optout", "Klik di sini untuk berhenti berlangganan."),
    ("optout.settings", "Ubah lewat menu pengaturan privasi."),
    ("exercise", "Ajukan permohonan di loket."),
    ("exercise.deadline", "Dijawab dalam waktu 3x24 jam."),
    ("exercise.deadline", "Dijawab selambat-lambatnya tujuh hari kerja."),
    ("exercise.free", "Layanan ini tanpa dipungut bayaran."),
    ("exercise.identity", "Lampirkan fotokopi KTP."),
    ("exercise.refuse", "Kami dapat menolak yang berulang-ulang."),
    ("exercise.dpo", "Hubungi Pejabat Perlindungan Data."),
    ("complaint", "Aduan dapat disampaikan ke Komdigi."),
    ("change", "Bila ada perubahan materi, kami mengumumkannya."),
    ("notify", "Anda akan diberi tahu lewat surel."),
    ("boilerplate", "Hak cipta dilindungi undang-undang."),
]

NOT_FOUND = [
    ("share", "Kami menyediakan kursi bagi Anda."),
    ("sell", "Toko ini buka setiap hari."),
    ("right.rights", "Kami berhak menutup toko."),
    ("right.grant", "Kami berhak menutup toko."),
    ("consent", "Anda tidak setuju dengan harga itu."),
    ("consent.written", "Nama tertulis di kartu."),
    ("consent.express", "Persetujuan Anda diperlukan."),
    ("limiter.except", "Selain itu, toko kami ramai."),
    ("limiter.except", "Gudang di luar kota sudah penuh."),
    ("transfer.abroad", "Gudang di luar kota sudah penuh."),
    ("public", "Secara umum, toko kami ramai."),
    ("recipient.third", "Pihak toko menjawab surat."),
    ("recipient.authorities", "Hakikat belanja adalah senang."),
    ("exercise.deadline", "Diskon berlaku di kemudian hari."),
    ("data.content", "Fotokopi tersedia di loket."),
    ("merger", "Kami menggabungkan dua keranjang belanja."),
    ("complaint", "Petugas melaporkan hasil panen."),
]


@pytest.mark.parametrize(("concept", "sentence"), FOUND)
def test_a_wording_mentions_its_concept(concept: str, sentence: str) -> None:
    assert concept in concepts("id", sentence)


@pytest.mark.parametrize(("concept", "sentence"), NOT_FOUND)
def test_a_lookalike_does_not_mention_the_concept(concept: str, sentence: str) -> None:
    assert concept not in concepts("id", sentence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Pelindungan data pribadi Anda", "Perlindungan informasi pribadi kamu"),
        ("Kami mengumpulkan nama Anda", "Nama Anda dikumpulkan kami"),
        ("Kirim surel kepada vendor", "Kirimkan e-mail kepada penyedia jasa"),
        ("Silahkan hubungi kami atas ijin orang tua", "Silakan hubungi kami atas izin orangtua"),
        ("Setiap perubahan material", "Setiap perubahan materi"),
    ],
)
def test_spellings_and_synonyms_are_read_as_the_same_words(before: str, after: str) -> None:
    assert sorted(plain("id", before)) == sorted(plain("id", after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("persetujuan tertulis Anda", "persetujuan tersurat Anda"),
        ("persetujuan tertulis Anda", "persetujuan Anda"),
        ("kami dapat membagikan data", "kami akan membagikan data"),
        ("kami tidak membagikan data", "kami membagikan data"),
        ("dibagikan kepada afiliasi", "dibagikan kepada mitra"),
        ("semua data", "sebagian data"),
    ],
)
def test_words_with_different_legal_effects_are_read_as_different_words(before: str, after: str) -> None:
    assert sorted(plain("id", before)) != sorted(plain("id", after))


@pytest.mark.parametrize(
    ("topic", "heading"),
    [
        ("sharing", "4. Kepada Siapa Data Dibagikan"),
        ("transfer", "Pemindahan Data ke Luar Negeri"),
        ("rights", "Hak-Hak Anda"),
        ("choices", "Pilihan Kamu"),
        ("retention", "Berapa Lama Kami Menyimpan"),
        ("contact", "Cara Menghubungi Kami"),
        ("policy_change", "Pembaruan Kebijakan Ini"),
    ],
)
def test_a_heading_tells_what_its_section_is_about(topic: str, heading: str) -> None:
    assert topic in heading_topics("id", heading)
