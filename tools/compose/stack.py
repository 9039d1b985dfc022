"""One stack in containers: its folder, its environment, and compose called on it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.kernel.relay import streams_of
from tools.compose.images import ROOT
from tools.compose.secrets import EMPTY_MEANS_NONE, Secrets
from tools.demo.site import HEARS
from tools.demo.state import State
from tools.demo.tokens import Keys

FILE = ROOT / "docker-compose.yml"
DEFAULT_STATE = ROOT / ".peyvand" / "stack"
PASSED_ON = (
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_SECURITY",
    "SMTP_USER",
    "SMTP_FROM",
    "SMS_ADAPTER",
    "SMS_URL",
    "SMS_SENDER",
)
DEMO_GATEWAYS = {
    "SMTP_HOST": "mailbox",
    "SMTP_PORT": "2525",
    "SMTP_SECURITY": "none",
    "SMTP_FROM": "peyvand@peyvand.example",
    "SMS_ADAPTER": "kavenegar",
    "SMS_URL": "http://mailbox:8025",
    "SMS_SENDER": "10004346",
}


class StackFailed(Exception):
    """Compose said no; the message is the end of its words."""


@dataclass
class ComposeStack:
    """A stack by its folder: `env.json` holds what compose is given, `secrets/` the secret files."""

    state: State

    @property
    def project(self) -> str:
        """The compose project; the first part of every container's name."""
        return str(self.environment().get("PEYVAND_PROJECT", "peyvand"))

    @property
    def url(self) -> str:
        """The one URL, without a slash at its end."""
        return str(self.environment()["PEYVAND_PUBLIC_URL"])

    @property
    def secrets(self) -> Secrets:
        """The secret files."""
        return Secrets(self.state.path("secrets", "x").parent, self.state)

    def environment(self) -> dict[str, str]:
        """What docker-compose.yml is given."""
        return {name: str(value) for name, value in self.state.read("env.json").items()}

    def write_environment(
        self,
        images: Mapping[str, str],
        *,
        project: str,
        port: int,
        profiles: Sequence[str],
        demo: bool,
        feed: str | None = None,
    ) -> None:
        """Decide and keep the environment of this stack."""
        gateways = DEMO_GATEWAYS if demo else {n: os.environ[n] for n in PASSED_ON if n in os.environ}
        known = self.environment()
        if known.get("PEYVAND_ENVIRONMENT") == "demo":
            known = {}  # a demo's mailbox is nobody's gateway later
        given = {name: os.environ.get(name.upper(), "") for name in EMPTY_MEANS_NONE}
        if demo:
            given["sms_key"] = self.state.secret("sms_key")
        keys = self.secrets.make(given=given)
        self.state.write(
            "env.json",
            {
                **{name: known[name] for name in PASSED_ON if name in known},
                **gateways,
                **images,
                **_of_the_nation(self.environment(), keys),
                "REGISTRY_SOURCES": sources_of("registry"),
                "PEYVAND_PROJECT": project,
                "PEYVAND_PORT": str(port),
                "PEYVAND_FEED_ADDRESS": feed or self.environment().get("PEYVAND_FEED_ADDRESS", "127.0.0.1:8081"),
                "PEYVAND_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "PEYVAND_SECRETS": str(self.secrets.folder),
                "PEYVAND_ENVIRONMENT": "demo" if demo else "production",
                "PEYVAND_DEMO_CLOCK": "on" if demo else "off",
                "COMPOSE_PROFILES": ",".join(profiles),
            },
        )

    def compose(
        self, *words: str, capture: bool = False, check: bool = True, more: Mapping[str, str] | None = None
    ) -> str:
        """Run docker compose on this stack; its output when captured. Raises StackFailed."""
        command = ["docker", "compose", "--file", str(FILE), *words]
        environment = {**client_environment(), **self.environment(), **(more or {})}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=capture, text=True, check=False)
        if check and done.returncode != 0:
            raise StackFailed(f"docker compose {words[0]} ended with {done.returncode}. {(done.stderr or '')[-2000:]}")
        return done.stdout or ""

    def containers(self, *, all_of_them: bool = False) -> list[dict[str, Any]]:
        """What runs (or has run): Name, Service, State, Health, ExitCode."""
        said = self.compose("ps", "--format", "json", *(["--all"] if all_of_them else []), capture=True)
        return [json.loads(line) for line in said.splitlines() if line.strip()]

    def run_in(self, service: str, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a command inside a running service; secret values travel by environment, never in the command line."""
        names = [word for name in environment or {} for word in ("-e", name)]
        return self.compose("exec", "-T", *names, service, *command, capture=True, more=environment)


def _of_the_nation(known: Mapping[str, str], keys: Keys) -> dict[str, str]:
    """Whom this stack reads and trusts: as the operator says now, else as was said before, else itself alone."""
    alone = {
        "REPORTING_SOURCES": sources_of("reporting"),
        "NOTIFICATIONS_SOURCES": sources_of("notifications"),
        "TOKEN_PUBLIC_KEYS": keys.public,
        "REGISTRY_NAME": "registry",
    }
    return {name: os.environ.get(name) or known.get(name) or value for name, value in alone.items()}


def client_environment() -> dict[str, str]:
    """What the engine's client needs of ours."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}


def sources_of(service: str) -> str:
    """The feeds a service reads when everything runs on one host."""
    heard = [(name, stream) for name, stream in HEARS[service] if stream in streams_of(name)]
    return json.dumps(
        [{"name": name, "stream": stream, "feed_url": f"http://{name}-api:8000"} for name, stream in heard]
    )


def the_stack(folder: Path = DEFAULT_STATE) -> ComposeStack:
    """The stack kept in a folder."""
    return ComposeStack(State(folder))
