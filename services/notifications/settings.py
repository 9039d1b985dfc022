"""Settings of notifications."""

from typing import Literal

from pydantic import SecretStr

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
