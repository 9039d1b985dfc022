"""Words people read, as data: YAML files per language, loaded once, same keys in every language."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("fa", "en")


class Words:
    """A catalogue of words: language → key → text with {placeholders}."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self.texts: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for directory in directories:
            for path in sorted(directory.glob("*.yaml")):
                language = path.name.split(".")[-2]
                entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
                self.texts.setdefault(language, {}).update(_flat(entries))

    def has(self, language: str, key: str) -> bool:
        """Whether a language knows a key."""
        return key in self.texts.get(language, {})

    def t(self, language: str, key: str, **params: Any) -> str:
        """The text of a key; English where a language lacks it; the key itself where nobody knows it."""
        text = self.texts.get(language, {}).get(key) or self.texts["en"].get(key)
        if text is None:
            return key
        try:
            return text.format(**params)
        except (KeyError, IndexError):
            return text


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
