"""Settings of notifications."""

from typing import Any, Literal

from pydantic import SecretStr, field_validator

from shared.kernel.settings import CommonSettings


class NotificationsSettings(CommonSettings):
    """What notifications reads from its environment (prefix PEYVAND_)."""

    smtp_host: str = ""
    smtp_port: int = 25
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = "peyvand@example.org"
    smtp_from_name: str = "پیوند"
    sms_adapter: Literal["kavenegar", "json", "none"] = "none"
    sms_url: str = ""
    sms_key: SecretStr | None = None
    sms_sender: str = ""
    sms_price_rial: int = 1200
    sweep_seconds: float = 5.0

    @field_validator("smtp_password", "sms_key", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        """An empty secret file says that this gateway asks for none."""
        return value or None
