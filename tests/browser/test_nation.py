"""Headquarters' home and the reasons of its figures, as people see them."""

import pytest

from tests.browser.checks import assert_good
from tests.browser.conftest import Open
from tests.support.actors import HQ

SIZES = [("fa", 1440), ("fa", 360), ("en", 1440), ("en", 360)]


class TestNationToday:
    """GET / of reporting."""

    @pytest.mark.parametrize(("lang", "width"), SIZES)
    def test_reads_well_in_both_languages_and_widths(
        self, reporting_url: str, open_page: Open, lang: str, width: int
    ) -> None:
        page = open_page(reporting_url, "/", actor=HQ, lang=lang, width=width)
        assert_good(page, lang)
        assert page.locator(".map path[class^=m]").count() >= 3
        assert page.locator("#provinces tbody tr").count() >= 3

    def test_dark_keeps_its_contrast(self, reporting_url: str, open_page: Open) -> None:
        assert_good(open_page(reporting_url, "/", actor=HQ, theme="dark"), "fa")

    def test_the_sentence_leads_to_the_reasons(self, reporting_url: str, open_page: Open) -> None:
        page = open_page(reporting_url, "/", actor=HQ)
        page.locator("h1 a").first.click()
        page.wait_for_url("**/kpis/K-02*")
        assert "چرا" in page.locator("h1").inner_text()
        assert_good(page, "fa")

    @pytest.mark.parametrize(
        "path", ["/?measure=K-10", "/?measure=K-03&province=IR-21", "/kpis", "/kpis/K-01?at=1399/07/30"]
    )
    def test_other_measures_and_the_catalogue(self, reporting_url: str, open_page: Open, path: str) -> None:
        assert_good(open_page(reporting_url, path, actor=HQ), "fa")
