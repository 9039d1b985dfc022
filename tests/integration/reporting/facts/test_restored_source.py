"""A source that was restored to an earlier time than reporting has read: figures are those of the feed again (I9)."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.background import subscriber
from services.reporting.facts.rebuilding import rebuild, rebuild_all
from shared.kernel.bus import Consumer
from shared.kernel.cursors import Cursor
from shared.kernel.feed import EpochChanged, FeedPage
from tests.integration.reporting.conftest import Fold
from tests.integration.reporting.history import EPOCH, History, story
from tests.support.actors import TENANT

RESTORED = UUID(int=7)
BACK = 25


@dataclass
class RestoredFeed:
    """The first part of a history under a new epoch."""

    history: History
    from_seq: int

    def read(self, *, after: int, epoch: UUID | None, limit: int = 500) -> FeedPage:
        """See Feed.read."""
        if epoch not in (None, RESTORED):
            raise EpochChanged
        kept = [each.model_copy(update={"epoch": RESTORED}) for each in self.history.envelopes[: self.from_seq]]
        found = [each for each in kept if each.feedseq > after][:limit]
        return FeedPage(RESTORED, self.from_seq, 0, found, EPOCH, self.from_seq)


def reader(sessions: sessionmaker[Session], feed: RestoredFeed, *, can_start_anew: bool = True) -> Consumer:
    """Reporting's reader of the restored feed."""
    heard = subscriber()
    consumer = Consumer(heard, sessions, "registry", "peyvand.registry", feed)
    if can_start_anew:
        heard.start_anew = lambda session, _consumer, _page: rebuild_all(session, consumers=[consumer])
    return consumer


def facts(sessions: sessionmaker[Session]) -> int:
    """All fact versions, whatever tenant."""
    with sessions.begin() as session:
        session.execute(text("SELECT set_config('peyvand.tenant', :t, true)"), {"t": TENANT})
        session.execute(text("SELECT set_config('peyvand.province', '*', true)"))
        found: int = session.execute(text("SELECT count(*) FROM school_facts")).scalar_one()
        return found + int(session.execute(text("SELECT count(*) FROM meeting_facts")).scalar_one())


class TestRestoredSource:
    """The feed goes back under a new epoch."""

    def test_figures_are_made_anew_and_the_reader_goes_on(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        told = story()
        fold(told)
        before = facts(sessions)
        feed = RestoredFeed(told, len(told.envelopes) - BACK)
        consumer = reader(sessions, feed)
        while consumer.step():
            pass
        with sessions.begin() as session:
            cursor = session.query(Cursor).one()
            compared = rebuild(session, tenant=TENANT, consumers=[consumer])
        assert (cursor.epoch, cursor.pos, cursor.replay_to) == (RESTORED, feed.from_seq, feed.from_seq)
        assert [each.table for each in compared if not each.same] == []
        assert facts(sessions) < before

    def test_a_reader_behind_the_common_past_just_reads_on(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        told = story()
        short = History()
        short.envelopes = told.envelopes[:40]
        fold(short)
        consumer = reader(sessions, RestoredFeed(told, len(told.envelopes)), can_start_anew=False)
        while consumer.step():
            pass
        with sessions.begin() as session:
            assert session.query(Cursor).one().pos == len(told.envelopes)
            compared = rebuild(session, tenant=TENANT, consumers=[consumer])
        assert [each.table for each in compared if not each.same] == []

    def test_without_a_way_back_the_reader_stops(self, fold: Fold, sessions: sessionmaker[Session]) -> None:
        told = story()
        fold(told)
        with pytest.raises(EpochChanged):
            reader(sessions, RestoredFeed(told, len(told.envelopes) - BACK), can_start_anew=False).step()
