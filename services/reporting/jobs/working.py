"""What each kind of job does; one function for Celery's worker and for the sweeper."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from services.reporting.facts.rebuilding import rebuild
from services.reporting.jobs import commands, csvs
from services.reporting.jobs.lifecycle import Kind
from services.reporting.jobs.models import Job
from services.reporting.jobs.queries import due_jobs
from services.reporting.kpis.answers import Figured
from services.reporting.kpis.queries import Answer, answer_kpi, current_cycle, list_kpis, local_today, province_names
from services.reporting.kpis.reconciling import one_snapshot, reconcile
from shared.kernel.bus import TRANSIENT, Consumer
from shared.kernel.clock import known_tenants, machine_now
from shared.kernel.problems import Problem
from shared.kernel.tenancy import enter
from shared.kernel.words import words_in

log = structlog.get_logger()
WORDS = Path(__file__).parent.parent / "words"
Sessions = sessionmaker[Session]
Consumers = Callable[[], Sequence[Consumer]]
Done = tuple[dict[str, Any], str | None, bytes | None]
DETERMINISTIC = (Problem, ValueError, LookupError, TypeError, ArithmeticError)


def run_due(sessions: Sessions, consumers: Consumers, *, kinds: Sequence[Kind], older_than_s: int = 0) -> int:
    """Run every job of these kinds that nobody works on; returns how many were run."""
    ran = 0
    with sessions.begin() as session:
        tenants = known_tenants(session)
    for tenant in tenants:
        with sessions.begin() as session:
            enter(session, tenant=tenant, province="*")
            ids = due_jobs(session, machine=machine_now(session), kinds=kinds, older_than_s=older_than_s)
        for job_id in ids:
            ran += run_job(sessions, consumers, tenant=tenant, job_id=job_id)
    return ran


def run_job(sessions: Sessions, consumers: Consumers, *, tenant: str, job_id: UUID) -> int:
    """Claim one job, do it, end it: done, failed with a code, or given back while a neighbour is away."""
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        job = commands.claim_job(session, job_id=job_id)
        attempt = job.attempts if job else 0
    if job is None:
        return 0
    held: dict[str, Any] = {"job_id": job_id, "attempt": attempt}

    def progress(done: int, total: int) -> None:
        with sessions.begin() as session:
            enter(session, tenant=tenant, province="*")
            commands.report_progress(session, done=done, total=total, **held)

    try:
        result, filename, content = _DO[Kind(job.kind)](sessions, consumers, job, progress)
    except TRANSIENT as error:
        log.warning("job.given_back", job=str(job_id), kind=job.kind, exc_info=error)
        _end(sessions, tenant, lambda session: commands.give_back_job(session, **held))
        return 0
    except DETERMINISTIC as error:
        log.error("job.failed", job=str(job_id), kind=job.kind, exc_info=error)
        code = type(error).__name__
        _end(sessions, tenant, lambda session: commands.fail_job(session, code=code, **held))
        return 1
    _end(
        sessions,
        tenant,
        lambda session: commands.finish_job(session, result=result, filename=filename, content=content, **held),
    )
    log.info("job.done", job=str(job_id), kind=job.kind)
    return 1


def _end(sessions: Sessions, tenant: str, end: Callable[[Session], None]) -> None:
    with sessions.begin() as session:
        enter(session, tenant=tenant, province="*")
        end(session)


def do_reconcile(sessions: Sessions, _consumers: Consumers, job: Job, _progress: Callable[[int, int], None]) -> Done:
    """Compare cells and rows with facts; a difference is told loudly and never put right in silence."""
    with sessions.begin() as session:
        one_snapshot(session)
        enter(session, tenant=job.tenant, province="*")
        found = reconcile(session, tenant=job.tenant, share=Decimal(str(job.params.get("share", "1"))))
    if found:
        log.error("figures.mismatch", tenant=job.tenant, count=len(found), first=found[0].wire())
    return {"mismatches": [each.wire() for each in found[:200]], "count": len(found)}, None, None


def do_rebuild(sessions: Sessions, consumers: Consumers, job: Job, progress: Callable[[int, int], None]) -> Done:
    """Make facts and figures anew from the feeds."""
    with sessions.begin() as session:
        compared = rebuild(session, tenant=job.tenant, consumers=consumers(), progress=progress)
    changed = [each.table for each in compared if not each.same]
    if changed:
        log.error("figures.rebuilt_differ", tenant=job.tenant, tables=changed)
    return {"tables": {each.table: each.anew for each in compared}, "changed": changed}, None, None


def do_export(sessions: Sessions, _consumers: Consumers, job: Job, progress: Callable[[int, int], None]) -> Done:
    """Figures as CSV, as their asker may see them, with the stamp of their time."""
    by = commands.asker_of(job)
    params = job.params
    with sessions.begin() as session:
        enter(session, tenant=by.tenant, province=by.province)
        cycle = current_cycle(session, tenant=by.tenant, programme=params.get("programme"), cycle=params.get("cycle"))
        day = date.fromisoformat(params["at"]) if params.get("at") else local_today(session, cycle)
        known = datetime.fromisoformat(params["known_at"]) if params.get("known_at") else None
        asked: dict[str, Any] = {
            "tenant": by.tenant, "programme": cycle.programme, "cycle": cycle.cycle, "at": day,
            "territory": params.get("territory"), "known_at": known, "by_actor": by,
        }  # fmt: skip
        names = province_names(session)
        rows: list[list[object]] = []
        answer: Answer | None = None
        kpis = [kpi for kpi in list_kpis() if not params.get("codes") or kpi.code in params["codes"]]
        for number, kpi in enumerate(kpis, start=1):
            by_province = ("prv",) if "prv" in kpi.dimensions and by.national else ()
            answer = answer_kpi(session, code=kpi.code, by=by_province, **asked)
            rows += _rows(answer, names, params["lang"])
            progress(number, len(kpis))
    stamp = _stamp(answer, params["lang"]) if answer else ""
    content = csvs.write_csv(stamp, _header(params["lang"]), rows)
    return {"rows": len(rows)}, f"peyvand-{cycle.cycle}-{day.isoformat()}.csv", content


def _rows(answer: Answer, names: dict[str, dict[str, str]], lang: str) -> list[list[object]]:
    name = answer.names.get(lang, answer.names["en"])
    places: list[tuple[str, Figured]] = [(answer.territory, answer)]
    places += [(_place(names, each.by["prv"], lang), each) for each in answer.splits]
    return [
        [answer.code, name, place, each.value, each.numerator, each.denominator, each.reason, answer.target]
        for place, each in places
    ]


def _place(names: dict[str, dict[str, str]], code: str | None, lang: str) -> str:
    return names.get(code or "", {}).get(lang) or code or ""


def _header(lang: str) -> list[str]:
    columns = ("code", "name", "province", "value", "numerator", "denominator", "reason", "target")
    return [words_in(WORDS).t(lang, f"export.header.{column}") for column in columns]


def _stamp(answer: Answer, lang: str) -> str:
    fresh = "; ".join(
        f"{each.source} {each.seq} ({each.time:%Y-%m-%d %H:%M}Z)" for each in answer.fresh_to if each.time
    )
    known = f"{answer.known_at:%Y-%m-%d %H:%M}Z" if answer.known_at else "now"
    return words_in(WORDS).t(lang, "export.stamp", at=answer.at.isoformat(), known=known, fresh=fresh or "-")


_DO: dict[Kind, Callable[[Sessions, Consumers, Job, Callable[[int, int], None]], Done]] = {
    Kind.RECONCILE: do_reconcile,
    Kind.REBUILD: do_rebuild,
    Kind.EXPORT: do_export,
}
