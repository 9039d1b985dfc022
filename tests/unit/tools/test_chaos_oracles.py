"""The oracles judge by themselves: they import nothing of the product, and each is seen red on planted data."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tools.chaos.oracles import o1_writes, o2_feed, o3_figures, o4_messages
from tools.chaos.oracles.finding import Finding
from tools.chaos.oracles.o4_messages import Said, Sink

ORACLES = Path(o1_writes.__file__).parent
MEETING = "6a0f1c9e-0000-4000-8000-000000000001"
DELIVERY = "6a0f1c9e-0000-7000-8000-000000000002"
TOLD = Said("PV-IR-03-1-0123abcd", "scheduled", "guest@chaos.example", "email")


@pytest.mark.parametrize("path", sorted(ORACLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_oracle_imports_nothing_of_the_product(path: Path) -> None:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    foreign = {name for name in names if name.startswith(("shared", "services", "tools"))}
    assert all(name.startswith("tools.chaos.oracles") for name in foreign), foreign


def _wrote(outcome: str, **more: object) -> dict[str, object]:
    write = {"kind": "record", "meeting": MEETING, "marker": "", "canary": "c", "outcome": outcome, "people": []}
    return {**write, "must_refuse": False, **more}


@pytest.mark.parametrize(
    ("outcome", "times", "deviation"),
    [
        ("ok", 1, ""),
        ("ok", 0, "lost"),
        ("ok", 2, "duplicates"),
        ("refused", 0, ""),
        ("refused", 1, "other"),
        ("ambiguous", 0, ""),
        ("ambiguous", 1, ""),
        ("ambiguous", 2, "duplicates"),
    ],
)
def test_o1_compares_answers_with_rows(outcome: str, times: int, deviation: str) -> None:
    finding = Finding("O1")
    events = Counter({(MEETING, o1_writes.EVENT["record"], ""): times})
    o1_writes.compare(finding, [_wrote(outcome)], {}, events)
    assert finding.deviations == (1 if deviation else 0)
    assert not deviation or getattr(finding, deviation) == 1


def test_o1_takes_a_write_without_an_answer_as_doubtful(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text('{"intent": 1, "kind": "record"}\n{"breach": 1, "what": "another answer"}\n')
    writes, breaches = o1_writes.read_journal(journal)
    assert writes[1]["outcome"] == "ambiguous"
    assert breaches[0]["what"] == "another answer"


ROW = [(1, "meetings", "a", 1, 10, "t"), (2, "meetings", "b", 1, 11, "t"), (3, "meetings", "a", 2, 12, "t")]


@pytest.mark.parametrize(
    ("rows", "head", "deviation"),
    [
        (ROW, 3, ""),
        ([ROW[0], ROW[2]], 3, "lost"),
        ([ROW[0], ROW[0], ROW[1], ROW[2]], 3, "duplicates"),
        (ROW, 4, "lost"),
        ([(*ROW[0][:3], 2, *ROW[0][4:]), *ROW[1:2], (*ROW[2][:3], 1, *ROW[2][4:])], 3, "other"),
    ],
)
def test_o2_sees_holes_doubles_and_a_wrong_order(rows: list[tuple[object, ...]], head: int, deviation: str) -> None:
    finding = Finding("O2")
    o2_feed.check_stream(finding, "s", head, rows)
    assert finding.deviations == 0 if not deviation else getattr(finding, deviation) >= 1


def test_o2_sees_a_change_without_an_event_and_an_event_without_a_change() -> None:
    finding = Finding("O2")
    silent = [("meeting", "a", "held", "7")]
    phantom = [("event", "b", "peyvand.meeting.held.v1", "8")]
    good = [
        ("meeting", "c", "held", "9"),
        ("event", "c", "peyvand.meeting.held.v1", "9"),
        ("meeting", "d", "draft", "9"),
    ]
    o2_feed.check_audit(finding, [*silent, *phantom, *good])
    assert (finding.lost, finding.other) == (1, 1)


def test_o2_sees_readers_that_stand_elsewhere_and_what_was_parked_in_error() -> None:
    finding = Finding("O2")
    heads = {("registry", "s"): 5}
    o2_feed.check_readers(
        finding, heads, [("a", "registry", "s", 5), ("b", "registry", "s", 4), ("c", "registry", "s", 6)]
    )
    assert (finding.waiting, finding.other) == (1, 1)
    planted = {("registry", "s", 3): o2_feed.HEARD}
    o2_feed.check_letters(finding, planted, [("a", "registry", "s", 5)], [("b", "registry", "s", 4)])
    assert (finding.lost, finding.other) == (1, 2)


def test_o3_counts_for_itself_and_sees_a_wrong_cell() -> None:
    scope = "p/c"
    meetings = [
        ("m1", scope, "IR-03", "experience_workshop", "virtual", "held", "2020-10-01"),
        ("m2", scope, "IR-03", "experience_workshop", "virtual", "voided", "2020-10-01"),
    ]
    marks = [("m1", "present", True), ("m1", "absent", True), ("m1", "excused", True), ("m1", "present", False)]
    truth = o3_figures.count_meetings(meetings, marks)
    dims = {"mk": "experience_workshop", "mode": "virtual"}
    workshops = o3_figures.cell(scope, "IR-03", "K-36", "value", "2020-10-01")
    assert truth[workshops] == 1
    assert truth[o3_figures.cell(scope, "IR-03", "K-37", "numerator", "2020-10-01", **dims)] == 1
    assert truth[o3_figures.cell(scope, "IR-03", "K-37", "denominator", "2020-10-01", **dims)] == 2
    finding = Finding("O3")
    o3_figures.compare(finding, truth, dict(truth))
    assert finding.green
    o3_figures.compare(finding, truth, {**truth, workshops: 2})
    assert finding.wrong_cells == 1


@pytest.mark.parametrize(
    ("state", "arrived", "deviation"),
    [
        ("sent", 1, ""),
        ("sent", 0, "lost"),
        ("sent", 2, "duplicates"),
        ("unknown", 0, ""),
        ("unknown", 1, ""),
        ("unknown", 2, "duplicates"),
        ("suppressed", 0, "lost"),
        ("planned", 0, "waiting"),
    ],
)
def test_o4_compares_the_sink_with_what_was_to_be_said(
    state: str, arrived: int, deviation: str, tmp_path: Path
) -> None:
    finding = Finding("O4")
    sink = Sink(tmp_path, mails=[(TOLD, DELIVERY)] * arrived)
    o4_messages.compare(finding, {TOLD}, {DELIVERY: (TOLD, state, "")}, sink)
    assert finding.green if not deviation else getattr(finding, deviation) >= 1


def test_o4_sees_a_message_nobody_asked_for_and_one_nobody_planned(tmp_path: Path) -> None:
    finding = Finding("O4")
    other = TOLD._replace(address="stranger@chaos.example")
    o4_messages.compare(finding, {TOLD}, {}, Sink(tmp_path, mails=[(other, DELIVERY)]))
    assert (finding.duplicates, finding.waiting) == (1, 1)


def test_o4_expects_from_the_journal_alone() -> None:
    written = [
        _wrote("ok", kind="schedule", canary=TOLD.canary, people=[TOLD.address]),
        _wrote("refused", kind="cancel", canary="x", people=["x"]),
        _wrote("ambiguous", kind="reschedule", canary="y", people=["y"]),
    ]
    assert o4_messages.expected(written, {}) == {TOLD}
    assert len(o4_messages.expected(written, {(MEETING, "rescheduled"): 1})) == 3
