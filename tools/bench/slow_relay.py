"""The peer of the latency case: the product's relay, but asking every 100 ms whether there is something."""

import time

from services.registry.settings import RegistrySettings
from shared.kernel.relay import Relay
from shared.kernel.service import Background

EVERY_S = 0.1


def main() -> None:
    """Poll until the benchmark ends this process."""
    background = Background("registry", RegistrySettings())
    relay = Relay(background.relay_sessions, source="registry", name="registry", bus=background.bus())
    while True:
        due = time.monotonic() + EVERY_S
        while relay.step():
            continue
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
