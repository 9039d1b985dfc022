"""A demo's layout from what its state folder remembers; no port is chosen anew and no lock is taken."""

from shared.kernel.databases import DUTIES
from tools.demo.databases import SERVICES
from tools.demo.postgres import Postgres
from tools.demo.site import Site
from tools.demo.state import State
from tools.demo.valkey import Valkey


def known_site(state: State) -> Site:
    """The site as it was at its last start."""
    ports = {name: int(port) for name, port in state.read("ports.json").items()}
    site = Site(state=state, port=ports.get("proxy", 0), ports=ports)
    site.passwords = {f"{name}_{duty}": state.secret(f"{name}_{duty}") for name in SERVICES for duty in DUTIES}
    if "postgres" in ports:
        site.postgres = Postgres(state.path("postgres", "data"), ports["postgres"], state.secret("postgres"))
    if "valkey" in ports:
        site.valkey = Valkey(state.path("valkey", "x").parent, ports["valkey"], state.secret("valkey"))
    site.issued_at = int(state.path("lock").stat().st_ctime)
    return site
