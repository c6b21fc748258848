"""A browser without a screen: speaks WSGI to an application, keeps cookies, sends what no well-behaved browser would."""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

HOST = "localhost"
Fields = Mapping[str, bytes]
NAME_PASSES = "[]"  # in names of fields


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    seconds: float

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def is_html(self) -> bool:
        return self.header("Content-Type").startswith("text/html")


@dataclass
class Visitor:
    """Somebody who comes to the pages. `sign_in` gives the cookies of a new session."""

    app: Callable[..., Any]
    name: str
    sign_in: Callable[[], dict[str, str]] = dict
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        self.cookies |= self.sign_in()

    def get(self, target: str, fields: Fields | None = None, **headers: str) -> Answer:
        """`target` as it stands in a link; `fields` become its query, replacing it."""
        path, _, query = target.partition("#")[0].partition("?")
        return self.ask("GET", path, _encoded(fields) if fields is not None else query, **headers)

    def post(self, target: str, fields: Fields, **headers: str) -> Answer:
        path, _, query = target.partition("#")[0].partition("?")
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"{self.scheme}://{HOST}", **headers}
        return self.ask("POST", path, query, _encoded(fields).encode(), **sent)

    def ask(self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str) -> Answer:
        """`path` and `query` are percent-encoded as on the wire. An exception that leaves the application is a 500 that shows it."""
        self.asked += 1
        environ = self._environ(method, path, query, body, headers)
        told: list[Any] = []
        begin = time.perf_counter()
        try:
            chunks = self.app(environ, lambda status, sent, _error=None: told.extend([status, sent]))
            try:
                content = b"".join(chunks)
            finally:
                getattr(chunks, "close", lambda: None)()
        except Exception as error:
            return Answer(500, [], f"Traceback (most recent call last): {error!r}".encode(), time.perf_counter() - begin)
        answer = Answer(int(told[0].split()[0]), told[1], content, time.perf_counter() - begin)
        self._keep(answer)
        return answer

    def _environ(self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)) if body else "",
            "HTTP_HOST": HOST,
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in headers.items():
            known = name.upper().replace("-", "_")
            environ["CONTENT_TYPE" if known == "CONTENT_TYPE" else f"HTTP_{known}"] = value
        return environ

    def _keep(self, answer: Answer) -> None:
        for line in answer.all("Set-Cookie"):
            try:
                for name, cookie in SimpleCookie(line).items():
                    self.cookies[name] = cookie.value
            except CookieError:
                continue


def _encoded(fields: Fields) -> str:
    return "&".join(f"{quote_from_bytes(name.encode(), NAME_PASSES)}={quote_from_bytes(value, '')}" for name, value in fields.items())
