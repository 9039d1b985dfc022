"""Settings every process reads once, at its edge."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict


class Source(BaseModel):
    """One feed to read: a speaker's name, its stream, and where its durable feed answers."""

    name: str
    stream: str
    feed_url: str


class CommonSettings(BaseSettings):
    """What all services share; every name is read with the prefix PEYVAND_."""

    model_config = SettingsConfigDict(env_prefix="PEYVAND_", extra="ignore")

    environment: str = "production"
    name: str = ""
    """Name of this source when several registries feed one headquarters; default: the service's name."""
    database_url: SecretStr
    relay_database_url: SecretStr | None = None
    owner_database_url: SecretStr | None = None
    admin_database_url: SecretStr | None = None
    """Of a role that may create roles and databases; `migrate` alone knows it, where it makes them itself."""
    redis_url: SecretStr | None = None
    celery_redis_url: SecretStr | None = None
    root_path: str = ""
    public_url: str = ""
    registry_path: str = "/registry"
    reporting_path: str = "/reporting"
    notifications_path: str = "/notifications"
    demo_clock: bool = False
    sources: list[Source] = []
    token_private_key: SecretStr | None = None
    token_public_keys: str = '{"keys": []}'  # noqa: S105 - an empty key set
    service_token: SecretStr | None = None
    pool_size: int = 10
    statement_timeout_ms: int = 10_000
    log_level: str = "INFO"
    heartbeat_file: str = ""
    searches_per_minute: int = 60
    """Searches of one person that one process answers; more get 429."""
    disk_path: str = "/"
    """A folder on the disk whose fullness is watched; where the data lies on this machine, it is the same disk."""
    disk_refuse_at: float = 0.9
    """From this share on imports and exports are refused and the process says that it is not ready."""
    drain_seconds: float = 5.0
    """How long a web process goes on answering after SIGTERM, so that the gateway can turn away from it."""
    failpoints: str = ""
    """Folder of armed failpoints, for fault tests; refused in production."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the files of PEYVAND_SECRETS_DIR (`peyvand_database_url` and so on)."""
        folder = os.environ.get("PEYVAND_SECRETS_DIR")
        files = (SecretsSettingsSource(settings_cls, secrets_dir=folder),) if folder and Path(folder).is_dir() else ()
        return (init_settings, env_settings, *files)

    metrics_port: int = 0
    """Where a process without web pages serves its numbers; 0: nowhere. Web apps answer at /metrics of their own."""
    metrics_host: str = "127.0.0.1"
    """The address it listens on; in a container 0.0.0.0, which is the container's own network and no other."""

    @field_validator("demo_clock", mode="before")
    @classmethod
    def _on_off(cls, value: Any) -> Any:
        return {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value

    @property
    def keys(self) -> dict[str, Any]:
        """The public keys (JWKS) that tokens are verified with."""
        loaded: dict[str, Any] = json.loads(self.token_public_keys)
        return loaded

    @property
    def database(self) -> str:
        """The application role's database URL."""
        return self.database_url.get_secret_value()

    @property
    def relay_database(self) -> str:
        """The relay role's database URL; the application role's where none is given."""
        return (self.relay_database_url or self.database_url).get_secret_value()

    @property
    def redis(self) -> str | None:
        """The bus, or None: then readers use the durable feed alone."""
        return self.redis_url.get_secret_value() if self.redis_url else None

    @property
    def secure_cookies(self) -> bool:
        """Cookies are Secure everywhere but in the demo and in tests."""
        return self.environment not in {"demo", "test"}
