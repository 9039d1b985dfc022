"""Series of meetings and their editions."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from services.registry.gathering.meetings import commands
from services.registry.gathering.series.commands import SeriesExists, create_series
from shared.kernel.problems import Refused
from tests.integration.registry.gathering.conftest import NOW
from tests.integration.registry.gathering.test_meetings import MONTHLY, refused
from tests.support.actors import HQ


class TestSeries:
    @pytest.mark.invariant("I-47")
    def test_editions_are_unique_and_increase(self, session: Session) -> None:
        series = create_series(
            session, programme="sad-dabirkhaneh", code="HQM", kind="hq_monthly", names={"fa": "جلسات ستاد"},
            last_edition=3, by=HQ, now=NOW,
        )  # fmt: skip
        fourth = commands.draft_meeting(session, draft=replace(MONTHLY, series_id=series.id), by=HQ, now=NOW)
        ninth = commands.draft_meeting(session, draft=replace(MONTHLY, series_id=series.id, edition=9), by=HQ, now=NOW)
        assert (fourth.edition, ninth.edition) == (4, 9)
        with pytest.raises(Refused) as error:
            commands.draft_meeting(session, draft=replace(MONTHLY, series_id=series.id, edition=9), by=HQ, now=NOW)
        assert refused(error) == ["edition_not_increasing"]
        with pytest.raises(SeriesExists):
            create_series(
                session, programme="sad-dabirkhaneh", code="HQM", kind="hq_monthly", names={"fa": "x"}, by=HQ, now=NOW
            )
