"""Texts: languages of a text, search keys, digits, and isolation of foreign runs."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from pydantic import RootModel, model_validator

_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_TO_ASCII = str.maketrans({**{d: str(n) for n, d in enumerate(_PERSIAN)}, **{d: str(n) for n, d in enumerate(_ARABIC)}})
_SHOWN = {"fa": str.maketrans("0123456789", _PERSIAN), "ar": str.maketrans("0123456789", _ARABIC)}

_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ە": "ه", "ؤ": "و",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",
        "\u0640": None, "\u200c": None, "\u200d": None, "\ufeff": None, "\u00ad": None,
        "„": '"', "“": '"', "”": '"',
    }
)  # fmt: skip
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_FINAL_HAMZA = re.compile(r"ء(?=\W|$)")
_SPACES = re.compile(r"\s+")

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"


class LocalizedText(RootModel[dict[str, str]]):
    """A text in one or more languages, keyed by language tag such as 'fa'."""

    model_config = {"frozen": True}

    @model_validator(mode="after")
    def _not_empty(self) -> "LocalizedText":
        if not self.root or not all(text.strip() for text in self.root.values()):
            raise ValueError("a text needs at least one language, and no language may be blank")
        return self

    def pick(self, lang: str, fallback: Sequence[str] = ("fa", "en")) -> str:
        """The text in this language, else in the first fallback present, else in any language there is."""
        for wanted in (lang, lang.partition("-")[0], *fallback):
            if wanted in self.root:
                return self.root[wanted]
        return next(iter(self.root.values()))

    def values(self) -> tuple[str, ...]:
        """Every wording, for search."""
        return tuple(self.root.values())


def digits_to_ascii(text: str) -> str:
    """Persian and Arabic digits become 0-9; everything else stays."""
    return text.translate(_TO_ASCII)


def to_digits(text: str | int, lang: str) -> str:
    """ASCII digits become the language's own: Persian for fa, Arabic for ar, unchanged otherwise."""
    table = _SHOWN.get(lang.partition("-")[0])
    return str(text) if table is None else str(text).translate(table)


def isolate(text: str) -> str:
    """The text between U+2068 and U+2069, so that its direction disturbs nothing around it."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def fold_words(text: str, *, keep_latin_marks: bool = False) -> str:
    """The folded text with single spaces between words."""
    folded = unicodedata.normalize("NFC", text).translate(_LETTERS).translate(_BIDI)
    folded = folded.replace(",,", '"').replace("،،", '"')
    folded = _without_marks(folded, keep_latin=keep_latin_marks).translate(_TO_ASCII)
    return _SPACES.sub(" ", _FINAL_HAMZA.sub("", folded)).strip().casefold()


def fold(text: str) -> str:
    """The search key of a text: one spelling for all spellings, and no spaces (R-003).

    Words written apart, joined or with a non-joiner have the same key. Latin letters lose their diacritics.
    """
    return fold_words(text).replace(" ", "")


def duplicate_key(text: str) -> str:
    """The key that makes two names the same name: like the search key, but š and s stay different letters."""
    return fold_words(text, keep_latin_marks=True).replace(" ", "")


def _without_marks(text: str, *, keep_latin: bool) -> str:
    if keep_latin:
        return "".join(c for c in text if not (unicodedata.combining(c) and "\u0600" <= c <= "\u08ff"))
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def search_words(text: str) -> list[str]:
    """The folded words of a query without punctuation, to be found in a search key in any order."""
    return [word for word in re.split(r"[\W_]+", fold_words(text)) if word]


def search_key(names: Mapping[str, str], aliases: Iterable[str] = ()) -> str:
    """What a search looks into: all names folded, and parted by a sign that no query holds."""
    return "|".join(fold(name) for name in (*names.values(), *aliases))


def name_keys(names: Mapping[str, str], aliases: Iterable[str] = ()) -> list[str]:
    """The duplicate keys of all names, sorted."""
    return sorted({duplicate_key(name) for name in (*names.values(), *aliases)})


def main_name(names: Mapping[str, str]) -> str:
    """The name that must be unique: the Persian one, else the English, else the first."""
    return LocalizedText(dict(names)).pick("fa")
