"""A small application with every hole that the scanner looks for, each real: it asks PostgreSQL, opens files, runs a shell.

`/safe` takes the same from the same form and does nothing wrong with it.
"""

import html
import re
import subprocess
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import psycopg

GOOD = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]
HTML = ("Content-Type", "text/html; charset=utf-8")
HOLES = ("safe", "echo", "attribute", "stored", "sql", "file", "header", "go", "template", "shell", "fetch", "bytes", "item/7")
FILES = {"/.env": "SECRET=1", "/.git/HEAD": "ref: refs/heads/main", "/files/": "<title>Index of /files/</title>", "/echo~": "old source"}
START = (
    "".join(f'<a href="/{name}?q=1">{name}</a>' for name in HOLES) + '<a href="/naked">x</a><a href="/trace">x</a><a href="/files/">x</a>'
)
FORM = '<form method="post" action="/change"><input name="to" value="dpx"><button>Change</button></form>'


@dataclass
class Vulnerable:
    """`address`: of a database that it may ask."""

    address: str
    kept: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method in ("TRACE", "DPX"):
            start("200 OK", [*GOOD, ("Content-Type", "message/http")])
            return [repr(environ).encode()]
        query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True, errors="surrogateescape")
        status, more, page = self._answer(path, query.get("q", [""])[0], environ)
        content_type = [] if any(name == "Content-Type" for name, _ in more) else [HTML]
        start(status, [*([] if path == "/naked" else GOOD), *content_type, *more])
        return [page.encode("utf-8", "surrogateescape")]

    def _answer(self, path: str, q: str, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], str]:
        holes: dict[str, Callable[[str], str]] = {
            "/safe": html.escape,
            "/echo": str,
            "/attribute": lambda text: f"<input value='{text.replace('<', '&lt;')}'>",
            "/stored": self._keep,
            "/sql": self._ask,
            "/file": lambda name: Path("/srv", name).read_text(),
            "/template": lambda text: re.sub(r"\{\{(.*?)\}\}", lambda found: str(eval(found[1])), html.escape(text)),
            "/shell": lambda text: html.escape(subprocess.run(f"echo {text}", shell=True, capture_output=True, text=True).stdout),
            "/fetch": lambda text: str(len(urllib.request.urlopen(text, timeout=2).read())),
            "/bytes": lambda text: str(len(text.encode())),  # fails for what is not UTF-8
        }
        if path == "/":
            return "200 OK", [("Set-Cookie", "session=1; Path=/")], START + FORM + "".join(self.kept)
        if path in holes:
            try:
                return "200 OK", [], holes[path](q)
            except (OSError, ValueError) as error:
                status = "500 Oh" if path == "/bytes" else "400 No"
                return status, [], html.escape(f"{error}"[:80].encode("ascii", "replace").decode())
        if path == "/header":
            return "200 OK", [("X-Asked", q)], "asked"
        if path == "/go":
            return "302 Found", [("Location", q)], ""
        if path.startswith("/item/"):
            return "404 Not Found", [], "No such item: " + unquote_to_bytes(path[6:]).decode(errors="replace")
        if path == "/change" or path == "/naked":
            return ("200 OK" if environ["REQUEST_METHOD"] in ("GET", "POST") else "405 No"), [], "done"
        return ("200 OK", [], FILES[path]) if path in FILES else ("404 Not Found", [], "nothing")

    def _keep(self, text: str) -> str:
        self.kept = [*self.kept, text][-50:]
        return "kept"

    def _ask(self, text: str) -> str:
        with psycopg.connect(self.address) as connection:
            try:
                return str(connection.execute(f"SELECT 'found' WHERE 'it' = '{text}'".encode("utf-8", "surrogateescape")).fetchone())
            except psycopg.Error as error:
                return html.escape(f"psycopg.{type(error).__name__}: {error}")
