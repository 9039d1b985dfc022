"""What a bench consists of: every process of the product by itself, and a proxy on each way between two parts."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.demo.children import Recipe
from tools.demo.databases import SERVICES
from tools.demo.plan import Plan
from tools.demo.site import HEARS, ROOT, Site
from tools.demo.state import LOOPBACK

PARTS: Mapping[str, tuple[str, ...]] = {
    "registry": ("relay", "listener", "clock"),
    "reporting": ("listener", "jobs"),
    "notifications": ("relay", "listener", "sweeper"),
}
"""Background parts by service; each runs as a process of its own, so that each can die alone."""
WORKER = "notifications-worker"


def links_of(site: Site) -> dict[str, int]:
    """Every proxied way and the port it leads to: `SERVICE-postgres`, `SERVICE-redis`, `SERVICE-feed-SOURCE`, …"""
    assert site.postgres and site.valkey
    links = {}
    for service in SERVICES:
        links[f"{service}-postgres"] = site.postgres.port
        links[f"{service}-redis"] = site.valkey.port
        for source in sorted({name for name, _ in HEARS[service]} - {service}):
            links[f"{service}-feed-{source}"] = site.ports[source]
    return links | {"notifications-smtp": site.ports["smtp"], "notifications-sms": site.ports["mailbox"]}


class BenchPlan(Plan):
    """The demo's databases and one-off steps, with the product's parts run singly behind the bench's proxy."""

    def __init__(self, root: Path = ROOT) -> None:
        super().__init__(demo_data=False)
        self.root = root

    def recipes(self, site: Site) -> list[list[Recipe]]:
        """Proxy and mailbox first, then everything else together."""
        webs = [self._web(site, service) for service in SERVICES]
        parts = [self._part(site, service, part) for service in SERVICES for part in PARTS[service]]
        worker = self._celery(site, "notifications")
        site.state.write("recipes.json", {each.name: words_of(each) for each in [*webs, *parts, worker]})
        return [[self._lab(site), self._mailbox(site)], [*webs, *parts, worker]]

    def _part(self, site: Site, service: str, part: str) -> Recipe:
        name = f"{service}-{part}"
        beat = site.state.path("heartbeats", name)
        beat.unlink(missing_ok=True)
        environment = {**self.environment(site, service), "PEYVAND_HEARTBEAT_FILE": str(beat)}
        return self._python(site, name, environment, "-m", f"services.{service}", part, ready=beat.exists)

    def _web(self, site: Site, service: str) -> Recipe:
        recipe = super()._web(site, service)
        return Recipe(recipe.name, recipe.command, self.environment(site, service), ROOT, recipe.ready)

    def _celery(self, site: Site, service: str) -> Recipe:
        recipe = super()._celery(site, service)
        return Recipe(recipe.name, recipe.command, self.environment(site, service), ROOT, recipe.ready)

    def _lab(self, site: Site) -> Recipe:
        links = [f"{name}={lab_port(site, name)}:{target}" for name, target in links_of(site).items()]
        words = ["-m", "tools.chaos.proxy", "--control", str(lab_port(site, "control")), *links]
        return self._python(site, "lab", site.base_environment(), *words)

    def environment(self, site: Site, service: str) -> dict[str, str]:
        """The demo's settings with every neighbour's port replaced by the proxy's, and failpoints on."""
        given = site.environment(service)
        links = links_of(site)
        for name in ("DATABASE_URL", "RELAY_DATABASE_URL", "REDIS_URL", "CELERY_REDIS_URL", "SMS_URL"):
            key = f"PEYVAND_{name}"
            kind = {"D": "postgres", "R": "redis", "C": "redis", "S": "sms"}[name[0]]
            kind = "postgres" if name == "RELAY_DATABASE_URL" else kind
            if key in given:
                link = f"{service}-{kind}"
                given[key] = given[key].replace(f":{links[link]}", f":{lab_port(site, link)}")
        sources = json.loads(given["PEYVAND_SOURCES"])
        for source in sources:
            if source["name"] != service:
                port = lab_port(site, f"{service}-feed-{source['name']}")
                source["feed_url"] = f"http://{LOOPBACK}:{port}"
        given["PEYVAND_SOURCES"] = json.dumps(sources)
        if "PEYVAND_SMTP_PORT" in given:
            given["PEYVAND_SMTP_PORT"] = str(lab_port(site, "notifications-smtp"))
        given["PEYVAND_FAILPOINTS"] = str(site.state.path("failpoints", "x").parent)
        return given


def lab_port(site: Site, name: str) -> int:
    """The proxy's port of a link; chosen at the first start and kept."""
    known = site.state.read("ports.json")
    return int(known[f"lab-{name}"]) if f"lab-{name}" in known else site.state.port(f"lab-{name}")


def words_of(recipe: Recipe) -> dict[str, object]:
    """A recipe as JSON, with which the campaign starts a second process of a part."""
    return {"command": list(recipe.command), "environment": dict(recipe.environment)}
