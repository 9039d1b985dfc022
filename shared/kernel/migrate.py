"""Alembic driven by code: one environment for all services, no ini files."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.orm import Session

from shared.kernel.relay import open_feed


def config_of(service: str, url: str) -> Config:
    """The migration configuration of a service's folder `services/<service>/migrations`."""
    config = Config(stdout=io.StringIO())
    folder = Path(__file__).resolve().parents[2] / "services" / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s")
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return config


def upgrade(service: str, url: str) -> None:
    """Bring a service's database to the newest schema and open its feed; harmless when it is there."""
    command.upgrade(config_of(service, url), "head")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.begin() as connection:
            open_feed(Session(bind=connection), service)
    finally:
        engine.dispose()


@dataclass(frozen=True)
class Revisions:
    """What this code knows of a service's schema: the newest revision and all older ones."""

    head: str
    older: frozenset[str]

    def behind(self, present: str | None) -> bool:
        """Whether a database at this revision (None: without tables) is older than the code; a newer one is not."""
        return present is None or present in self.older


def revision_of(service: str) -> Revisions:
    """The revisions in a service's folder, without a database."""
    scripts = ScriptDirectory.from_config(config_of(service, ""))
    head = scripts.get_current_head()
    assert head is not None
    return Revisions(head, frozenset(each.revision for each in scripts.walk_revisions()) - {head})


def present_revision(connection: psycopg.Connection[Any]) -> str | None:
    """The revision a database is at; None when no migration has ever run on it."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        connection.rollback()
        return None
    return str(row[0]) if row else None


def run_environment(metadata: list[MetaData]) -> None:
    """The whole of a service's env.py: short locks, one transaction, all of the service's tables."""
    engine = create_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
