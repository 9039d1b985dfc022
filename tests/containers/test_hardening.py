"""Every container of the running stack, as the engine itself describes it."""

import json
import subprocess
from typing import Any

import pytest

from tests.containers.hardening import MACHINE_BYTES, faults, is_job, memory_of_all, name_of, told
from tests.support.own_stack import peyvand
from tests.support.wait import eventually
from tools.compose.stack import ComposeStack

HEARTBEAT = "/tmp/heartbeat"
pytestmark = pytest.mark.timeout(900)


def docker(*words: str) -> str:
    """What the engine says."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True, timeout=60).stdout


def inspected(*names: str) -> list[dict[str, Any]]:
    """`docker inspect` of containers."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", *names))
    return found


@pytest.fixture(scope="module")
def containers(running: ComposeStack) -> list[dict[str, Any]]:
    """Every container of the stack, jobs that have ended included."""
    return inspected(*(each["Name"] for each in running.containers(all_of_them=True)))


@pytest.fixture(scope="module")
def words(running: ComposeStack) -> dict[str, str]:
    """Every secret by name, and the password inside an address by itself."""
    known = {path.name: path.read_text().strip() for path in running.secrets.folder.iterdir()}
    inside = {
        f"{name} (password)": value.partition("://")[2].partition("@")[0].partition(":")[2]
        for name, value in known.items()
        if "://" in value
    }
    return {**known, **inside}


def test_every_container_is_hardened(running: ComposeStack, containers: list[dict[str, Any]]) -> None:
    wanted = set(running.compose("config", "--services", capture=True).split())
    assert {name_of(each) for each in containers} == wanted
    assert len(wanted) >= 19
    assert faults(containers) == []


def test_the_whole_fits_a_machine_of_four_gigabytes(containers: list[dict[str, Any]]) -> None:
    assert 0 < memory_of_all(containers) <= MACHINE_BYTES


def test_no_process_is_root(containers: list[dict[str, Any]]) -> None:
    for each in containers:
        if is_job(each):
            continue
        users = [line.split()[0] for line in docker("top", each["Id"], "-eo", "uid,pid").splitlines()[1:]]
        assert users
        assert "0" not in users, f"{name_of(each)} has a process of root"


def test_no_secret_in_environment_or_layers(containers: list[dict[str, Any]], words: dict[str, str]) -> None:
    assert len([value for value in words.values() if value]) > 20
    assert told(containers, words) == []
    for image in sorted({each["Image"] for each in containers}):
        layers = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image) + docker("inspect", image)
        assert [name for name, value in words.items() if value and value in layers] == []


def test_the_networks_of_data_and_bus_lead_nowhere(running: ComposeStack) -> None:
    internal = {
        name: json.loads(docker("network", "inspect", f"{running.project}_{name}"))[0]["Internal"]
        for name in ("edge", "bus", "data")
    }
    assert internal == {"edge": False, "bus": True, "data": True}


def test_a_root_container_without_health_check_is_seen(containers: list[dict[str, Any]]) -> None:
    """Planted for real: the same image, created as root and with its health check switched off."""
    image = next(each["Image"] for each in containers if name_of(each) == "registry-relay")
    label = "com.docker.compose.service=registry-relay"
    planted = docker("create", "--user", "0", "--no-healthcheck", "--label", label, image, "true").strip()
    try:
        found = faults(inspected(planted))
    finally:
        docker("rm", planted)
    assert "registry-relay runs as root" in found
    assert "registry-relay has no health check" in found
    assert "registry-relay may write to its own files" in found


def test_a_process_that_stands_still_is_not_healthy(running: ComposeStack) -> None:
    """Planted for real: the relay is there but stopped in mid-work; what asks for its health says no."""
    asked = ["docker", "exec", f"{running.project}-registry-relay-1", "python", "-m", "shared.kernel.alive", HEARTBEAT]
    signal_all = "import os, signal\nfor p in filter(str.isdigit, os.listdir('/proc')):\n "
    signal_all += "b'services.registry' in open(f'/proc/{p}/cmdline', 'rb').read().split(b'\\0') "
    signal_all += "and p != '1' and os.kill(int(p), signal.%s)"
    assert subprocess.run(asked, check=False, timeout=60).returncode == 0
    running.run_in("registry-relay", "python", "-c", signal_all % "SIGSTOP")
    try:
        eventually(lambda: subprocess.run(asked, check=False, timeout=60).returncode != 0, within=60, every=2)
    finally:
        running.run_in("registry-relay", "python", "-c", signal_all % "SIGCONT")
    eventually(lambda: subprocess.run(asked, check=False, timeout=60).returncode == 0, within=60, every=2)


def test_up_on_a_running_stack_finds_it_and_changes_nothing(running: ComposeStack) -> None:
    """Testcontainers started what `./peyvand up` prepares; the operator's own command agrees with every part."""
    before = {each["ID"] for each in running.containers(all_of_them=True)}
    done = peyvand("up", "--demo", "--state", str(running.state.folder))
    assert done.returncode == 0, done.stderr
    assert running.url in done.stdout
    assert {each["ID"] for each in running.containers(all_of_them=True)} == before


def test_what_was_scaled_stays_scaled(running: ComposeStack) -> None:
    """Each order changes what it names and nothing else; coming up again changes nothing."""
    state = ("--state", str(running.state.folder))

    def number_of(*services: str) -> list[int]:
        there = [each["Service"] for each in running.containers()]
        return [there.count(name) for name in services]

    for words in (("scale", "registry-relay=2"), ("scale", "notifications-sweeper=2"), ("up", "--demo")):
        done = peyvand(*words, *state)
        assert done.returncode == 0, done.stderr
    assert number_of("registry-relay", "notifications-sweeper", "registry-api") == [2, 2, 1]
    assert peyvand("scale", "registry-relay=1", "notifications-sweeper=1", *state).returncode == 0
    assert number_of("registry-relay", "notifications-sweeper", "registry-api") == [1, 1, 1]
