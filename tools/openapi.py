"""OpenAPI of the three services, from their applications: docs/contracts/openapi-<service>.json."""

import json
from importlib import import_module
from typing import Any

from fastapi import FastAPI

from tools.papers import CONTRACTS, SERVICES, Papers, run

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def app_of(service: str) -> FastAPI:
    """The application of a service without any neighbour."""
    settings = import_module(f"services.{service}.settings")
    cls = getattr(settings, f"{service.capitalize()}Settings")
    app: FastAPI = import_module(f"services.{service}.app").create_app(
        cls(database_url=NOWHERE, environment="test", demo_clock=True)
    )
    return app


def document(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    return app_of(service).openapi()


def make() -> Papers:
    """The papers and their content."""
    return {
        CONTRACTS / f"openapi-{service}.json": json.dumps(
            document(service), ensure_ascii=False, indent=1, sort_keys=True
        )
        + "\n"
        for service in SERVICES
    }


if __name__ == "__main__":
    run(make)
