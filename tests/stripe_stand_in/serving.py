"""What the servers of stand-ins have in common: bodies in and out, and connections that are cut."""

import socket
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BODY_LIMIT = 1_000_000


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stand_in: Any

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone away: that is what some faults are for."""


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def body(self) -> str:
        return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT)).decode()

    def write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """RST instead of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """What was asked stands in `StandIn.requests`."""
