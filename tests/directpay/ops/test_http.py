"""The client that commands use, against a real server of three lines."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directpay.ops.http import ServerError, get, post, running_demo


class Echo(BaseHTTPRequestHandler):
    """Answers what it was sent; 404 for /missing."""

    def do_GET(self) -> None:
        self._answer({"path": self.path})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({"now": body, "key": self.headers["Authorization"]})

    def _answer(self, body: dict) -> None:
        self.send_response(404 if self.path == "/missing" else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_posts_with_a_key(address: str) -> None:
    assert post(address, "sk_test", {"a": 1}) == {"now": {"a": 1}, "key": "Bearer sk_test"}
    assert get(f"{address}/health") == {"path": "/health"}


def test_tells_what_the_server_said(address: str) -> None:
    with pytest.raises(ServerError, match="answered 404"):
        get(f"{address}/missing")
    with pytest.raises(ServerError, match="does not answer"):
        get("http://127.0.0.1:1/")


def test_healthcheck_of_a_container(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PORT", address.rpartition(":")[2])
    call_command("healthcheck", "web")
    monkeypatch.setenv("PORT", "1")
    with pytest.raises(CommandError, match="does not answer"):
        call_command("healthcheck", "web")


def test_advances_the_clock_through_the_running_server(address: str, settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DIRECTPAY_HOME = tmp_path
    with pytest.raises(CommandError, match="make up"):
        call_command("advance", "86400")
    (tmp_path / "demo.json").write_text(json.dumps({"base_url": address, "secret_key": "sk_test"}))
    call_command("advance", "86400")
    call_command("advance", "2026-12-01")
    assert capsys.readouterr().out == "The clock stands at {'seconds': 86400}.\nThe clock stands at {'to': '2026-12-01'}.\n"
    assert running_demo(tmp_path)["secret_key"] == "sk_test"
