"""The paths of the one host: read for the demo's proxy, written out as nginx.conf."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import yaml

ROOT = Path(__file__).resolve().parent.parent
PATHS = ROOT / "deploy" / "gateway" / "paths.yaml"
NGINX = ROOT / "deploy" / "gateway" / "nginx.conf"


@dataclass(frozen=True)
class Route:
    """One service behind the gateway."""

    name: str
    prefix: str
    host: str
    port: int
    captures: bool = False


@dataclass(frozen=True)
class FeedDoor:
    """The one path that a port of its own leads to: a registry's feed."""

    listen: int
    path: str
    host: str
    port: int


@dataclass(frozen=True)
class Gateway:
    """The whole file."""

    home: str
    limit: str
    private: tuple[str, ...]
    routes: tuple[Route, ...]
    feed: FeedDoor

    def route(self, path: str) -> Route | None:
        """The service a path belongs to, None for unknown and private paths. Judged decoded, as services read it."""
        path = unquote(path)
        for route in self.routes:
            if path == route.prefix or path.startswith(f"{route.prefix}/"):
                inner = path[len(route.prefix) :]
                hidden = any(inner == word or inner.startswith(f"{word}/") for word in self.private)
                return None if hidden else route
        return None

    @property
    def limit_bytes(self) -> int:
        """The largest body in bytes."""
        return int(self.limit.removesuffix("m")) * 1024 * 1024


def read_paths(path: Path = PATHS) -> Gateway:
    """The gateway as declared."""
    raw = cast(dict[str, Any], yaml.safe_load(path.read_text()))
    routes = tuple(Route(**entry) for entry in raw["services"])
    return Gateway(raw["home"], raw["limit"], tuple(raw["private"]), routes, FeedDoor(**raw["feed"]))


HEAD = """\
# Made from paths.yaml by `./peyvand contracts`; change it there.
# Names are looked up at run time (resolver, variables), so that scaling and rolling restarts reach living addresses.
worker_processes auto;
pid /tmp/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log /dev/stdout;
  error_log /dev/stderr warn;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server_tokens off;
  client_max_body_size {limit};
  resolver 127.0.0.11 valid=1s;
  # A write with a key may be given to another process: done twice, it is done once and answered the same.
  map "$request_method:$http_idempotency_key" $keyed {{ "~^POST:." 1; default 0; }}
  map $http_x_forwarded_proto $scheme_outside {{ default $http_x_forwarded_proto; "" $scheme; }}

  server {{
    listen 8080;
    location = / {{ return 302 {home}; }}
    location = /healthz {{ return 204; }}
"""

ROUTE = """
    location = {prefix} {{ return 308 {prefix}/; }}
    location ~ ^{prefix}({private})(/|$) {{ return 404; }}
    location {prefix}/ {{
      error_page 418 = @{name}_keyed;
      if ($keyed) {{ return 418; }}
{proxy}
      proxy_next_upstream error timeout http_503;
    }}
    location @{name}_keyed {{
{proxy}
      proxy_next_upstream error timeout http_503 non_idempotent;
    }}
"""
PROXY = """\
      set $upstream_{name} {host};
      rewrite ^{prefix}/(.*)$ /$1 break;
      proxy_pass http://$upstream_{name}:{port};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme_outside;
      proxy_set_header X-Forwarded-Prefix {prefix};
      proxy_connect_timeout 2s;
      proxy_read_timeout 65s;
      proxy_next_upstream_tries 3;"""

# The address is written out instead of passed on: what is asked for elsewhere on this port stays here.
FEED = """\
  server {{
    listen {listen};
    client_max_body_size 1k;
    location / {{ return 404; }}
    location = {path} {{
      if ($request_method != GET) {{ return 405; }}
      set $upstream_feed {host};
      proxy_pass http://$upstream_feed:{port}{path}$is_args$args;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Cookie "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 2s;
      proxy_read_timeout 65s;
      proxy_next_upstream_tries 3;
      proxy_next_upstream error timeout http_503;
    }}
  }}
"""


def nginx_conf(gateway: Gateway) -> str:
    """The text of nginx.conf."""
    private = "|".join(gateway.private)
    body = "".join(
        ROUTE.format(prefix=route.prefix, name=route.name, private=private, proxy=PROXY.format(**vars(route)))
        for route in gateway.routes
    )
    door = FEED.format(**vars(gateway.feed))
    return HEAD.format(limit=gateway.limit, home=gateway.home) + body + "  }\n\n" + door + "}\n"


def main() -> int:
    """Write nginx.conf."""
    NGINX.write_text(nginx_conf(read_paths()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
