"""Words people read, as data: YAML files per language, loaded once, same keys in every language."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shared.values.formatting import format_date, format_number

LANGUAGES = ("fa", "en")


class Words:
    """A catalogue of words: language → key → text with {placeholders}."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self.texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for directory in directories:
            for path in sorted(directory.glob("*.yaml")):
                language = path.name.split(".")[-2]
                entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}  # noqa: S506 - every scalar stays text
                self.texts.setdefault(language, {}).update(_flat(entries))

    def has(self, language: str, key: str) -> bool:
        """Whether a language knows a key."""
        return key in self.texts.get(language, {})

    def t(self, language: str, key: str, **params: Any) -> str:
        """The text of a key, days and numbers as the language writes them; English where it lacks it, else the key."""
        text = self.texts.get(language, {}).get(key) or self.texts["en"].get(key)
        if text is None:
            return key
        try:
            return text.format(**{name: shown(value, language) for name, value in params.items()})
        except (KeyError, IndexError):
            return text


def shown(value: Any, language: str) -> Any:
    """A value as people write it: a day in Solar Hijri, a number in the language's digits, text as it is."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return format_date(value, language)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format_number(value, language).replace("٬", "").replace(",", "")  # years and counts alike
    return value


def _flat(entries: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in entries.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


@cache
def words_in(*directories: Path) -> Words:
    """The words of some folders, read once per process."""
    return Words(directories)
