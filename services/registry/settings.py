"""Settings of registry."""

from shared.kernel.settings import CommonSettings


class RegistrySettings(CommonSettings):
    """What registry reads from its environment (prefix PEYVAND_)."""

    failed_sign_ins_per_account: int = 5
    failed_sign_ins_per_address: int = 20
    """Failures in 15 minutes after which no further attempt is looked at (429)."""
    check_sessions: bool = True
    """Whether each request looks at its session row and its roles now; tests that make their own tokens do not."""
