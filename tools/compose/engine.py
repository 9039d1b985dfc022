"""The container engine: found, or installed and started on a bare Debian machine (deploy/offline)."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

OFFLINE = Path(__file__).resolve().parents[2] / "deploy" / "offline"
START_S = 60.0
Say = Callable[[str], None]


class EngineMissing(Exception):
    """No container engine here; the message says how to get one."""


def quiet(*command: str, timeout: float = 30.0) -> bool:
    """Whether a command ends well."""
    try:
        return subprocess.run(command, capture_output=True, timeout=timeout, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def engine_answers() -> bool:
    """Whether an engine and compose v2 are there and answer."""
    return quiet("docker", "info") and quiet("docker", "compose", "version")


def ensure_engine(say: Say) -> None:
    """Have an engine with compose; raises EngineMissing with the way to get one."""
    if engine_answers():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise EngineMissing(
            "no container engine answers here. Install Docker Engine with compose v2 and let this user reach it, "
            "or on Debian run as root: deploy/offline/install-engine"
        )
    if not (shutil.which("dockerd") and quiet("docker", "compose", "version")):
        say("installing the container engine from the system's packages")
        _run([str(OFFLINE / "install-engine")])
    if not quiet("docker", "info"):
        say("starting the container engine")
        start_engine()


def start_engine() -> None:
    """Start dockerd detached: without an init system it outlives the command that needed it."""
    log = Path("/var/log/dockerd.log")
    with log.open("ab") as output:
        subprocess.Popen(
            ["dockerd"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    until = time.monotonic() + START_S
    while not quiet("docker", "info"):
        if time.monotonic() > until:
            raise EngineMissing(f"the container engine did not start within {START_S:.0f} s; its log is {log}")
        time.sleep(0.5)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissing(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
