"""The running demo, read from its state folder."""

import json
from pathlib import Path

from shared.kernel.alive import is_alive
from tools.demo.databases import SERVICES
from tools.demo.known import known_site
from tools.demo.site import CELERY_DATABASE
from tools.demo.state import LOOPBACK, State
from tools.doctor.place import Mail, NotRunning, Part, Place


def demo_place(folder: Path) -> Place:
    """The demo in this state folder; raises NotRunning."""
    state = State(folder)
    running = state.read("running.json")
    if not running.get("ports"):
        raise NotRunning(f"no demo runs on {state.folder}; start it with ./peyvand demo")
    site = known_site(state)
    site.port = int(str(running["url"]).rsplit(":", 1)[1])
    environments = {service: site.environment(service) for service in SERVICES}
    return Place(
        name=f"demo {site.url}",
        parts=[_part(state, name, child["pid"]) for name, child in running["children"].items()],
        databases={service: site.database(service, "app") for service in SERVICES},
        redis={
            "bus": site.redis_url(0),
            **{f"broker of {name}": site.redis_url(number) for name, number in CELERY_DATABASE.items()},
        },
        webs={service: site.direct(service) for service in SERVICES},
        mail=Mail(LOOPBACK, site.ports["smtp"]),
        text_gateway=site.direct("mailbox"),
        disks={"the demo's data": str(state.folder)},
        private_key=json.loads(site.keys().private),
        public_keys=json.loads(site.keys().public),
        tokens={name: env["PEYVAND_SERVICE_TOKEN"] for name, env in environments.items()},
        demo_clock=True,
        restart="./peyvand demo",
        logs=f"{state.folder}/logs/{{part}}.log",
    )


def _part(state: State, name: str, pid: int) -> Part:
    beat = state.folder / "heartbeats" / name
    asked = name.endswith(("-work", "-worker"))
    return Part(name, up=_is_process(pid), progresses=is_alive(str(beat)) if asked else None, detail=f"process {pid}")


def _is_process(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "T", "X"}
