"""Every reason, attention and figure has words in Persian and English."""

import re
from pathlib import Path

import yaml

from services.reporting.kpis.catalogue import KPIS
from services.reporting.nation.attention import _SELECTS

FOLDER = Path(__file__).parents[3] / "services" / "reporting" / "words"
STATES = ("voided", "not_selected", "suspended", "declined", "revoked", "merged", "closed", "waived")


def words(language: str) -> dict[str, str]:
    """The figures' words of a language."""
    loaded: dict[str, str] = yaml.load((FOLDER / f"kpis.{language}.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    return loaded


def test_both_languages_have_the_same_keys() -> None:
    assert set(words("fa")) == set(words("en"))


def test_every_reason_of_the_catalogue_has_words() -> None:
    known = words("fa")
    for kpi in KPIS.values():
        for reason in (*re.findall(r"(?:THEN|ELSE) '([a-z_0-9]+)'", kpi.cases), *STATES):
            if not reason.endswith("_"):
                assert f"reason.{reason}" in known, (kpi.code, reason)


def test_every_finding_and_figure_has_words() -> None:
    for language in ("fa", "en"):
        known = words(language)
        assert all(f"attention.{code}" in known for code, *_rest in _SELECTS)
        assert all(f"kpi.{code}.name" in known for code in KPIS)
        assert "attention.below_minimum" in known
