"""Header values that cannot become header lines: decoded, stripped of control characters, encoded anew."""

import base64
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import formataddr

# C0 and C1 controls, and the Unicode line and paragraph separators: everything a parser might take for a line end.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN = re.compile(r"[A-Za-z0-9 .,:;()/_+'!#-]*\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}\Z")
_ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[bBqQ]\?[^?]*\?=")
_CHUNK_BYTES = 36
_ROUNDS = 5


def clean_text(value: str) -> str:
    """The value on one line.

    Encoded words inside it are decoded first, until none is left: CPython 3.11.7 would otherwise decode
    `=?utf-8?q?hello=0ABcc=3A_x=40y?=` into a second header line when it writes the message (CVE-2024-6923).
    """
    for _ in range(_ROUNDS):
        value = _CONTROLS.sub(" ", value)
        if not _ENCODED_WORD.search(value):
            return value.strip()
        value = _decoded(value)
    return _CONTROLS.sub(" ", value.replace("=?", "= ?")).strip()


def encode_text(value: str) -> str:
    """The cleaned value as it stands in a header: plain ASCII, or base64 words of whole characters."""
    value = clean_text(value)
    if _PLAIN.match(value) and len(value) < 900:
        return value
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(part).decode()}?=" for part in _chunks(value))


def encode_address(name: str, address: str) -> str:
    """A mailbox for From or To; ValueError when the address is not one plain ASCII mailbox."""
    address = checked_address(address)
    name = encode_text(name)
    if not name:
        return address
    if name.startswith("=?"):
        return f"{name} <{address}>"
    return formataddr((name, address))


def checked_address(address: str) -> str:
    """The address itself; ValueError when it is anything but one mailbox."""
    if not _ADDRESS.match(address) or ".." in address:
        raise ValueError("not one plain mailbox")
    return address


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, UnicodeDecodeError, LookupError, ValueError):
        return value.replace("=?", "= ?")


def _chunks(value: str) -> list[bytes]:
    chunks, current = [], b""
    for character in value:
        raw = character.encode("utf-8", "replace")
        if len(current) + len(raw) > _CHUNK_BYTES:
            chunks.append(current)
            current = b""
        current += raw
    return [*chunks, current]
