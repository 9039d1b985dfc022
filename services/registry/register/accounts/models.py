"""Tables of accounts, sessions and sign-in attempts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Text, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.db import Fact, Table
from services.registry.register.accounts.lifecycle import ACCOUNT, Action, State
from shared.kernel.db import UTC_TIME, scoped_keys


class Account(Fact):
    """The login of a person; `province` is that of the person's office, '' for headquarters."""

    __tablename__ = "accounts"
    __table_args__ = scoped_keys(UniqueConstraint("tenant", "login_key"), UniqueConstraint("tenant", "person_id"))

    login: Mapped[str] = mapped_column(Text)
    login_key: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    password_changed_at: Mapped[datetime] = mapped_column(UTC_TIME)

    def become(self, action: Action) -> None:
        """Go where the action leads; IllegalTransition when it is not open."""
        self.state = ACCOUNT.after(State(self.state), action)


class AccountSession(Fact):
    """One signed-in device; its tokens are good while the row is neither revoked nor past its end (machine time)."""

    __tablename__ = "account_sessions"
    __table_args__ = scoped_keys(
        ForeignKeyConstraint(
            ["tenant", "province", "account_id"], ["accounts.tenant", "accounts.province", "accounts.id"]
        ),
        Index("ix_account_sessions_account", "account_id"),
    )

    account_id: Mapped[UUID]
    person_id: Mapped[UUID]
    began_at: Mapped[datetime] = mapped_column(UTC_TIME)
    ends_at: Mapped[datetime] = mapped_column(UTC_TIME)
    renewed_at: Mapped[datetime] = mapped_column(UTC_TIME)
    revoked_at: Mapped[datetime | None] = mapped_column(UTC_TIME)


class SignInAttempt(Table):
    """One try to sign in, kept 30 days; counted before there is any actor, so it has no scope."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_account", "account_key", "at"),
        Index("ix_sign_in_attempts_address", "address", "at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_key: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    succeeded: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UTC_TIME, server_default=func.clock_timestamp())
