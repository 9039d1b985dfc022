"""The load: meetings are recorded, attended, corrected, scheduled, moved and called off, by several hands at once."""

import hashlib
import hmac
import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tools.chaos.client import Answer, Client
from tools.chaos.journal import AMBIGUOUS, OK, REFUSED, Journal, Wish
from tools.chaos.stage import CYCLE, NOW, PROGRAMME, PROVINCES, Person, people
from tools.chaos.world import World

GIVE_UP_S = 60.0
OPEN_AT_ONCE = 6
FIRST_DAY = date(2020, 9, 25)
DAYS = 30
MODES = ("in_person", "virtual", "hybrid")


@dataclass
class Meeting:
    """One meeting as its hand knows it."""

    id: str
    province: str
    canary: str
    people: list[Person]
    phase: str
    version: int = 1
    corrections: int = 0
    day: str = ""


@dataclass
class Load:
    """Several hands, each with its own meetings and its own client."""

    world: World
    journal: Journal
    seed: int
    rate: float = 10.0
    """Writes per second of all hands together."""
    hands: int = 4
    running: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    busy: int = 0
    writes: int = 0
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to write."""
        self.running.set()
        for hand in range(self.hands):
            thread = threading.Thread(target=Hand(self, hand).work, daemon=True, name=f"hand-{hand}")
            self._threads.append(thread)
            thread.start()

    def pause(self, within: float = GIVE_UP_S + 15) -> bool:
        """No new writes; True when those under way have their answer."""
        self.running.clear()
        until = time.monotonic() + within
        while self.busy and time.monotonic() < until:
            time.sleep(0.05)
        return not self.busy

    def go_on(self) -> None:
        """Write again."""
        self.running.set()

    def stop(self) -> None:
        """End all hands."""
        self.pause()
        self.ended.set()
        self.running.set()
        for thread in self._threads:
            thread.join(20)

    def number(self) -> int:
        """The next number of a write."""
        with self._lock:
            self._count += 1
            return self._count

    def enter(self, change: int) -> None:
        """Count hands that are in the middle of a write."""
        with self._lock:
            self.busy += change
            self.writes += change > 0


class Hand:
    """One thread of the load."""

    def __init__(self, load: Load, number: int) -> None:
        self.load = load
        self.random = random.Random(f"{load.seed}/{number}")
        self.client = Client(load.world)
        self.meetings: list[Meeting] = []
        self.everybody = people()
        self.pause = load.hands / load.rate

    def work(self) -> None:
        """Write until the load ends."""
        while not self.load.ended.is_set():
            self.load.running.wait()
            if self.load.ended.is_set():
                return
            self.load.enter(1)
            try:
                self.step()
            finally:
                self.load.enter(-1)
            time.sleep(self.random.uniform(0.5, 1.5) * self.pause)

    def step(self) -> None:
        """One write on a new or a known meeting."""
        if len(self.meetings) < 2 or (len(self.meetings) < OPEN_AT_ONCE and self.random.random() < 0.5):
            self.begin()
            return
        meeting = self.random.choice(self.meetings)
        dice = self.random.random()
        if dice < 0.05:
            self.conflict(meeting)
        else:
            getattr(self, f"after_{meeting.phase}")(meeting)

    def begin(self) -> None:
        """Record a past workshop, or draft a meeting to come."""
        number = self.load.number()
        province = self.random.choice(PROVINCES)
        key = f"{self.load.seed}/{number}"
        mark = hmac.new(b"chaos", f"{province}/{key}".encode(), hashlib.sha256).hexdigest()[:8]
        canary = f"PV-{province}-{number}-{mark}"
        guests = self.random.sample(self.everybody, self.random.randint(1, 3))
        meeting = Meeting(str(uuid.UUID(int=self.random.getrandbits(128), version=4)), province, canary, guests, "")
        body: dict[str, Any] = {
            "id": meeting.id,
            "programme": PROGRAMME,
            "cycle": CYCLE,
            "province": province,
            "kind": "experience_workshop",
            "title": canary,
            "mode": self.random.choice(MODES),
            "invitees": [{"person_id": guest.id, "category": "member"} for guest in guests],
        }
        if self.random.random() < 0.6:
            body["held_on"] = meeting.day = self.some_day()
            answer = self.write("record", meeting, "/v1/meetings/record", body, number=number)
            meeting.phase = "recorded"
        else:
            answer = self.write("draft", meeting, "/v1/meetings", body, number=number)
            meeting.phase = "drafted"
        if answer.status == 201:
            meeting.version = answer.version or 1
            self.meetings.append(meeting)

    def some_day(self) -> str:
        """A day of the cycle that has passed."""
        return (FIRST_DAY + timedelta(days=self.random.randrange(DAYS))).isoformat()

    def after_recorded(self, meeting: Meeting) -> None:
        """Say who was there."""
        marks = [
            {"person_id": guest.id, "day": meeting.day, "mark": self.random.choice(("present", "absent", "excused"))}
            for guest in meeting.people
        ]
        self.act("attendance", meeting, {"marks": marks}, "attended")

    def after_attended(self, meeting: Meeting) -> None:
        """Put its day or its mode right, up to three times."""
        meeting.corrections += 1
        marker = f"{meeting.canary}/{meeting.corrections}"
        body: dict[str, Any] = {"reason": marker, "title": marker}
        if self.random.random() < 0.7:
            body["held_on"] = self.some_day()
        else:
            body["mode"] = self.random.choice(MODES)
        self.act("correct", meeting, body, "attended" if meeting.corrections < 3 else "over", marker)

    def after_drafted(self, meeting: Meeting) -> None:
        """Give it a time tomorrow; its guests are told."""
        self.act("schedule", meeting, self.some_time(24), "scheduled")

    def after_scheduled(self, meeting: Meeting) -> None:
        """Move it, call it off, or leave it."""
        dice = self.random.random()
        if dice < 0.4:
            marker = f"{meeting.canary}/moved"
            self.act("reschedule", meeting, {**self.some_time(30), "reason": marker}, "moved", marker)
        elif dice < 0.6:
            self.cancel(meeting)
        else:
            self.meetings.remove(meeting)

    def after_moved(self, meeting: Meeting) -> None:
        """Call it off, or leave it."""
        if self.random.random() < 0.4:
            self.cancel(meeting)
        else:
            self.meetings.remove(meeting)

    def cancel(self, meeting: Meeting) -> None:
        """Call it off."""
        marker = f"{meeting.canary}/off"
        self.act("cancel", meeting, {"reason": marker}, "over", marker)

    def some_time(self, hours: int) -> dict[str, Any]:
        """A span that begins so many hours from the bench's business time, and a little."""
        start = datetime.fromisoformat(NOW) + timedelta(hours=hours, minutes=self.random.randrange(60))
        return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=2)).isoformat()}

    def conflict(self, meeting: Meeting) -> None:
        """A change that means an older version: always refused."""
        marker = f"{meeting.canary}/stale/{self.load.number()}"
        path = f"/v1/meetings/{meeting.id}/cancel"
        stale = f'"{max(meeting.version - 1, 0)}"'
        self.write("cancel", meeting, path, {"reason": marker}, marker=marker, must_refuse=True, if_match=stale)

    def act(self, verb: str, meeting: Meeting, body: dict[str, Any], phase: str, marker: str = "") -> None:
        """One action on a meeting; afterwards it is in `phase`, or given up when nobody knows what became of it."""
        path = f"/v1/meetings/{meeting.id}/{verb}"
        answer = self.write(verb, meeting, path, body, marker=marker, if_match=f'"{meeting.version}"')
        if answer.status >= 300 or answer.status == 0 or phase == "over":
            self.meetings.remove(meeting)
            return
        meeting.version, meeting.phase = answer.version or meeting.version + 1, phase

    def write(
        self, kind: str, meeting: Meeting, path: str, body: dict[str, Any], *, marker: str = "", number: int = 0,
        must_refuse: bool = False, **headers: str,
    ) -> Answer:  # fmt: skip
        """Journal, try until the answer is known or patience ends, journal; now and then repeat or misuse the key."""
        wish = Wish(
            number or self.load.number(), kind, meeting.id, meeting.canary, marker, meeting.province,
            [guest.email for guest in meeting.people], must_refuse, {"day": meeting.day},
        )  # fmt: skip
        headers["idempotency_key"] = f"{self.load.seed}-{wish.number}"
        self.load.journal.intend(wish)
        began, tries = time.monotonic(), 0
        while True:
            tries += 1
            answer = self.client.ask("POST", path, body=body, **headers)
            if not answer.doubtful or time.monotonic() - began > GIVE_UP_S:
                break
            time.sleep(self.random.uniform(0.1, 0.4))
        outcome = AMBIGUOUS if answer.doubtful else OK if answer.status < 300 else REFUSED
        seconds = time.monotonic() - began
        self.load.journal.answer(wish, outcome=outcome, status=answer.status, tries=tries, seconds=seconds)
        if must_refuse and outcome == OK:
            self.load.journal.breach(wish, "a stale version was accepted")
        if outcome == OK:
            self.again(wish, path, body, headers, answer)
        return answer

    def again(self, wish: Wish, path: str, body: dict[str, Any], headers: dict[str, str], first: Answer) -> None:
        """One in ten is repeated (same answer), three in a hundred reuse the key for something else (refused)."""
        dice = self.random.random()
        if dice < 0.10:
            second = self.client.ask("POST", path, body=body, **headers)
            if not second.doubtful and (second.status, second.body) != (first.status, first.body):
                self.load.journal.breach(wish, f"a repeated key was answered {second.status} {second.code}")
        elif dice < 0.13:
            other = self.client.ask("POST", path, body={**body, "reason": "something else"}, **headers)
            if not other.doubtful and other.code != "idempotency_key_reused":
                self.load.journal.breach(wish, f"a reused key was answered {other.status} {other.code}")
