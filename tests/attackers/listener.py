"""A port of this machine that nobody has a reason to call."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NOTHING = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


@dataclass
class Listener:
    address: str
    heard: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(f"127.0.0.1:{server.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(server, listener), daemon=True)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)  # wakes accept
        thread.join(timeout=5)


def _serve(server: socket.socket, listener: Listener) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        with caller:
            listener.heard.append(caller.recv(200).decode("latin-1").partition("\r")[0])
            caller.sendall(NOTHING)
