"""Registry with its first lock off, for tests that want to see what the isolation run says then."""

from fastapi import FastAPI

from services.registry.app import create_app as create_careful_app
from shared.kernel import tenancy


def create_app() -> FastAPI:
    """The application as it is, but for the guard in its queries."""
    tenancy.GUARD_ON = False
    return create_careful_app()
