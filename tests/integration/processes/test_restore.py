"""After a restore nobody is told twice, nothing new is missed, and readers agree with the feed again (I6, C23)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from services.notifications.messages.lifecycle import State
from shared.contracts import governance
from shared.contracts.base import Event
from shared.kernel.feed import EpochChanged
from tests.support.database import new_database
from tests.support.matters import a_directive
from tests.support.messages import an_id
from tests.support.restored import Town
from tests.support.sinks import GatewaySink, MailSink


def directive(code: str) -> Event:
    """A directive of its own, with the code in its title."""
    sample = a_directive(governance.DirectiveIssued)
    assert isinstance(sample, governance.DirectiveIssued)
    titles = {"fa": f"شیوه‌نامهٔ {code}", "en": f"Guideline {code}"}
    fact = sample.directive.model_copy(update={"directive_id": an_id(code), "title": titles})
    return sample.model_copy(update={"directive_id": an_id(code), "directive": fact})


@pytest.fixture
def town() -> Iterator[Town]:
    """Registry and notifications with a settled country."""
    with (
        new_database("registry", suffix="_town") as registry,
        new_database("notifications", suffix="_town") as notifications,
        MailSink() as mail,
        GatewaySink() as gateway,
    ):
        town = Town(registry, notifications, mail, gateway)
        town.settle()
        yield town
        town.close()


def lose_both(town: Town, *, new_epoch: bool) -> None:
    """Backup with registry LAST while messages go out, then loss and restore of both."""
    town.say(directive("told before"))
    town.send()
    town.say(directive("planned at backup"))
    town.copy(town.notifications, "backup")
    town.send()
    town.say(directive("after the first backup"))
    town.send()
    town.copy(town.registry, "backup")
    town.say(directive("lost"))
    town.send()
    town.restore(town.notifications, "backup")
    town.restore(town.registry, "backup")
    if new_epoch:
        town.begin_epoch("registry")
        town.begin_epoch("notifications")
    town.hear()
    town.send()


class TestWholeSetRestored:
    """Backups of one evening, registry's the youngest."""

    def test_nobody_is_told_twice(self, town: Town) -> None:
        lose_both(town, new_epoch=True)
        assert set(town.mails().values()) == {1}
        assert len(town.mails()) == 8
        doubted = town.deliveries(state=State.UNKNOWN)
        assert {each.reason for each in doubted} == {"restored"}
        assert {each.channel for each in doubted} == {"email"}, "the gateway knows what it took, by our reference"
        assert all(one["localid"] for one in town.gateway.taken.values())
        assert town.gateway.submits == len(town.gateway.taken)
        assert {each.reason for each in town.deliveries(state=State.SUPPRESSED)} == {"replay"}

    def test_news_after_it_is_told(self, town: Town) -> None:
        lose_both(town, new_epoch=True)
        before = town.mails()
        town.say(directive("news"))
        town.send()
        assert sum((town.mails() - before).values()) == 2
        assert set(town.mails().values()) == {1}

    def test_without_a_new_epoch_people_are_told_twice(self, town: Town) -> None:
        """The fault planted: what the epoch is for."""
        lose_both(town, new_epoch=False)
        assert sum(1 for times in town.mails().values() if times == 2) == 4


class TestRegistryAloneRestored:
    """Registry goes back to an earlier time than notifications has read."""

    def test_what_never_happened_is_forgotten_and_nobody_is_told_twice(self, town: Town) -> None:
        from shared.values.ids import new_id
        from tests.support.messages import a_role, contact_points

        town.say(directive("kept"))
        town.send()
        town.copy(town.registry, "backup")
        stranger = new_id()
        town.say(a_role(stranger, "hq_officer", "*"), contact_points(stranger, 40), directive("lost"))
        town.restore(town.registry, "backup")
        town.begin_epoch("registry")
        town.hear()
        town.send()
        assert set(town.mails().values()) == {1}
        assert len(town.mails()) == 2, "what was planned about a lost directive is held"
        assert {each.reason for each in town.deliveries(state=State.SUPPRESSED)} == {"replay"}
        with town.sessions(town.notifications.owner_url).begin() as session:
            people = set(session.scalars(text("SELECT person_id FROM holdings")))
            known = session.execute(text("SELECT pos, replay_to FROM consumer_cursors ORDER BY stream")).all()
        assert people
        assert stranger not in people
        assert all(row.pos == row.replay_to for row in known)
        town.say(directive("news"))
        town.send()
        assert len(town.mails()) == 4
        assert set(town.mails().values()) == {1}

    def test_a_reader_that_cannot_start_anew_stops(self, town: Town) -> None:
        """The fault planted: a reader without a way back goes no step farther."""
        from services.notifications.background import subscriber
        from shared.kernel.bus import Consumer
        from shared.kernel.feed import LocalFeed

        town.copy(town.registry, "backup")
        town.say(directive("lost"))
        town.restore(town.registry, "backup")
        town.begin_epoch("registry")
        heard, stream = subscriber(), "peyvand.registry"
        heard.start_anew = None
        feed = LocalFeed(town.sessions(town.registry.url), stream, "registry")
        reader = Consumer(heard, town.sessions(town.notifications.url), "registry", stream, feed)
        with pytest.raises(EpochChanged):
            reader.step()
