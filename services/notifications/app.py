"""create_app(): the web side of notifications, every slice's routes and pages."""

from pathlib import Path

from fastapi import FastAPI

from services.notifications.background import hooks, readers
from services.notifications.messages.metrics import watched
from services.notifications.settings import NotificationsSettings
from shared.kernel.app import new_app
from shared.kernel.feed import feed_router
from shared.kernel.operator_clock import clock_router
from shared.kernel.operator_letters import letters_router
from shared.kernel.rooms import rooms
from shared.kernel.service import Background, total_lag

HERE = Path(__file__).parent


def create_app(settings: NotificationsSettings | None = None) -> FastAPI:
    """The application; settings come from the environment unless given."""
    settings = settings or NotificationsSettings()
    app = new_app(settings, service="notifications", words=HERE / "words", title="Peyvand notifications")
    app.state.watched = watched
    app.include_router(feed_router(settings.name or "notifications"))
    for module in rooms("services.notifications", "routes") + rooms("services.notifications", "pages"):
        if hasattr(module, "router"):
            app.include_router(module.router)
        if hasattr(module, "setup"):
            module.setup(app)
    consumers = readers(Background("notifications", settings), with_bus=False)
    app.include_router(letters_router(lambda: consumers))
    if settings.demo_clock:
        next_due, unsent_due = hooks()
        app.include_router(clock_router(next_due=next_due, lag=lambda: total_lag(consumers), unsent_due=unsent_due))
    return app
