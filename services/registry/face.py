"""Registry's pages: one renderer with this service's words and templates."""

from pathlib import Path

from shared.kernel.words import words_in
from shared.web.pages import WORDS, Pages

HERE = Path(__file__).parent
KERNEL_WORDS = HERE.parent.parent / "shared" / "kernel" / "words"
PAGES = Pages([HERE / "templates" / "pages"], words_in(KERNEL_WORDS, WORDS, HERE / "words"), service="registry")
