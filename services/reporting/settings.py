"""Settings of reporting."""

from shared.kernel.settings import CommonSettings


class ReportingSettings(CommonSettings):
    """What reporting reads from its environment (prefix PEYVAND_)."""
