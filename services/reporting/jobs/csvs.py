"""CSV of figures: a stamp that says when and what was known, and cells no spreadsheet will execute."""

import csv
import io
from collections.abc import Iterable, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """A cell's text; what a spreadsheet would take for a formula gets an apostrophe in front. Numbers stay numbers."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = value.replace("\x00", "")
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write_csv(stamp: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read Persian right; the first line is the stamp."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe(stamp)])
    writer.writerow([safe(each) for each in header])
    for row in rows:
        writer.writerow([safe(each) for each in row])
    return out.getvalue().encode("utf-8-sig")
