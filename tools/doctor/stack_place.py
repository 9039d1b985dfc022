"""The stack in containers, read from the folder `./peyvand up` keeps and from what the engine says."""

import json
import subprocess
from urllib.parse import urlsplit

from tools.compose.stack import ComposeStack
from tools.doctor.place import SERVICES, Mail, NotRunning, Part, Place
from tools.operate.compose import Running


def stack_place(stack: ComposeStack) -> Place:
    """The stack of a state folder; raises NotRunning."""
    running, environment, secret = Running(stack), stack.environment(), stack.secrets.read
    listed = stack.containers(all_of_them=True)
    services = running.services()
    if not services:
        raise NotRunning(f"nothing of {running.project} runs; start it with ./peyvand up")
    host = environment.get("SMTP_HOST", "")
    mail = f"smtp://{host}:{environment.get('SMTP_PORT', '587')}"
    reached = urlsplit(running.reachable(mail))
    queues = {f"broker of {name}": f"{name}_celery_redis_url" for name in ("reporting", "notifications")}
    return Place(
        name=f"stack {running.project}",
        parts=[_part(each) for each in listed if not str(each["Service"]).endswith("-migrate")],
        databases={each: running.reachable(secret(f"{each}_database_url")) for each in SERVICES},
        redis={
            name: running.reachable(secret(file)) for name, file in {"bus": "registry_redis_url", **queues}.items()
        },
        webs={
            each: running.reachable(f"http://{each}-api:8000") for each in SERVICES if f"{each}-api" in services
        },
        mail=Mail(
            str(reached.hostname), reached.port or 587, environment.get("SMTP_SECURITY", "starttls"),
            environment.get("SMTP_USER", ""), secret("smtp_password"),
        ) if host else None,
        text_gateway=running.reachable(environment.get("SMS_URL", "")),
        disks={"the engine's volumes": _engine_folder(), "the stack's secrets": str(stack.state.folder)},
        private_key=json.loads(secret("token_private_key")),
        public_keys=json.loads(environment["TOKEN_PUBLIC_KEYS"]),
        tokens={each: secret(f"{each}_service_token") for each in SERVICES},
        demo_clock=environment.get("PEYVAND_DEMO_CLOCK") == "on",
    )  # fmt: skip


def _part(container: dict[str, object]) -> Part:
    up = container["State"] == "running"
    health = str(container.get("Health", ""))
    detail = "starting" if health == "starting" else f"{container['State']}, exit code {container.get('ExitCode')}"
    return Part(str(container["Service"]), up, None if health in ("", "starting") else health == "healthy", detail)


def _engine_folder() -> str:
    command = ["docker", "info", "--format", "{{.DockerRootDir}}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
