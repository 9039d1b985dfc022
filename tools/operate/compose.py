"""A compose project as it runs: found by what the engine knows of it, so that no file has to be named twice."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.operate.errors import Unfit

READERS_FIRST = ("reporting", "notifications", "registry")
NOT_OURS = ("postgres", "redis", "gateway", "mailbox")


@dataclass(frozen=True)
class ComposeStack:
    """One project with its files and the environment its variables come from."""

    project: str
    files: tuple[str, ...]
    folder: str
    environment: dict[str, str]

    @classmethod
    def of_project(cls, project: str, environment: dict[str, str]) -> "ComposeStack":
        """A running project by its name; raises Unfit when nothing of it runs."""
        command = ["docker", "compose", "ls", "-a", "--format", "json", "--filter", f"name=^{project}$"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise Unfit("the container engine does not answer; is it running, and may you use it?")
        found = json.loads(done.stdout or "[]")
        if not found:
            raise Unfit(f"no stack named {project} is here; start it with ./peyvand up")
        files = tuple(found[0]["ConfigFiles"].split(","))
        return cls(project, files, str(Path(files[0]).parent), environment)

    def compose(self, *words: str) -> str:
        """Run `docker compose …` for this project."""
        files = [word for file in self.files for word in ("-f", file)]
        done = subprocess.run(
            ["docker", "compose", "-p", self.project, *files, *words],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def services(self) -> list[str]:
        """The services that run."""
        return sorted(set(self.compose("ps", "--services", "--status", "running").split()))

    def rollable(self) -> Sequence[str]:
        """Ours, in the order of a roll-out: readers before the feeds they read, web processes last (3.10)."""
        ours = [name for name in self.services() if name.split("-")[0] in READERS_FIRST]
        return sorted(ours, key=lambda name: (name.endswith("-api"), READERS_FIRST.index(name.split("-")[0]), name))
