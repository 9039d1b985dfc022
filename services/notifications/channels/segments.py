"""How many parts a text message has: GSM-7 160/153 septets, UCS-2 70/67 UTF-16 units."""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    """The size of a text: encoding, units used, units of all its parts, and the parts."""

    encoding: str
    units: int
    parts: int
    capacity: int

    def cost(self, price: int) -> int:
        """Whole rials for one recipient at a price per part."""
        return self.parts * price


def segments_of(text: str) -> Segments:
    """Counts a text as the network does; non-joiners and isolates count too."""
    if all(c in _BASIC or c in _EXTENDED for c in text):
        sizes = [2 if c in _EXTENDED else 1 for c in text]
        return _count("GSM-7", sizes, single=160, joined=153)
    sizes = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return _count("UCS-2", sizes, single=70, joined=67)


def _count(encoding: str, sizes: list[int], *, single: int, joined: int) -> Segments:
    units = sum(sizes)
    if units <= single:
        return Segments(encoding, units, 1, single)
    parts, used = 1, 0
    for size in sizes:
        # A pair (surrogates, escape + letter) never straddles two parts.
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return Segments(encoding, units, parts, parts * joined)
