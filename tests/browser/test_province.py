"""A province's home, forms and refusals, as people see them."""

import pytest

from tests.browser.checks import assert_good
from tests.browser.conftest import Open
from tests.support.actors import HQ, TABRIZ

SIZES = [("fa", 1440), ("fa", 360), ("en", 1440), ("en", 360)]
PLACES = [
    "/province-plans",
    "/secretariats",
    "/pairings",
    "/pairings/new",
    "/meetings",
    "/meetings/new",
    "/directives",
    "/letters",
]


class TestMyObligations:
    """GET / of registry."""

    @pytest.mark.parametrize(("lang", "width"), SIZES)
    def test_reads_well_in_both_languages_and_widths(
        self, registry_url: str, open_page: Open, lang: str, width: int
    ) -> None:
        assert_good(open_page(registry_url, "/", actor=TABRIZ, lang=lang, width=width), lang)

    @pytest.mark.parametrize("path", PLACES)
    def test_every_place_reads_well(self, registry_url: str, open_page: Open, path: str) -> None:
        assert_good(open_page(registry_url, path, actor=TABRIZ, width=360), "fa")

    def test_a_secretariat_shows_its_letter_and_open_steps(self, registry_url: str, open_page: Open) -> None:
        page = open_page(registry_url, "/secretariats", actor=TABRIZ)
        page.locator("tbody a").first.click()
        page.wait_for_url("**/secretariats/*")
        assert_good(page, "fa")


class TestForms:
    """Refusals are shown in place and nothing typed is lost."""

    @pytest.mark.requirement("R-034")
    def test_a_day_that_does_not_exist_is_refused_in_words(self, registry_url: str, open_page: Open) -> None:
        page = open_page(registry_url, "/meetings/new", actor=HQ)
        page.fill("#f-title", "جلسهٔ آزمایشی")
        page.select_option("#f-kind", "hq_monthly")
        page.fill("#f-day", "۱۳۹۹/۰۷/۳۱")
        page.fill("#f-from", "۱۰:۰۰")
        page.fill("#f-to", "۱۲:۰۰")
        page.locator("button.primary").click()
        page.wait_for_load_state()
        assert page.locator("#w-day").inner_text().strip()
        assert page.input_value("#f-title") == "جلسهٔ آزمایشی"
        assert page.input_value("#f-day") == "۱۳۹۹/۰۷/۳۱"
        assert_good(page, "fa")

    def test_without_a_sign_in_the_sign_in_is_shown(self, registry_url: str, open_page: Open) -> None:
        page = open_page(registry_url, "/sign-in")
        assert_good(page, "fa")
