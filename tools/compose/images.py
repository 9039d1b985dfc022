"""The images of the stack, built once per content: a second build with the same inputs does nothing."""

import hashlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.compose.engine import OFFLINE, Say, quiet

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SERVICES = ("registry", "reporting", "notifications")
PUBLIC = {
    "PYTHON_IMAGE": "python:3.13-slim",
    "POSTGRES_IMAGE": "postgres:17",
    "REDIS_IMAGE": "redis:8",
    "NGINX_IMAGE": "nginx:1.28",
}
DEBIAN = "peyvand-base/debian:trixie"
CERTIFICATES = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
SKIPPED = {"__pycache__", ".pytest_cache"}


class ImageFailed(Exception):
    """An image could not be built; the message has the end of the builder's words."""


def there(image: str) -> bool:
    """Whether the engine has an image."""
    return quiet("docker", "image", "inspect", image)


def files(*places: Path) -> Iterator[Path]:
    """Every file below some places, in a fixed order."""
    for place in places:
        for path in sorted(place.rglob("*") if place.is_dir() else [place]):
            if path.is_file() and not SKIPPED & set(path.parts):
                yield path


def content(*places: Path, more: str = "") -> str:
    """Twelve digits that change when any of these files changes."""
    digest = hashlib.sha256(more.encode())
    for path in files(*places):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def base_images(say: Say) -> dict[str, str]:
    """What the images stand on: those of the environment, the public ones, or our own where no registry is in reach."""
    given = {name: os.environ[name] for name in PUBLIC if os.environ.get(name)}
    if len(given) == len(PUBLIC):
        return given
    offline = os.environ.get("PEYVAND_OFFLINE", "")
    if offline == "0" or (not offline and not own_bases_exist() and registry_in_reach(say)):
        return {**PUBLIC, **given}
    return {**build_bases(say), **given}


def registry_in_reach(say: Say) -> bool:
    """Whether the public images can be pulled; asked once, before our own are built."""
    say("asking for the public base images")
    return quiet("docker", "pull", "--quiet", PUBLIC["PYTHON_IMAGE"], timeout=120)


def own_bases() -> dict[str, str]:
    """The names of our own base images, by content."""
    tag = content(OFFLINE / "Dockerfile", OFFLINE / "build-debian")
    return {name: f"peyvand-base/{name.partition('_')[0].lower()}:{tag}" for name in PUBLIC}


def own_bases_exist() -> bool:
    """Whether all of them have been built here."""
    return all(there(image) for image in own_bases().values())


def build_bases(say: Say) -> dict[str, str]:
    """Build our own base images from package mirrors alone."""
    if not there(DEBIAN):
        say("making a minimal Debian (about a minute)")
        _run([str(OFFLINE / "build-debian"), DEBIAN])
    for name, image in own_bases().items():
        if not there(image):
            target = name.partition("_")[0].lower()
            say(f"building the base image {target}")
            _build(image, OFFLINE, OFFLINE / "Dockerfile", target, {"DEBIAN_IMAGE": DEBIAN})
    return own_bases()


def build_images(say: Say) -> dict[str, str]:
    """Build what is missing; returns the environment that names every image for docker-compose.yml."""
    bases = base_images(say)
    found = dict(bases)
    for service in SERVICES:
        parts = (ROOT / "shared", ROOT / "services" / service, DEPLOY / "requirements.runtime.lock")
        found[f"{service.upper()}_IMAGE"] = _ours(say, service, "service", bases, parts, {"SERVICE": service})
    mailbox = (ROOT / "shared", ROOT / "tools" / "demo" / "mailbox", DEPLOY / "requirements.mailbox.lock")
    found["MAILBOX_IMAGE"] = _ours(say, "mailbox", "mailbox", bases, mailbox, {})
    for name, part in (("postgres", "postgres"), ("redis", "redis"), ("gateway", "gateway")):
        found[f"PEYVAND_{name.upper()}_IMAGE"] = _ours(say, name, name, bases, (DEPLOY / part,), {})
    return found


def _ours(
    say: Say,
    name: str,
    target: str,
    bases: Mapping[str, str],
    parts: tuple[Path, ...],
    arguments: Mapping[str, str],
) -> str:
    image = f"peyvand/{name}:{content(DEPLOY / 'Dockerfile', *parts, more=repr(sorted(bases.items())))}"
    if not there(image):
        say(f"building the image {name}")
        _build(image, ROOT, DEPLOY / "Dockerfile", target, {**bases, **arguments})
    return image


def _build(image: str, context: Path, dockerfile: Path, target: str, arguments: Mapping[str, str]) -> None:
    secret = ["--secret", f"id=ca,src={CERTIFICATES}"] if CERTIFICATES.exists() else []
    given = [word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")]
    where = ["--network", "host", "--target", target, "--file", str(dockerfile), "--tag", image, str(context)]
    _run(["docker", "build", "--quiet", *secret, *given, *where])


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise ImageFailed(f"`{' '.join(command[:3])} …` ended with {done.returncode}:\n{done.stderr[-3000:]}")
