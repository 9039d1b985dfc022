"""The catalogue: every KPI by its code, in the order of its numbers."""

from services.reporting.kpis.catalogue import continuity, duties, launch, meetings, partnership, system
from services.reporting.kpis.definition import Kpi

KPIS: dict[str, Kpi] = {
    kpi.code: kpi
    for kpi in sorted(
        (*partnership.KPIS, *launch.KPIS, *meetings.KPIS, *continuity.KPIS, *duties.KPIS, *system.KPIS),
        key=lambda kpi: kpi.code,
    )
}
