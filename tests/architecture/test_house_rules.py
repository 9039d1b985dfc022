"""The house rules hold, and each has been seen red on a planted violation."""

from pathlib import Path

import pytest

from tests.architecture.house_rules import CHECKS

ROOT = Path(__file__).resolve().parents[2]
SLICE = "services/registry/wing/things"
PLANTED = {
    "files_are_short": (f"{SLICE}/queries.py", '"""Doc."""\n' + "A = 1\n" * 301),
    "functions_are_short": (f"{SLICE}/queries.py", '"""Doc."""\ndef long() -> None:\n' + "    print(1)\n" * 41),
    "modules_say_what_they_are": (f"{SLICE}/queries.py", "A = 1\n"),
    "nobody_commits": (f"{SLICE}/commands.py", '"""Doc."""\ndef f(session):\n    session.commit()\n'),
    "time_comes_from_the_edge": (f"{SLICE}/rules.py", '"""Doc."""\nnow = datetime.now()\n'),
    "commands_take_keywords": (f"{SLICE}/commands.py", '"""Doc."""\ndef make(session, name): ...\n'),
    "decisions_are_pure": (f"{SLICE}/rules.py", '"""Doc."""\nfrom sqlalchemy import select\n'),
    "neighbours_models_are_private": (
        f"{SLICE}/commands.py",
        '"""Doc."""\nfrom services.registry.register.schools.models import School\n',
    ),
    "celery_stays_in_workers": (f"{SLICE}/commands.py", '"""Doc."""\nimport celery\n'),
    "nothing_in_the_background_of_a_request": (f"{SLICE}/routes.py", '"""Doc."""\ntasks: BackgroundTasks\n'),
    "settings_of_the_transaction_only": (
        "shared/kernel/x.py",
        '"""Doc."""\nS = "SELECT set_config(\'a\', \'b\', false)"\n',
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_house_keeps_its_rule(name: str) -> None:
    assert CHECKS[name](ROOT) == []


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_the_rule_turns_red_on_a_planted_violation(name: str, tmp_path: Path) -> None:
    where, content = PLANTED[name]
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    assert CHECKS[name](tmp_path)
