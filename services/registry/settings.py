"""Settings of registry."""

from shared.kernel.settings import CommonSettings


class RegistrySettings(CommonSettings):
    """What registry reads from its environment (prefix PEYVAND_)."""
