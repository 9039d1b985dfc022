"""What every container of the stack must be, judged on what `docker inspect` says."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Inspected = Mapping[str, Any]
Rule = Callable[[Inspected], str | None]

OWN_UID = 10_000
STOP_S = 45
MACHINE_BYTES = 4 * 1024**3
MACHINE_CPUS = 2
SECRETS = "/run/secrets/"
PROGRESS = {
    "-api": "/readyz",
    "-relay": "kernel/alive",
    "-listener": "kernel/alive",
    "-clock": "kernel/alive",
    "-jobs": "kernel/alive",
    "-worker": "kernel/alive",
    "-sweeper": "kernel/alive",
    "postgres": "SELECT",
    "redis": "ping",
    "queue": "ping",
    "gateway": "/healthz",
    "mailbox": "/readyz",
}
"""What a health check must ask, by the end of a service's name: a process that merely exists is not healthy."""
PLACES = {
    "gateway": {"edge"},
    "feed-gateway": {"edge"},
    "redis": {"bus"},
    "queue": {"bus"},
    "postgres": {"data"},
    "mailbox": {"edge"},
}
"""Networks of the parts that must not reach further; nobody but the gateways has a port."""


def name_of(container: Inspected) -> str:
    """The service of compose."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def is_job(container: Inspected) -> bool:
    """Whether it does its work once and ends."""
    return name_of(container).endswith("-migrate")


def user(container: Inspected) -> str | None:
    """Never root; our own code runs under a number no account of the machine has."""
    who = str(container["Config"]["User"]).partition(":")[0]
    if who in {"", "0", "root"}:
        return "runs as root"
    third = name_of(container) in {"postgres", "redis", "queue"}
    return None if third or (who.isdigit() and int(who) >= OWN_UID) else f"runs as {who}, not as a number from 10000"


def privileges(container: Inspected) -> str | None:
    """No capability, none to be gained."""
    host = container["HostConfig"]
    kept = host["Privileged"] or host["CapAdd"] or host.get("Devices") or host["CapDrop"] != ["ALL"]
    if kept or not {"no-new-privileges", "no-new-privileges:true"} & set(host["SecurityOpt"] or ()):
        return "keeps privileges or may gain some"
    shared = [name for name in ("NetworkMode", "PidMode", "IpcMode", "UTSMode") if host.get(name) == "host"]
    return f"shares {shared} with the machine" if shared else None


def file_system(container: Inspected) -> str | None:
    """Nothing to write to but memory of a known size from which nothing runs."""
    host = container["HostConfig"]
    if not host["ReadonlyRootfs"]:
        return "may write to its own files"
    loose = [where for where, how in (host["Tmpfs"] or {}).items() if "noexec" not in how or "size=" not in how]
    return f"has a tmpfs without size or noexec: {loose}" if loose else None


def mounts(container: Inspected) -> str | None:
    """Volumes of its own and secret files it may read; nothing else of the machine."""
    seen = [
        each["Source"]
        for each in container["Mounts"]
        if each["Type"] == "bind" and (each["RW"] or not each["Destination"].startswith(SECRETS))
    ]
    return f"sees the machine's {seen}" if seen else None


def limits(container: Inspected) -> str | None:
    """A bound on processes, memory and processors."""
    host = container["HostConfig"]
    missing = [name for name in ("PidsLimit", "Memory", "NanoCpus") if not host[name] or host[name] < 0]
    if missing:
        return f"has no {', '.join(missing)}"
    return None if host["NanoCpus"] <= MACHINE_CPUS * 10**9 else "may take more processors than the machine has"


def life(container: Inspected) -> str | None:
    """Reaped, restarted, and given time to leave."""
    host = container["HostConfig"]
    wanted = "no" if is_job(container) else "unless-stopped"
    if not host.get("Init"):
        return "has no init to reap its children"
    if host["RestartPolicy"]["Name"] not in ({wanted, ""} if wanted == "no" else {wanted}):
        return f"restarts {host['RestartPolicy']['Name'] or 'never'}, not {wanted}"
    grace = container["Config"].get("StopTimeout") or 10
    return None if grace >= STOP_S else f"is killed after {grace} s"


def health(container: Inspected) -> str | None:
    """A check that shows progress."""
    if is_job(container):
        return None
    test = " ".join((container["Config"].get("Healthcheck") or {}).get("Test") or ["NONE"])
    if test == "NONE":
        return "has no health check"
    name = name_of(container)
    wanted = next((ask for end, ask in PROGRESS.items() if name.endswith(end)), None)
    return None if wanted and wanted in test else f"has a health check that does not ask {wanted or 'anything known'}"


def networks(container: Inspected) -> str | None:
    """Where it can be reached; a port on this machine only for the gateway, and only on loopback."""
    place = {each.rpartition("_")[2] for each in container["NetworkSettings"]["Networks"]}
    if not place or not place <= {"edge", "bus", "data"}:
        return f"is on {sorted(place)}"
    if name_of(container) in PLACES and place != PLACES[name_of(container)]:
        return f"is on {sorted(place)}, not on {sorted(PLACES[name_of(container)])} alone"
    doors = [door for each in (container["HostConfig"]["PortBindings"] or {}).values() for door in each or ()]
    if name_of(container) in {"gateway", "feed-gateway"}:
        return None if doors and all(door["HostIp"] == "127.0.0.1" for door in doors) else f"listens on {doors}"
    return f"listens on {doors}" if doors else None


RULES: tuple[Rule, ...] = (user, privileges, file_system, mounts, limits, life, health, networks)


def faults(containers: Iterable[Inspected]) -> list[str]:
    """Everything that is wrong, as `service what`."""
    found = [(name_of(each), rule(each)) for each in containers for rule in RULES]
    return [f"{name} {wrong}" for name, wrong in found if wrong]


def told(containers: Iterable[Inspected], secrets: Mapping[str, str]) -> list[str]:
    """Where a secret's value stands in what the engine shows to everybody who may inspect."""
    return [
        f"{name_of(each)} shows {name}"
        for each in containers
        for name, value in secrets.items()
        if value and value in repr(each)
    ]


def memory_of_all(containers: Iterable[Inspected]) -> int:
    """The sum of the limits of what runs for good, in bytes."""
    return sum(each["HostConfig"]["Memory"] for each in containers if not is_job(each))
