"""The gateway's paths, in nginx.conf and in the demo's proxy."""

import re

import pytest

from tools.demo.proxy import Malformed, forwarded, parse_head
from tools.gateway import NGINX, nginx_conf, read_paths


class TestPaths:
    """deploy/gateway/paths.yaml."""

    def test_nginx_conf_is_up_to_date(self) -> None:
        assert NGINX.read_text() == nginx_conf(read_paths()), "run ./peyvand contracts"

    def test_names_are_looked_up_at_run_time(self) -> None:
        text = nginx_conf(read_paths())
        assert "resolver 127.0.0.11 valid=1s;" in text
        assert "proxy_pass http://registry" not in text

    @pytest.mark.parametrize("path", ["/registry", "/registry/v1/pairings", "/registry/"])
    def test_a_prefix_leads_to_its_service(self, path: str) -> None:
        route = read_paths().route(path)
        assert route is not None
        assert route.name == "registry"

    @pytest.mark.parametrize(
        "path",
        ["/registry/internal/v1/feed", "/registry/%69nternal/v1/feed", "/reporting/metrics", "/registryx", "/else"],
    )
    def test_private_and_unknown_paths_lead_nowhere(self, path: str) -> None:
        assert read_paths().route(path) is None

    def test_the_door_for_feeds_leads_to_the_feed_alone(self) -> None:
        door = nginx_conf(read_paths()).partition("listen 8081;")[2]
        assert re.findall(r"location (.*?) \{", door) == ["/", "= /internal/v1/feed"]
        assert "location / { return 404; }" in door
        assert re.findall(r"proxy_pass (.*);", door) == ["http://$upstream_feed:8000/internal/v1/feed$is_args$args"]


class TestProxyHead:
    """What the demo's proxy does with the head of a request."""

    def test_strips_the_prefix_and_completes_the_forwarded_headers(self) -> None:
        head = parse_head(b"GET /registry/v1/me?a=b HTTP/1.1\r\nHost: h:1\r\nX-Forwarded-For: 9.9.9.9\r\nTE: x\r\n\r\n")
        route = read_paths().route(head.path)
        assert route is not None
        lines = forwarded(head, route, "1.2.3.4").decode().split("\r\n")
        assert lines[0] == "GET /v1/me?a=b HTTP/1.1"
        assert "X-Forwarded-For: 9.9.9.9, 1.2.3.4" in lines
        assert "X-Forwarded-Host: h:1" in lines
        assert "X-Forwarded-Prefix: /registry" in lines
        assert not any(line.startswith("TE:") for line in lines)

    @pytest.mark.parametrize(
        "raw",
        [
            b"GET http://else/ HTTP/1.1\r\n\r\n",
            b"GET / HTTP/2\r\n\r\n",
            b"GET / HTTP/1.1\r\nA : b\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        ],
    )
    def test_refuses_what_two_readers_could_read_differently(self, raw: bytes) -> None:
        with pytest.raises(Malformed):
            parse_head(raw)
