"""From settings to open channels."""

from typing import TYPE_CHECKING

from services.notifications.channels.channel import Channel
from services.notifications.channels.sms_http import Gateway, JsonGateway, Kavenegar, SmsChannel
from services.notifications.channels.smtp import SmtpChannel
from services.notifications.messages.letters import Desk

if TYPE_CHECKING:
    from services.notifications.settings import NotificationsSettings


def desk_of(settings: "NotificationsSettings") -> Desk:
    """The desk of this process; a channel without settings does not exist and its deliveries say so."""
    channels: dict[str, Channel] = {}
    if settings.smtp_host:
        channels["email"] = SmtpChannel(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            sender_name=settings.smtp_from_name,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        )
    if settings.sms_adapter != "none" and settings.sms_url:
        key = settings.sms_key.get_secret_value() if settings.sms_key else ""
        adapter = Kavenegar if settings.sms_adapter == "kavenegar" else JsonGateway
        gateway: Gateway = adapter(settings.sms_url, key, settings.sms_sender)
        channels["sms"] = SmsChannel(gateway)
    return Desk(
        channels=channels,
        public_url=settings.public_url,
        registry_path=settings.registry_path,
        reporting_path=settings.reporting_path,
        sender=settings.smtp_from,
        sms_price_rial=settings.sms_price_rial,
    )
