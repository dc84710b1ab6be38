"""Tests which pages are screened out because they are not a policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from document import read, screen
from document.model import RENDERED, Page
from document.screening import Reason

SENTENCE = "We collect personal data with your consent and share it with third parties to provide our services."
POLICY = "<h1>Privacy</h1>" + f"<p>{SENTENCE}</p>" * 12
WALL_WORDS = "<p>Sign in to see it. This page cannot be found elsewhere. Before you continue, accept all cookies.</p>"
SHORT = (
    "<h1>Privacy</h1><p>We value your privacy. We collect no personal data, share nothing with third parties, "
    "use no cookies and process nothing without consent.</p>"
)
SHORT_INDONESIAN = (
    "<h1>Kebijakan Privasi</h1><p>Kami mengumpulkan data pribadi dengan persetujuan Anda, tidak membagikannya kepada "
    "pihak ketiga, dan Anda berhak atas penghapusan.</p>"
)
CHINESE = (
    "<h1>隐私政策</h1><p>我们收集您的姓名和地址以便寄送信件。我们不会与任何第三方分享您的个人信息，除非法律要求我们这样做。"
    "您可以随时要求我们删除。</p>"
)
PIES = "<main><h1>Pies</h1><p>Our pies are baked at dawn and eaten by noon, with gravy, on the pier.</p></main>"


def reason(body: str | bytes, status: int = 200, **facts: object) -> Reason | None:
    data = body.encode() if isinstance(body, str) else body
    page = Page(data, "text/html", status, str(facts.get("url", "")), tuple(facts.get("headers", ())))  # type: ignore[arg-type]  # facts are given by the tests below
    found = screen(page, read(page).document)
    assert found is None or found.detail.endswith((".", ")"))
    return found.reason if found else None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<title>One moment</title><h1>Verify you are human</h1>", "bot-challenge"),
        ("<title>x</title><p>Pastikan Anda bukan robot</p>", "bot-challenge"),
        ("<title>Access to this site has been denied</title><h1>Press and hold, please</h1>", "bot-challenge"),
        (
            "<title>x</title><p>Your request for this page of the ferry has been blocked by our operator.</p>",
            "bot-challenge",
        ),
        ("<title>x</title><noscript>We need to confirm that you're not a bot.</noscript>", "bot-challenge"),
        ("<title>x</title><p>Akses Anda ke laman ini telah diblokir.</p>", "bot-challenge"),
        ("<title>x</title><p>Buktikan bahwa Anda manusia untuk melanjutkan.</p>", "bot-challenge"),
        ("<title>x</title><p>Der Zugriff auf diese Seite wurde blockiert.</p>", "bot-challenge"),
        ("<title>x</title><p>L'accès à cette page vous est refusé.</p>", "bot-challenge"),
        ("<title>x</title><p>El acceso a esta página ha sido denegado.</p>", "bot-challenge"),
        (
            f"<title>Before you continue</title><div role=dialog><p>{SENTENCE}</p><button>Accept all</button></div>",
            "consent-wall",
        ),
        ("<title>Site</title><h1>We'll be back soon</h1><p>Planned maintenance.</p>", "maintenance"),
        ("<title>Situs</title><h1>Sedang dalam pemeliharaan</h1>", "maintenance"),
        ("<title>Shop</title><main><h1>Page not found</h1><p>Try the search.</p></main>", "soft-404"),
        ("<title>Toko</title><main><h1>Halaman yang Anda cari tidak ditemukan</h1></main>", "soft-404"),
        ("<title>Konto</title><main><h1>Seite nicht gefunden</h1></main>", "soft-404"),
        ("<title>Sign in</title><form><input name=u><input type=password><button>Sign in</button></form>", "login"),
        (
            "<title>App</title><div id=root></div><noscript>Enable scripts.</noscript><script src=a.js>",
            "empty-shell",
        ),
        (
            "<title>x</title><meta http-equiv=refresh content='0; url=/x'><p>You are being sent on, or click here.</p>",
            "empty-shell",
        ),
        (
            f"<title>Pies</title>{PIES}",
            "other-document",
        ),
        (b"%PDF-1.7 xyz", "encoding"),
        (bytes(range(256)) * 40, "encoding"),
    ],
)
def test_page_without_a_policy_is_screened_out(body: str | bytes, expected: Reason) -> None:
    assert reason(body) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "gone"), (410, "gone"), (403, "http-error"), (500, "http-error")]
)
def test_a_policy_with_an_error_status_is_screened_out(status: int, expected: Reason) -> None:
    assert reason(POLICY, status) == expected


def test_the_words_of_a_page_with_an_error_status_decide_the_reason() -> None:
    assert reason("<title>Maintenance mode</title>", 503) == "maintenance"
    assert reason("<title>Just a moment</title>", 403) == "bot-challenge"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (("cf-mitigated", "challenge"), 200),
        (("x-amzn-waf-action", "challenge"), 202),
        (("x-amzn-waf-action", "captcha"), 405),
        (("x-vercel-mitigated", "deny"), 403),
    ],
)
def test_a_page_with_the_header_of_a_firewall_is_a_challenge(header: tuple[str, str], status: int) -> None:
    assert reason(POLICY, status, headers=(header,)) == "bot-challenge"
    assert reason("<title></title><script src=c.js></script>", status, headers=(header,)) == "bot-challenge"


def test_a_policy_may_mention_denied_requests() -> None:
    refused = "<p>If access to your personal data has been denied, you may complain to the authority.</p>"
    assert reason(f"<title>Privacy</title><main>{POLICY}{refused}</main>") is None
    assert reason(f"<title>Privacy</title><main>{SHORT}{refused}</main>") is None


@pytest.mark.parametrize("body", [POLICY, POLICY + WALL_WORDS, SHORT, SHORT_INDONESIAN, CHINESE])
def test_policy_is_never_screened_out(body: str) -> None:
    assert reason(f"<title>Privacy</title><main>{body}</main>") is None


@pytest.mark.parametrize(
    "words",
    [
        "Our site wants its biscuits back: allow cookies, please.",
        "Cookie Anda mati. Nyalakan cookie lalu muat ulang halaman ini agar kebijakan kami dapat dibaca.",
        "Your browser keeps no cookies. Turn them on, load this page again, and you will come to what you look.",
    ],
)
def test_the_message_about_a_page_that_wants_cookies_suggests_rendering(words: str) -> None:
    page = Page(f"<h1>Hold on</h1><p>{words}</p>".encode(), "text/html")
    plain, built = (
        screen(shown, read(shown).document) for shown in (page, replace(page, headers=((RENDERED, "Chromium 1"),)))
    )
    assert plain is not None
    assert built is not None
    assert "`render = true` runs its scripts" in plain.detail
    assert "render" not in built.detail
