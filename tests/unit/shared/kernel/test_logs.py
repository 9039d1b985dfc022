"""Lines of the logs: service and trace on each, and nothing of what people typed, whatever goes wrong."""

import json
import logging
import threading
from collections.abc import Callable, Iterator

import pytest
import structlog
from psycopg.errors import UniqueViolation
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from shared.kernel.logs import start_logs
from shared.kernel.scrubbing import masked
from shared.kernel.tracing import current_traceparent, in_trace, new_traceparent, trace_ids

NAME, ADDRESS, MOBILE = "پروین قناری", "canary.person@example.org", "+989121234567"
CANARIES = (NAME, ADDRESS, "989121234567", "9121234567")
Lines = Callable[[], list[dict[str, object]]]
log = structlog.get_logger()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was written to standard error so far, one JSON object a line."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    start_logs("registry")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers, root.level = before, level
    structlog.reset_defaults()


class Typed(BaseModel):
    """Something a person fills in."""

    born: int


def mistyped() -> None:
    """pydantic repeats the input in its message."""
    Typed.model_validate({"born": f"{NAME} {ADDRESS}"})


def not_found() -> None:
    """A key is its own message."""
    dict[str, str]()[NAME]


def taken() -> None:
    """SQLAlchemy repeats statement and parameters, the driver the key."""
    cause = UniqueViolation(f"duplicate key\nDETAIL:  Key (email)=({ADDRESS}) already exists.")
    raise IntegrityError("INSERT", {"name": NAME, "mobile": MOBILE}, cause)


def away() -> None:
    """A machine's error may name an address."""
    raise OSError(f"refused {ADDRESS} at {MOBILE}")


def chained() -> None:
    """The cause is told too."""
    try:
        mistyped()
    except ValueError as error:
        raise RuntimeError(f"while writing to {NAME}") from error


class TestNothingOfPeople:
    """Canaries in every kind of error and field."""

    @pytest.mark.parametrize("fault", [mistyped, not_found, taken, away, chained])
    def test_an_error_is_told_without_what_it_speaks_of(self, lines: Lines, fault: Callable[[], None]) -> None:
        try:
            fault()
        except (IntegrityError, LookupError, OSError, RuntimeError, ValueError):
            log.exception("request.failed")
        written = lines()
        assert [line["event"] for line in written] == ["request.failed"]
        said = json.dumps(written, ensure_ascii=False)
        assert [canary for canary in CANARIES if canary in said] == []
        assert f"test_logs.py:{fault.__code__.co_firstlineno}" in said or fault.__name__ in said

    def test_a_fields_addresses_are_masked_and_ids_stay(self, lines: Lines) -> None:
        ids = "0190a5b2-1234-7123-8912-123456789012"
        log.info("people.read", id=ids, seq=1234567890123, detail={"to": [ADDRESS, f"tel {MOBILE}"]})
        (line,) = lines()
        assert (line["id"], line["seq"]) == (ids, 1234567890123)
        assert line["detail"] == {"to": ["[address]", "tel [number]"]}

    def test_a_librarys_sentence_comes_without_its_words(self, lines: Lines) -> None:
        logging.getLogger("celery.app.trace").error("Task %s raised %r, try %d", NAME, ValueError(NAME), 3)
        (line,) = lines()
        assert (line["event"], line["said"]) == ("library.said", "Task %s raised %r, try %d")
        assert line["with"] == ["str", "ValueError", 3]
        assert NAME not in json.dumps(line, ensure_ascii=False)

    @pytest.mark.parametrize("typed", ["۰۹۱۲۱۲۳۴۵۶۷", "0912 123 4567", "00989121234567", "(a.b+c@sub.example.ir)"])
    def test_other_ways_to_write_them(self, typed: str) -> None:
        assert masked(f"x {typed} y") in {"x [number] y", "x ([address]) y"}


class TestOneTrace:
    """Service and trace are on each line, in every thread."""

    def test_a_line_of_a_loops_thread_names_service_and_trace(self, lines: Lines) -> None:
        traceparent = new_traceparent()

        def work() -> None:
            with in_trace(traceparent):
                log.info("reader.applied")

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        (line,) = lines()
        assert (line["service"], line["trace"]) == ("registry", traceparent.split("-")[1])

    def test_the_next_work_of_a_thread_does_not_carry_the_last_ones_trace(self) -> None:
        before = current_traceparent()
        with in_trace(new_traceparent()) as outer:
            with in_trace("malformed") as inner:
                assert current_traceparent() == inner != outer
            assert current_traceparent() == outer
        assert current_traceparent() == before

    def test_a_batch_names_each_of_its_traces_once(self) -> None:
        one, two = new_traceparent(), new_traceparent()
        assert trace_ids([one, None, two, one]) == [one.split("-")[1], two.split("-")[1]]
