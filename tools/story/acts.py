"""Steps 1 to 5 of the acceptance story, through the public interfaces, on the story's own dates."""

from tools.story.api import Api, Body, Refusal
from tools.story.cast import Province
from tools.story.gatherings import hq_meeting
from tools.story.play import Play, R, together
from tools.story.stage import SCOPE, sid

DUTY_SHEET = ["P1", "P2", "P3", "P4", "P5", "P6"]


def step_1(play: Play) -> None:
    """The directive of 5 Mehr, its legal comment, issue, letters, and the three acknowledgements."""
    hq, stage = play.stage.hq, play.stage
    play.at("1399-07-05 09:30")
    path = f"{R}/directives/{sid('directive')}"
    hq.post(
        f"{R}/directives",
        {
            "id": sid("directive"),
            **SCOPE,
            "number": "1399/1",
            "title": {"fa": "دستورالعمل اجرایی طرح صد دبیرخانه، صد مدرسه", "en": "Directive of the programme"},
            "body": {
                "fa": "هر استان پنج تا ده مدرسه را برای دبیرخانه برگزیند و به یک دستگاه پیوند دهد.",
                "en": "Select 5 to 10 schools.",
            },
        },
    )
    stage.officers["legal"].act(path, "comment", {"comment": "با قوانین و مقررات مغایرتی ندارد."})
    hq.act(path, "approve")
    hq.act(path, "issue", {"provinces": [each.code for each in stage.provinces]})
    for each in stage.provinces:
        letter = {
            "id": sid(f"letter/hq/{each.code}"),
            **SCOPE,
            "province": each.code,
            "direction": "hq_to_province",
            "subject_code": "directive_notice",
            "subject": "ابلاغ دستورالعمل ۱۳۹۹/۱",
            "about_kind": "directive",
            "about_id": sid("directive"),
        }
        hq.post(f"{R}/letters", letter)
        hq.act(f"{R}/letters/{letter['id']}", "send", {})
    for day, each in zip(("06", "07", "08"), stage.provinces, strict=True):
        play.at(f"1399-07-{day} 10:00")
        stage.officers[each.code].post(f"{path}/acknowledge", {})
    play.kpi("step 1, all acknowledged by 8 Mehr", "K-46", "3/3", at="1399-07-08")
    duty = hq.all(f"{R}/obligations", template="H1")
    play.checks.compare("step 1, duty H1", "fulfilled", ", ".join(each["state"] for each in duty))


def step_2_and_3(play: Play) -> None:
    """Permits, candidates, selection (with the race for an eleventh place), invitations, letters, establishment."""
    for hour, each in zip((10, 11, 12), play.stage.provinces, strict=True):
        if each.code == "IR-03":
            play.at("1399-07-09 10:00")
            permits(play, each)
            play.at("1399-07-12 09:00")
            grant(play, each)
        play.at(f"1399-07-12 {hour}:00")
        nominate(play, each)
    play.at("1399-07-13 10:00")
    for each in play.stage.provinces:
        assess(play, each)
    for hour, each in zip((10, 11, 12), play.stage.provinces, strict=True):
        play.at(f"1399-07-14 {hour}:00")
        select(play, each)
    hq_meeting(play, "07", schedule="1399-07-14 13:00", start="1399-07-15 10:00", end="1399-07-15 12:00")
    for hour, each in zip((14, 15, 16), play.stage.provinces, strict=True):
        play.at(f"1399-07-15 {hour}:00")
        invite(play, each)
    for hour, each in zip((10, 11, 12), play.stage.provinces, strict=True):
        play.at(f"1399-07-16 {hour}:00")
        accept(play, each)
    play.at("1399-07-20 10:00")
    for each in play.stage.provinces:
        appoint(play, each)
    for each in play.stage.provinces:
        established = range(1, each.chosen + 1 if each.code != "IR-21" else each.chosen)
        play.at(f"1399-07-21 {9 + play.stage.provinces.index(each)}:00")
        establish(play, each, list(established))
    play.kpi("step 2, non-governmental share in IR-03", "K-05", "2/7", territory="IR-03", at="1399-07-21")
    play.kpi("step 2, established in IR-03", "K-01", "7", territory="IR-03", at="1399-07-21")
    play.kpi("step 3, established in IR-23", "K-01", "10", territory="IR-23", at="1399-07-21")
    plan = play.stage.officers["IR-03"].get(f"{R}/province-plans/{sid('IR-03/plan')}")
    used = next(slot["used"] for slot in plan["slots"] if slot["subject"] == "secretariat")
    play.checks.compare("step 2, slots used in IR-03", "7", str(used))


def permits(play: Play, each: Province) -> None:
    """IR-03 asks council and committee."""
    for kind, words in (("council", "شورای آموزش و پرورش استان"), ("committee", "کمیتهٔ توسعهٔ مدیریت و پشتیبانی")):
        body = {"id": sid(f"{each.code}/{kind}"), **SCOPE, "province": each.code, "kind": kind, "body": {"fa": words}}
        play.stage.officers[each.code].post(f"{R}/authorisations", {**body, "subject": "اجرای طرح در استان"})


def grant(play: Play, each: Province) -> None:
    """Both are tabled on 12 Mehr; the committee grants its permit."""
    officer = play.stage.officers[each.code]
    for kind in ("council", "committee"):
        officer.act(f"{R}/authorisations/{sid(f'{each.code}/{kind}')}", "table", {})
    officer.act(f"{R}/authorisations/{sid(f'{each.code}/committee')}", "grant", {"number": "۴۷/الف"})


def nominate(play: Play, each: Province) -> None:
    """Candidate schools."""
    officer = play.stage.officers[each.code]
    for n in range(1, each.candidates + 1):
        body = {"id": sid(f"{each.code}/sec/{n}"), **SCOPE, "school_id": sid(f"{each.code}/school/{n}")}
        officer.post(f"{R}/secretariats", body)


def assess(play: Play, each: Province) -> None:
    """The checklist of conditions, complete."""
    officer = play.stage.officers[each.code]
    items = ("space", "principal", "officer", "communication", "access", "experience")
    body = {"checklist": dict.fromkeys(items, True), "score": "86"}
    together([lambda n=n: officer.act(secretariat(each, n), "assess", body) for n in range(1, each.candidates + 1)])  # type: ignore[misc]


def secretariat(each: Province, n: int) -> str:
    """The address of a province's n-th secretariat."""
    return f"{R}/secretariats/{sid(f'{each.code}/sec/{n}')}"


def pairing(each: Province, n: int) -> str:
    """The address of a province's n-th pairing."""
    return f"{R}/pairings/{sid(f'{each.code}/pairing/{n}')}"


def select(play: Play, each: Province) -> None:
    """Select schools and agencies; in Tehran two users try the 11th and the 12th place at once."""
    officer = play.stage.officers[each.code]
    decision = {"decision_ref": f"صورت‌جلسهٔ کارگروه {each.name}"}
    for n in range(1, each.chosen + 1):
        officer.act(secretariat(each, n), "select", decision)
    if each.code == "IR-03":
        for n in range(each.chosen + 1, each.candidates + 1):
            officer.act(secretariat(each, n), "pass-over", {"reason": "فضای کافی برای دبیرخانه ندارد"})
    for n in range(1, each.chosen + 1):
        body = {"agency_id": sid(f"{each.code}/agency/{n}"), **decision}
        officer.post(f"{R}/province-plans/{sid(f'{each.code}/plan')}/agencies", body)
    if each.code == "IR-23":
        race(play, each, decision)


def race(play: Play, each: Province, decision: Body) -> None:
    """Two users, two places beyond the tenth, one instant: both are refused."""
    first = play.stage.officers[each.code]
    second = Api(first.base, first.tenant, first.login, first.password).sign_in()

    def attempt(api: Api, n: int) -> str:
        try:
            api.act(secretariat(each, n), "select", decision)
        except Refusal as refusal:
            return f"{refusal.status} {refusal.code}"
        return "201"

    seen = together([lambda: attempt(first, 11), lambda: attempt(second, 12)])
    play.checks.compare("step 3, the 11th and 12th secretariat at once", "409 quota_max_reached ×2", tally(seen))
    try:
        first.post(
            f"{R}/province-plans/{sid(f'{each.code}/plan')}/agencies",
            {"agency_id": sid(f"{each.code}/agency/11"), **decision},
        )
        answer = "201"
    except Refusal as refusal:
        answer = f"{refusal.status} {refusal.code}"
    play.checks.compare("step 3, the 11th agency", "409 quota_max_reached", answer)
    plan = first.get(f"{R}/province-plans/{sid(f'{each.code}/plan')}")
    used = {slot["subject"]: slot["used"] for slot in plan["slots"]}
    play.checks.compare("step 3, slots in use", "10 and 10", f"{used['secretariat']} and {used['linked_agency']}")


def tally(seen: list[str]) -> str:
    """`409 x ×2` for two equal answers, else both."""
    return f"{seen[0]} ×{len(seen)}" if len(set(seen)) == 1 else ", ".join(seen)


def invite(play: Play, each: Province) -> None:
    """Propose the pairings, write the readiness letters, invite."""
    officer = play.stage.officers[each.code]
    for n in range(1, each.chosen + 1):
        key = f"{each.code}/pairing/{n}"
        body = {
            "id": sid(key),
            "secretariat_id": sid(f"{each.code}/sec/{n}"),
            "agency_id": sid(f"{each.code}/agency/{n}"),
        }
        officer.post(f"{R}/pairings", body)
        letter = {
            "id": sid(f"{key}/letter"),
            **SCOPE,
            "province": each.code,
            "direction": "province_to_agency",
            "subject_code": "readiness",
            "subject": "اعلام آمادگی برای همکاری متقابل",
            "agency_id": sid(f"{each.code}/agency/{n}"),
            "about_kind": "pairing",
            "about_id": sid(key),
        }
        officer.post(f"{R}/letters", letter)
        officer.act(f"{R}/letters/{letter['id']}", "send", {})
        officer.act(pairing(each, n), "invite", {"letter_id": letter["id"]})


def accept(play: Play, each: Province) -> None:
    """All agencies accept."""
    officer = play.stage.officers[each.code]
    for n in range(1, each.chosen + 1):
        officer.act(pairing(each, n), "accept", {"number": f"{each.code}-{n}"})


def appoint(play: Play, each: Province) -> None:
    """Appointment letters for the executing principals."""
    officer = play.stage.officers[each.code]
    for n in range(1, each.chosen + 1):
        body = {"person_id": sid(each.schools[n - 1].principal.key), "number": f"۱۳۹۹/{each.code[3:]}/{n}"}
        officer.act(secretariat(each, n), "issue-appointment", body)


def establish(play: Play, each: Province, numbers: list[int]) -> None:
    """Officer, duty sheet, action calendar; then the pairings."""
    officer = play.stage.officers[each.code]
    for n in numbers:
        school = each.schools[n - 1]
        assert school.officer is not None
        body = {
            "officers": [sid(school.officer.key)],
            "duty_sheet": DUTY_SHEET,
            "action_calendar": [{"on": "1399-08-10", "title": "نشست مشترک با دستگاه"}],
        }
        officer.act(secretariat(each, n), "establish", body)
    for n in numbers:
        officer.act(pairing(each, n), "establish", {})


def step_4(play: Play) -> None:
    """IR-21 has four at the end of 30 Mehr: breach on 1 Aban."""
    play.at("1399-08-01 12:00")
    play.kpi("step 4, provinces within the school quota on 1 Aban", "K-02", "2/3", at="1399-08-01")
    play.kpi("step 4, provinces within the agency quota on 1 Aban", "K-04", "2/3", at="1399-08-01")
    plan = play.stage.officers["IR-21"].get(f"{R}/province-plans/{sid('IR-21/plan')}")
    flags = sorted(slot["subject"] for slot in plan["slots"] if slot["breached"])
    play.checks.compare("step 4, quotas breached in IR-21", "linked_agency, secretariat", ", ".join(flags))


def step_5(play: Play) -> None:
    """The fifth of IR-21 on 14 Aban; the past keeps its figure."""
    play.at("1399-08-14 10:00")
    establish(play, play.stage.province("IR-21"), [5])
    play.kpi("step 5, on 14 Aban", "K-02", "3/3", at="1399-08-14")
    play.kpi("step 5, as of 30 Mehr asked on 14 Aban", "K-02", "2/3", at="1399-07-30")
    play.kpi("step 5, agencies on 14 Aban", "K-04", "3/3", at="1399-08-14")
