"""What `migrate` does: the database and its roles where it may make them, the newest tables, and who may touch them."""

from urllib.parse import urlsplit

from pydantic import SecretStr

from shared.kernel.databases import create_database, grant_tables
from shared.kernel.migrate import upgrade
from shared.kernel.settings import CommonSettings


def set_up(settings: CommonSettings, service: str, *, temporary_tables: bool = False) -> None:
    """Bring a service's database to this release. Roles and database are made only with `admin_database_url`."""
    owner = (settings.owner_database_url or settings.database_url).get_secret_value()
    if settings.admin_database_url is not None:
        given = (settings.owner_database_url, settings.database_url, settings.relay_database_url)
        create_database(
            settings.admin_database_url.get_secret_value(),
            service,
            dict(_login(each) for each in given if each is not None),
            database=urlsplit(owner).path.lstrip("/"),
            temporary_tables=temporary_tables,
        )
    upgrade(service, owner)
    if settings.admin_database_url is not None:
        grant_tables(owner, service)


def _login(url: SecretStr) -> tuple[str, str]:
    parts = urlsplit(url.get_secret_value())
    return parts.username or "", parts.password or ""
