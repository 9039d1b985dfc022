"""create_app(): registry's web side, every slice's routes and pages."""

from pathlib import Path

from fastapi import FastAPI

from services.registry.background import readers
from services.registry.clock import due_list
from services.registry.settings import RegistrySettings
from shared.kernel.app import new_app
from shared.kernel.clock import next_due
from shared.kernel.feed import feed_router
from shared.kernel.operator_clock import clock_router
from shared.kernel.operator_letters import letters_router
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, total_lag

HERE = Path(__file__).parent


def create_app(settings: RegistrySettings | None = None) -> FastAPI:
    """The application; settings come from the environment unless given."""
    settings = settings or RegistrySettings()
    app = new_app(settings, service="registry", words=HERE / "words", title="Peyvand registry")
    app.include_router(feed_router(settings.name or "registry"))
    for module in rooms("services.registry", "routes") + rooms("services.registry", "pages"):
        if hasattr(module, "router"):
            app.include_router(module.router)
        for hook in ("setup",):
            if hasattr(module, hook):
                getattr(module, hook)(app)
    consumers = readers(Background("registry", settings), with_bus=False)
    app.include_router(letters_router(lambda: consumers))
    if settings.demo_clock:
        app.include_router(
            clock_router(next_due=lambda session: next_due(session, due_list()), lag=lambda: total_lag(consumers))
        )
    return app
