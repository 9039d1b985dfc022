"""create_app(): the web side of reporting, every slice's routes and pages."""

from pathlib import Path

from fastapi import FastAPI

from services.reporting.background import hooks, readers
from services.reporting.kpis.freshness import watched
from services.reporting.settings import ReportingSettings
from shared.kernel.app import new_app
from shared.kernel.feed import feed_router
from shared.kernel.operator_clock import clock_router
from shared.kernel.operator_letters import letters_router
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, total_lag

HERE = Path(__file__).parent


def create_app(settings: ReportingSettings | None = None) -> FastAPI:
    """The application; settings come from the environment unless given."""
    settings = settings or ReportingSettings()
    app = new_app(settings, service="reporting", words=HERE / "words", title="Peyvand reporting")
    app.state.watched = watched
    app.include_router(feed_router(settings.name or "reporting"))
    for module in rooms("services.reporting", "routes") + rooms("services.reporting", "pages"):
        if hasattr(module, "router"):
            app.include_router(module.router)
        if hasattr(module, "setup"):
            module.setup(app)
    consumers = readers(Background("reporting", settings), with_bus=False)
    app.include_router(letters_router(lambda: consumers))
    if settings.demo_clock:
        next_due, unsent_due = hooks()
        app.include_router(clock_router(next_due=next_due, lag=lambda: total_lag(consumers), unsent_due=unsent_due))
    return app
