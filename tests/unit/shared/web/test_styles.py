"""The stylesheets keep the design's rules: logical directions, tokens only, small."""

import gzip
import re
from pathlib import Path

STATIC = Path(__file__).parents[4] / "shared" / "web" / "static"
STYLES = ("tokens.css", "face.css")
ALLOWED = 20_000


def styles(name: str) -> str:
    """A stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text(encoding="utf-8"), flags=re.S)


def test_no_direction_is_left_or_right() -> None:
    for name in STYLES:
        found = re.findall(r"[\w-]*\b(?:left|right)\b[\w-]*", styles(name))
        assert found == [], f"{name}: {found}"


def test_colours_are_named_in_the_tokens_only() -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", styles("face.css")) == []


def test_styles_are_small_on_the_wire() -> None:
    size = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in STYLES)
    assert size < ALLOWED


def test_no_letter_spacing_and_no_italics() -> None:
    for name in STYLES:
        assert not re.search(r"letter-spacing|italic|uppercase", styles(name))


def test_templates_carry_no_inline_style_or_script() -> None:
    root = STATIC.parents[2]
    for path in root.glob("**/templates/**/*.html"):
        if "notifications/templates/pages" not in str(path) and "notifications" in str(path):
            continue  # letters and mails are styled inline, as mail readers want it
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?! src)", text), path
