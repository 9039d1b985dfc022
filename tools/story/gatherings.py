"""Step 7 of the acceptance story: meetings that are called, held and cancelled."""

from tools.story.api import Api, Body
from tools.story.play import Play, R
from tools.story.stage import SCOPE, sid
from tools.story.times import moment


def step_7(play: Play) -> None:
    """HQ meets in Mehr and Azar, not in Aban; two provinces hold their autumn meeting, IR-21 cancels."""
    play.at("1399-09-05 10:00")
    province_meeting(play, "IR-03", start="1399-09-11 10:00", end="1399-09-11 12:00")
    hq_meeting(play, "09", schedule="1399-09-09 12:00", start="1399-09-10 10:00", end="1399-09-10 12:00")
    play.at("1399-09-11 12:00")
    hold(play, "IR-03")
    province_meeting(play, "IR-23", start="1399-09-12 10:00", end="1399-09-12 12:00")
    play.at("1399-09-12 12:00")
    hold(play, "IR-23")
    play.at("1399-09-15 10:00")
    province_meeting(play, "IR-21", start="1399-09-24 10:00", end="1399-09-24 12:00")
    play.at("1399-09-18 10:00")
    meeting = f"{R}/meetings/{sid('meeting/IR-21')}"
    play.stage.officers["IR-21"].act(meeting, "cancel", {"reason": "تعطیلی ادارات استان"})
    play.at("1399-10-01 00:30")
    play.kpi("step 7, HQ met in two of three months", "K-31", "2/3", period=1)
    play.kpi("step 7, provinces that met in autumn", "K-32", "2/3", period=1)
    the_rest_of_autumn(play)


def the_rest_of_autumn(play: Play) -> None:
    """Figures the story implies without naming them, each derived by hand from what happened above."""
    play.kpi("autumn, linked agencies (7 + 5 + 10)", "K-03", "22")
    play.kpi("autumn, linked of three pools of fifty", "K-06", "22/150")
    play.kpi("autumn, established of selected", "K-07", "22/22")
    play.kpi("autumn, launch steps in time (T4 of Yazd was late)", "K-08", "11/12")
    play.kpi("autumn, appointment letters in time", "K-09", "22/22")
    play.kpi("autumn, committee seats (13 + 3 × 8)", "K-10", "37/37")
    play.kpi("autumn, agencies that answered in time", "K-17", "22/22", period=1)
    play.kpi("autumn, pairings that met", "K-18", "0/22", period=1)
    play.kpi("autumn, duties done (H2 of Aban and W3 of Yazd were not)", "K-45", "13/15", period=1)


def hq_meeting(play: Play, month: str, *, schedule: str, start: str, end: str) -> None:
    """Schedule, invite all adults of the committee, hold."""
    play.at(schedule)
    people = [person.key for person in play.stage.seats.values() if not person.minor]
    arrange(play, play.stage.hq, f"meeting/HQ-{month}", "hq_monthly", "", people, start, end, "جلسهٔ ماهانهٔ ستاد کشوری")
    play.at(end)
    play.stage.hq.act(f"{R}/meetings/{sid(f'meeting/HQ-{month}')}", "hold", {})


def province_meeting(play: Play, code: str, *, start: str, end: str) -> None:
    """Schedule a province's autumn meeting with the adults of its working group."""
    people = [person.key for person in play.stage.province(code).seats.values() if not person.minor]
    officer = play.stage.officers[code]
    arrange(
        play, officer, f"meeting/{code}", "provincial_quarterly", code, people, start, end, "جلسهٔ فصلی کارگروه استان"
    )


def arrange(
    play: Play, api: Api, key: str, kind: str, province: str, people: list[str], start: str, end: str, title: str
) -> None:
    """Draft and schedule a meeting."""
    del play
    body: Body = {
        "id": sid(key),
        **SCOPE,
        "kind": kind,
        "title": title,
        "mode": "in_person",
        "venue": "سالن جلسات اداره",
        "invitees": [{"person_id": sid(each), "category": "member"} for each in people],
    }
    if province:
        body["province"] = province
    api.post(f"{R}/meetings", body)
    when = {"starts_at": moment(start).isoformat(), "ends_at": moment(end).isoformat()}
    api.act(f"{R}/meetings/{sid(key)}", "schedule", when)


def hold(play: Play, code: str) -> None:
    """Say that a province's meeting took place."""
    play.stage.officers[code].act(f"{R}/meetings/{sid(f'meeting/{code}')}", "hold", {})
