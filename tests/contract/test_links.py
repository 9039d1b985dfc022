"""What a message links to is a page of registry: the services know each other's addresses only by these words."""

from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from services.notifications.messages.letters import PATHS


def opens(app: FastAPI, path: str) -> bool:
    """Whether a browser's GET of this path finds a page."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": [(b"accept", b"text/html")]}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)


@pytest.mark.parametrize("subject", sorted(PATHS))
def test_every_subject_has_its_page(registry_app: FastAPI, subject: str) -> None:
    assert opens(registry_app, f"/{PATHS[subject]}/{uuid4()}")


def test_a_page_that_is_not_there_is_seen(registry_app: FastAPI) -> None:
    assert not opens(registry_app, f"/nowhere/{uuid4()}")
