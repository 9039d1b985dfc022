"""Settings of registry."""

from shared.kernel.settings import CommonSettings


class RegistrySettings(CommonSettings):
    """What registry reads from its environment (prefix PEYVAND_)."""

    check_sessions: bool = True
    """Whether each request looks at its session row and its roles now; tests that make their own tokens do not."""
