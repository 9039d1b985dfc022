"""Alembic environment of reporting."""

from services.reporting.tables import all_metadata
from shared.kernel.migrate import run_environment

run_environment(all_metadata())
