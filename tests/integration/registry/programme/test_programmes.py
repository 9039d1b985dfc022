"""Programmes: published once, found by any name, revised without code."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from services.registry.programme.cycles.commands import adopt_definition
from services.registry.programme.cycles.queries import rules_of
from services.registry.programme.programmes.commands import DefinitionUnchanged, revise_programme
from services.registry.programme.programmes.load import load_programmes
from services.registry.programme.programmes.queries import definition_of, list_programmes, list_versions
from shared.kernel.problems import Refused, Stale
from tests.support.actors import HQ, TENANT
from tests.support.registry_world import CYCLE, PROGRAMME, a_world, told


class TestLoadProgrammes:
    def test_publishes_a_version_once(self, registry_session: Session, now: datetime) -> None:
        first = load_programmes(registry_session, now=now)
        again = load_programmes(registry_session, now=now)
        assert [version.id for version in first] == [version.id for version in again]
        assert told(registry_session, first[0].programme_id) == ["programme.published"]

    @pytest.mark.requirement("R-003")
    @pytest.mark.parametrize(
        "q",
        [
            "طرح صد دبیرخانه، صد مدرسه",
            "صد مدرسه صد دبیرخانه",
            "صد و سیرخانه",
            "صد دبير خانه",
            "hundred secretariats",
            "صددبیرخانه",
        ],
    )
    def test_is_found_by_official_swapped_and_misspelt_names(
        self, registry_session: Session, now: datetime, q: str
    ) -> None:
        load_programmes(registry_session, now=now)
        assert [programme.code for programme in list_programmes(registry_session, by=HQ, q=q)] == [PROGRAMME]
        assert list_programmes(registry_session, by=HQ, q="چیز دیگر") == []


class TestReviseProgramme:
    @pytest.mark.requirement("R-002")
    @pytest.mark.invariant("I-01")
    def test_running_cycles_keep_their_version_until_they_adopt_the_new_one(
        self, registry_session: Session, now: datetime
    ) -> None:
        world = a_world(registry_session, now=now)
        definition = definition_of(registry_session, tenant=TENANT, programme=PROGRAMME)
        wider = definition.model_copy(
            update={"quotas": tuple(quota.model_copy(update={"max": 12}) for quota in definition.quotas)}
        )
        revised = revise_programme(
            registry_session,
            programme_id=world.programme.id,
            expected=world.programme.version,
            definition=wider,
            reason="more schools",
            by=HQ,
            now=now,
        )
        scope = {"tenant": TENANT, "programme": PROGRAMME}
        assert rules_of(registry_session, **scope, cycle=CYCLE).quota("Q-SCH").max == 10
        assert rules_of(registry_session, **scope).quota("Q-SCH").max == 12
        assert list(revised.diff) == ["quotas"]

        adopt_definition(
            registry_session,
            cycle_id=world.cycle.id,
            expected=world.cycle.version,
            number=revised.number,
            reason="agreed",
            by=HQ,
            now=now,
        )
        assert rules_of(registry_session, **scope, cycle=CYCLE).quota("Q-SCH").max == 12
        assert told(registry_session, world.cycle.id) == ["cycle.opened", "cycle.definition_adopted"]
        assert told(registry_session, world.programme.id) == ["programme.published", "programme.revised"]
        versions = list_versions(registry_session, programme=world.programme)
        assert [(version.number, version.state) for version in versions] == [(2, "published"), (1, "superseded")]

    def test_refuses_another_programme_the_same_content_and_a_stale_version(
        self, registry_session: Session, now: datetime
    ) -> None:
        world = a_world(registry_session, now=now)
        definition = definition_of(registry_session, tenant=TENANT, programme=PROGRAMME)
        other = definition.model_copy(update={"code": "another"})
        change = {"programme_id": world.programme.id, "reason": "why", "by": HQ, "now": now}
        version = world.programme.version
        with pytest.raises(Refused):
            revise_programme(registry_session, expected=version, definition=other, **change)
        with pytest.raises(DefinitionUnchanged):
            revise_programme(registry_session, expected=version, definition=definition, **change)
        with pytest.raises(Stale):
            revise_programme(registry_session, expected=version + 1, definition=definition, **change)
