"""What every page must keep: no sideways scroll, no accessibility violation, digits of the page's language."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STRAY_DIGITS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const stray = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('bdi,script,style,[dir=ltr],[lang=en],option') || !parent.checkVisibility()) continue;
    const text = node.textContent.replace(/\\u2068[^\\u2069]*\\u2069/g, '');
    if (/[0-9]/.test(text)) stray.push(text.trim());
  }
  return stray;
}"""


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"


def assert_accessible(page: Page) -> None:
    """axe finds no violation."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_own_digits(page: Page) -> None:
    """A Persian page shows no ASCII digit outside isolates."""
    stray = page.evaluate(STRAY_DIGITS)
    assert stray == [], stray


def assert_good(page: Page, lang: str) -> None:
    """All of it."""
    assert page.locator("h1").count() == 1
    assert_fits(page)
    assert_accessible(page)
    if lang == "fa":
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert_own_digits(page)
