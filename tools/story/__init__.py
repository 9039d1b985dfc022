"""The acceptance story: enters it through the public interfaces and compares every figure and message."""

from collections.abc import Callable
from pathlib import Path

from tools.demo.accounts import Account
from tools.story.acts import step_1, step_2_and_3, step_4, step_5
from tools.story.api import Api, Refusal
from tools.story.checks import Checks
from tools.story.gatherings import step_7
from tools.story.messages import compare_messages
from tools.story.play import Play
from tools.story.stage import TENANT, Stage, set_stage
from tools.story.times import PATIENCE_S, Clock, NotQuiet, moment

SETTING = "1399-07-01 08:00"
STEPS = {
    "step 1: the directive": step_1,
    "steps 2 and 3: selection, pairing, establishment": step_2_and_3,
    "step 4: Yazd is below its quota": step_4,
    "step 5: Yazd's fifth": step_5,
    "step 7: meetings": step_7,
}


def say(line: str) -> None:
    """One line of progress at once."""
    print(line, flush=True)


def run(base_url: str, json_path: Path | None, account: Account) -> int:
    """Run the story against the one URL, signing in with `account`; 0 when every figure and message is as expected.
    `json_path`: where {"checks": [{"name", "expected", "seen", "ok"}]} is written."""
    checks = Checks(say)
    try:
        play = play_story(base_url, account, checks, say)
        compare_messages(play)
    except (Refusal, NotQuiet) as stop:
        checks.compare("the story reaches its end", "yes", f"stopped: {stop}")
    if json_path is not None:
        checks.write(json_path)
    say(f"{len(checks.lines) - checks.failed} as expected, {checks.failed} not")
    return 1 if checks.failed else 0


def play_story(
    base_url: str, account: Account, checks: Checks, tell: Callable[[str], None], *, patience_s: float = PATIENCE_S
) -> Play:
    """Set the stage with sending switched off, switch it on, and play all steps; `patience_s` seconds for each rest."""
    hq = Api(base_url, TENANT, account.login, account.password).sign_in()
    clock = Clock(hq, tell, patience_s=patience_s)
    clock.set(moment(SETTING))
    tell("setting the stage (sending is switched off)")
    sending(hq, live=False)
    stage: Stage = set_stage(hq)
    clock.rest()
    sending(hq, live=True)
    play = Play(stage, clock, checks, tell)
    for title, step in STEPS.items():
        tell(title)
        step(play)
    clock.rest()
    return play


def sending(hq: Api, *, live: bool) -> None:
    """Switch the tenant's sending."""
    hq.put(
        f"/notifications/v1/tenants/{TENANT}/sending", {"live": live, "reason": "آغاز کار" if live else "ورود داده‌ها"}
    )


def load_demo(base_url: str, account: Account) -> list[Account]:
    """Enter the demo's data with `account` by playing the story; returns the accounts people may try."""
    play = play_story(base_url, account, Checks(lambda _line: None), say)
    return play.stage.accounts
