"""Settings of reporting."""

from shared.kernel.settings import CommonSettings


class ReportingSettings(CommonSettings):
    """What reporting reads from its environment (prefix PEYVAND_)."""

    exports_per_hour: int = 10
    """Exports one person may ask for in an hour; more get 429."""
