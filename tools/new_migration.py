"""Writes a migration of a service from its models: `python -m tools.new_migration SERVICE MESSAGE [--first]`.

`--first` rewrites the very first migration (only before a first release). A throw-away database is brought to the
newest schema, compared with the models, and the difference is written; scoped tables get their row-level security.
"""

import argparse
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine

from shared.kernel.migrate import config_of
from shared.kernel.tenancy import policies_of, scoped_tables

ROOT = Path(__file__).resolve().parents[1]
HEAD = '''"""{message}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy import Text, Uuid

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
{body}

def downgrade() -> None:
    raise RuntimeError("schemas go forward only; restore a backup to go back")
'''


def main() -> int:
    """Write the file and print its name."""
    parser = argparse.ArgumentParser(prog="tools.new_migration")
    parser.add_argument("service", choices=["registry", "reporting", "notifications"])
    parser.add_argument("message")
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--stamp", default="2026-11-22-0900")
    arguments = parser.parse_args()
    versions = ROOT / "services" / arguments.service / "migrations" / "versions"
    if arguments.first:
        for old in versions.glob("*.py"):
            old.unlink()
    print(write(arguments.service, arguments.message, arguments.stamp, versions))
    return 0


def write(service: str, message: str, stamp: str, versions: Path) -> Path:
    """Compare and write; returns the file's path."""
    from importlib import import_module

    from tests.support.database import new_database

    metadata: list[MetaData] = import_module(f"services.{service}.tables").all_metadata()
    existing = sorted(path.stem.split("_")[0].replace("-", "") for path in versions.glob("*.py"))
    with new_database(service, suffix="_migration", from_models=False) as database:
        url = database.owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
        if existing:
            command.upgrade(config_of(service, database.owner_url), "head")
        engine = create_engine(url)
        with engine.connect() as connection:
            body = difference(connection, metadata, first=not existing)
        engine.dispose()
    path = versions / f"{stamp}_{message.lower().replace(' ', '_')}.py"
    down = f'"{existing[-1]}"' if existing else "None"
    path.write_text(
        HEAD.format(message=message, revision=stamp.replace("-", ""), down=down, body=body), encoding="utf-8"
    )
    return path


def difference(connection: Connection, metadata: list[MetaData], *, first: bool) -> str:
    """The upgrade's body: operations, policies of new scoped tables, and the outbox's rights."""
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": True})
    script = produce_migrations(context, metadata)  # type: ignore[arg-type]
    assert script.upgrade_ops is not None
    code = render_python_code(script.upgrade_ops, sqlalchemy_module_prefix="sa.", alembic_module_prefix="op.")
    lines = [f"    {line}" if line and not line.startswith("    ") else line for line in code.splitlines()]
    created = {str(getattr(op, "table_name", "")) for op in script.upgrade_ops.ops if "Create" in type(op).__name__}
    for each in metadata:
        for table in scoped_tables(each):
            if table.name in created:
                lines += [f"    op.execute({statement!r})" for statement in policies_of(table.name)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
