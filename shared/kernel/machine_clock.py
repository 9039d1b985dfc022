"""The database's clock for those who only want to know whether a signature has run out: asked now and then."""

import time
from dataclasses import dataclass

from sqlalchemy import Engine, text

ASK_AGAIN_S = 5.0


@dataclass
class MachineClock:
    """Epoch seconds by the database's clock; between two questions this machine's own steps are added.

    CLOCK_BOOTTIME goes on while a machine is suspended, so a sleep is no hiding place for a token.
    """

    engine: Engine
    said: float = 0.0
    asked: float = 0.0

    def is_known(self) -> bool:
        """Whether the last answer is recent enough."""
        return bool(self.asked) and _steps() - self.asked < ASK_AGAIN_S

    def ask(self) -> None:
        """Ask the database; it may block."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            said = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
        self.said, self.asked = said, _steps()

    def now(self) -> int:
        """Whole seconds, by the last answer."""
        return int(self.said + _steps() - self.asked)


def _steps() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)
