"""Hostile strings, by what they want to become: more than 400, the same in every run."""
# ruff: noqa: E501

from functools import cache
from itertools import product
from urllib.parse import quote

MAIL = "evil@example.org"
COMMON = "مدرسهٔ باران"


def _headers() -> list[str]:
    """Header lines: bare, encoded words (F7), with every character some reader takes for a line end."""
    ends = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n\t", "%0d%0a"]
    names = ["Bcc", "To", "Content-Type", "X-Peyvand-Step"]
    lines = [f"{COMMON}{end}{name}: {MAIL}" for end, name in product(ends, names)]
    words = [
        f"=?{charset}?{kind}?{text}?="
        for charset in ("utf-8", "iso-8859-1", "us-ascii", "utf-8*fa")
        for kind, text in (
            ("q", "a=0ABcc=3A_evil=40example=2Eorg"),
            ("q", "a=0D=0ABcc=3A_evil=40example=2Eorg=0D=0A=0D=0Abody"),
            ("Q", "=0D=0A=0D=0A=3Cscript=3E"),
            ("b", "YQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc="),
            ("B", "YQ0KQmNjOiBldmlsQGV4YW1wbGUub3JnDQoNCmJvZHk="),
        )
    ]
    nested = [
        "=?utf-8?b?PT91dGYtOD9xP2E9MEFCY2M9M0FfZXZpbD00MHg/PQ==?=",
        "=?utf-8?q?" + "a" * 200 + "?=",
        "=?broken?x?y?=",
    ]
    addresses = [
        f'"x" <{MAIL}>',
        f"x, {MAIL}",
        f"<{MAIL}>",
        f"x;{MAIL}",
        f"{MAIL}>\r\nRCPT TO:<{MAIL}",
        ".\r\nQUIT",
        "\r\n.\r\n",
    ]
    return lines + words + nested + addresses


def _markup() -> list[str]:
    """Elements, attributes, schemes and what breaks out of them."""
    scripts = [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "</title><script>1</script>",
        "</textarea><script>1</script>", "</option></select><script>1</script>", "<iframe src=//x></iframe>", "<base href=//x>",
        "<meta http-equiv=refresh content=0;url=//x>", "<a href=javascript:alert(1)>x</a>", "<form action=//x><input>",
        "<style>*{display:none}</style>", "<!--", "-->", "<![CDATA[", "]]>", "<?php echo 1?>", "<math><mi>", "<plaintext>",
        "<object data=//x>", "<link rel=stylesheet href=//x>", "<details open ontoggle=alert(1)>", "<b", "<", ">", "&lt;script&gt;",
        "&#60;script&#62;", "\u003cscript\u003e", "＜script＞", "<ScRiPt>1</sCrIpT>", "<script\x0c>1</script>", "<scr\u200cipt>",
    ]  # fmt: skip
    quotes = [f"{mark} onmouseover={mark}alert(1)" for mark in ('"', "'", "`", "\u2019", '"><', "'><")]
    schemes = [
        "javascript:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:x",
        " javascript:1",
        "java\tscript:1",
    ]
    wrapped = [f'"{each}' for each in scripts[:12]] + [f"{COMMON} {each} ۱۳۹۹" for each in scripts[:12]]
    return scripts + quotes + schemes + wrapped


def _templates() -> list[str]:
    """What template engines and typesetters would compute."""
    sums = [
        "{{7*7}}",
        "{%if 1%}x{%endif%}",
        "${7*7}",
        "#{7*7}",
        "<%=7*7%>",
        "{{config}}",
        "{0}",
        "{}",
        "{name}",
        "%s",
        "%(x)s",
        "$x",
        "@x",
    ]
    python = [
        "{{''.__class__.__mro__}}",
        "{x.__init__.__globals__}",
        "{0.__class__}",
        "{{request}}",
        "{#",
        "#}",
        "{{",
        "}}",
    ]
    typst = [
        '#link("https://evil.example")[x]', "#panic()", '#read("/etc/passwd")', "#import \"x\": *", "#eval(\"1\")", "#let x = 1",
        "$ x $", "= heading", "*bold*", "_x_", "`raw`", "@label", "<label>", "\\u{202e}", "#pagebreak()", "#image(\"/x.png\")", "#", "//",
    ]  # fmt: skip
    return sums + python + typst


def _queries() -> list[str]:
    """SQL and its patterns."""
    quoted = ["'", "''", "\\'", '"', "`", "\u02bc", "\\", "\\\\", ";", "--", "/*", "*/", "$$", "$1", ":x", "?"]
    tails = [
        "' OR '1'='1",
        "' OR 1=1 --",
        "'; DROP TABLE schools; --",
        "' UNION SELECT NULL--",
        "1; SELECT pg_sleep(9)",
        "') OR ('1'='1",
    ]
    patterns = [
        "%",
        "_",
        "%%",
        "\\%",
        "\\_",
        "[a-z]",
        "a%b",
        "%" * 50,
        "_" * 50,
        "*",
        ".*",
        "^",
        "(",
        "[",
        "{1,}",
        "a" * 200 + "%",
    ]
    full_text = ["a & b", "a | !b", "a:*", "<->", "!!", "&&", ":::", "'a':1A"]
    return quoted + tails + patterns + full_text


def _cells() -> list[str]:
    """Formulas, with every starter and every way around a first glance."""
    calls = [
        "1+1",
        "cmd|' /C calc'!A0",
        'HYPERLINK("http://evil.example","x")',
        'IMPORTXML("//x","//a")',
        "SUM(1,1)",
        "۱+۱",
    ]
    started = [f"{start}{call}" for start, call in product(("=", "+", "-", "@", "\t=", "\r=", "\n="), calls)]
    return started + [f'"{each}"' for each in started[:6]] + ['","=1+1', '"\r\n=1+1,"', ";=1+1", "'=1+1"]


def _calendars() -> list[str]:
    """Lines and components of calendar files."""
    ends = ["\r\n", "\n", "\r", "\\n", "\\N", "\r\n ", "\u2028"]
    lines = [
        "END:VEVENT",
        "ATTACH:http://evil.example/x",
        f"ATTENDEE:mailto:{MAIL}",
        "BEGIN:VALARM",
        "X-EVIL:1",
        "METHOD:CANCEL",
    ]
    return [f"{COMMON}{end}{line}" for end, line in product(ends, lines)] + [
        "a;b,c:d",
        'a";CN="b',
        "a^nb",
        ":" * 5,
        ";LANGUAGE=x:y",
    ]


def _logs() -> list[str]:
    """Forged lines and terminal commands."""
    forged = '{"event": "sign_in.done", "level": "info"}'
    ends = ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x0c"]
    escapes = ["\x1b[31m", "\x1b]0;x\x07", "\x9b2J", "\x08\x08\x08", "\x7f", "\x1b[2K\r"]
    return [f"x{end}{forged}" for end in ends] + escapes + ['","event":"x', '\\u000a{"event":1}', "}{", "[INFO] done"]


def _files() -> list[str]:
    """Paths and file names."""
    up = [
        "../../etc/passwd",
        "..\\..\\windows",
        "/etc/passwd",
        "C:\\x",
        "//host/x",
        "....//",
        "%2e%2e%2f",
        "..%c0%af",
        "file:///x",
        "~root",
    ]
    odd = [
        "CON",
        "nul.txt",
        ".htaccess",
        "-rf",
        "a\x00.pdf",
        "a.pdf\r\nX: 1",
        'a"; filename="b.exe',
        "a;b=c",
        "a%00.pdf",
        "a/b",
        "a\\b",
        " ",
    ]
    return up + odd + [quote(each) for each in odd] + ["x" * 250, "." * 60, "اسم‌فایل.pdf", "a\u202egpj.exe"]


def _letters() -> list[str]:
    """Direction, joiners, digits, look-alikes, and letters that count more than they show."""
    marks = [
        "\u202e",
        "\u202d",
        "\u2066",
        "\u2067",
        "\u2069",
        "\u200f",
        "\u200e",
        "\u061c",
        "\u200c",
        "\u200d",
        "\ufeff",
        "\u00ad",
        "\u034f",
    ]
    around = [f"{mark}{COMMON}" for mark in marks] + [f"مدرسه{mark}باران" for mark in marks]
    digits = ["۱۲۳", "١٢٣", "123", "۱٢3", "９９", "१२३", "۱۳۹۹/۰۷/۳۱", "٪۵۰", "۱٫۵", "۱٬۰۰۰", "½", "Ⅻ", "①", "𝟗"]
    alike = [
        "ي",
        "ی",
        "ك",
        "ک",
        "ة",
        "ه",
        "ۀ",
        "أ",
        "ا",
        "pаypal",
        "ﷺ",
        "ﬁ",
        "ß",
        "İ",
        "ı",
        "Å",
        "A\u030a",
        "e\u0301" * 40,
    ]
    big = [
        "💥",
        "👨‍👩‍👧‍👦",
        "🇮🇷",
        "𐎠",
        "\U0010fffd",
        "\uffff",
        "\ufffe",
        "a" * 300,
        "آ" * 300,
        "Z\u0351\u036b" * 60,
        " " * 50 + "x",
        "\u3000x",
    ]
    controls = [f"a{chr(code)}b" for code in (*range(1, 32), 127, *range(128, 160, 4))]
    return around + digits + alike + big + controls


FAMILIES = {
    "headers": _headers, "markup": _markup, "templates": _templates, "queries": _queries, "cells": _cells,
    "calendars": _calendars, "logs": _logs, "files": _files, "letters": _letters,
}  # fmt: skip


@cache
def corpus() -> dict[str, str]:
    """Every string once, by the name of its family and its number."""
    found: dict[str, str] = {}
    for family, make in FAMILIES.items():
        for number, text in enumerate(make()):
            if text not in found.values():
                found[f"{family} {number}"] = text
    return found


def texts() -> list[str]:
    """The strings alone."""
    return list(corpus().values())
