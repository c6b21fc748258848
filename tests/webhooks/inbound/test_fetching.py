"""Fetching a certificate: no redirect is followed, and no more is read than a certificate can be."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from webhooks.inbound.providers.certificates import MOST_BYTES, fetch


@pytest.fixture
def server() -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/moved" else 200)
            self.send_header("Location", "/fine")
            self.end_headers()
            if self.path != "/moved":
                self.wfile.write(b"x" * (MOST_BYTES + 1 if self.path == "/long" else 10))

        def log_message(self, *_: object) -> None:
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_it_works(server):
    assert fetch(f"{server}/fine") == b"x" * 10


@pytest.mark.parametrize(("path", "said"), [("/moved", "redirected to"), ("/long", "larger than any certificate")])
def test_refuses(server, path, said):
    with pytest.raises(OSError, match=said):
        fetch(f"{server}{path}")
