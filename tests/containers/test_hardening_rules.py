"""Every rule about containers has been seen red: one planted fault each, on what `docker inspect` would say."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.containers.hardening import faults, told

Doctored = Callable[[dict[str, Any]], object]
SECRET_FILE = {"Type": "bind", "Source": "/s/key", "Destination": "/run/secrets/key", "RW": False}
SOUND: dict[str, Any] = {
    "Config": {
        "Labels": {"com.docker.compose.service": "registry-relay"},
        "User": "10001:10001",
        "Env": ["PEYVAND_SECRETS_DIR=/run/secrets"],
        "Healthcheck": {"Test": ["CMD", "python", "/app/shared/kernel/alive.py", "/tmp/heartbeat"]},
        "StopTimeout": 45,
    },
    "HostConfig": {
        "Privileged": False,
        "CapAdd": None,
        "CapDrop": ["ALL"],
        "Devices": None,
        "SecurityOpt": ["no-new-privileges:true"],
        "NetworkMode": "peyvand_bus",
        "PidMode": "",
        "IpcMode": "private",
        "UTSMode": "",
        "ReadonlyRootfs": True,
        "Tmpfs": {"/tmp": "size=64m,mode=1777,noexec,nosuid,nodev"},
        "PidsLimit": 128,
        "Memory": 160 * 2**20,
        "NanoCpus": 10**9,
        "Init": True,
        "RestartPolicy": {"Name": "unless-stopped"},
        "PortBindings": {},
    },
    "Mounts": [SECRET_FILE],
    "NetworkSettings": {"Networks": {"peyvand_bus": {}, "peyvand_data": {}}},
}


def config(**words: Any) -> Doctored:
    """Another word in Config."""
    return lambda each: each["Config"].update(words)


def host(**words: Any) -> Doctored:
    """Another word in HostConfig."""
    return lambda each: each["HostConfig"].update(words)


def mount(**words: Any) -> Doctored:
    """One more mount."""
    return lambda each: each["Mounts"].append({**SECRET_FILE, **words})


def as_service(name: str, *more: Doctored) -> Doctored:
    """The same container under another service's name, doctored."""

    def doctor(each: dict[str, Any]) -> None:
        each["Config"]["Labels"]["com.docker.compose.service"] = name
        for one in more:
            one(each)

    return doctor


def only_on(*networks: str) -> Doctored:
    """Other networks."""
    return lambda each: each["NetworkSettings"].update(Networks={f"peyvand_{name}": {} for name in networks})


def door(address: str) -> Doctored:
    """A port on this machine."""
    return host(PortBindings={"8000/tcp": [{"HostIp": address, "HostPort": "8000"}]})


PLANTED: dict[str, tuple[Doctored, str]] = {
    "root by default": (config(User=""), "runs as root"),
    "root by number": (config(User="0:0"), "runs as root"),
    "an account of the machine": (config(User="1000"), "runs as 1000"),
    "privileged": (host(Privileged=True), "keeps privileges"),
    "a capability more": (host(CapAdd=["NET_ADMIN"]), "keeps privileges"),
    "capabilities kept": (host(CapDrop=["NET_RAW"]), "keeps privileges"),
    "privileges to gain": (host(SecurityOpt=None), "keeps privileges"),
    "the machine's network": (host(NetworkMode="host"), "shares ['NetworkMode']"),
    "the machine's processes": (host(PidMode="host"), "shares ['PidMode']"),
    "its own files writable": (host(ReadonlyRootfs=False), "may write"),
    "programs in memory": (host(Tmpfs={"/tmp": "size=64m"}), "tmpfs without"),
    "memory without end": (host(Tmpfs={"/tmp": "noexec"}), "tmpfs without"),
    "a folder of the machine": (mount(Source="/srv", Destination="/app"), "sees the machine's ['/srv']"),
    "the engine's socket": (mount(Source="/var/run/docker.sock", Destination="/d.sock"), "docker.sock"),
    "a writable secret": (mount(RW=True), "sees the machine's"),
    "processes without end": (host(PidsLimit=None), "has no PidsLimit"),
    "memory unlimited": (host(Memory=0), "has no Memory"),
    "processors unlimited": (host(NanoCpus=0), "has no NanoCpus"),
    "more processors than there are": (host(NanoCpus=8 * 10**9), "more processors"),
    "no init": (host(Init=None), "has no init"),
    "not restarted": (host(RestartPolicy={"Name": "no"}), "restarts no"),
    "killed at once": (config(StopTimeout=None), "is killed after 10 s"),
    "no health check": (config(Healthcheck=None), "has no health check"),
    "a health check switched off": (config(Healthcheck={"Test": ["NONE"]}), "has no health check"),
    "health is being there": (config(Healthcheck={"Test": ["CMD", "true"]}), "does not ask kernel/alive"),
    "an unknown network": (only_on("bus", "default"), "is on ['bus', 'default']"),
    "the database on the bus": (as_service("postgres", only_on("bus", "data")), "not on ['data'] alone"),
    "a service with a port": (door("127.0.0.1"), "listens on"),
    "the gateway for everybody": (as_service("gateway", only_on("edge"), door("0.0.0.0")), "listens on"),
    "the gateway for all by default": (as_service("gateway", only_on("edge"), door("")), "listens on"),
}


def test_a_sound_container_has_no_fault() -> None:
    assert faults([SOUND]) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_named(fault: str) -> None:
    doctor, words = PLANTED[fault]
    container = copy.deepcopy(SOUND)
    doctor(container)
    name = container["Config"]["Labels"]["com.docker.compose.service"]
    found = [line for line in faults([container]) if words in line]
    assert found, f"{fault} was not seen; said: {faults([container])}"
    assert found[0].startswith(name)


def test_a_secret_in_the_environment_is_seen() -> None:
    container = copy.deepcopy(SOUND)
    container["Config"]["Env"].append("PGPASSWORD=correct-horse-battery")
    assert told([container], {"postgres": "correct-horse-battery", "sms_key": ""}) == ["registry-relay shows postgres"]
    assert told([SOUND], {"postgres": "correct-horse-battery"}) == []
