"""What anybody would write who wants an event verified and kept and nothing else: WSGI, HMAC, one INSERT, one commit."""

import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "").encode()
INSERT = "INSERT INTO bare_event (event_id, body) VALUES (%s, %s) ON CONFLICT DO NOTHING"
of_thread = threading.local()


def connection() -> psycopg.Connection:
    if not hasattr(of_thread, "connection"):
        of_thread.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    found: psycopg.Connection = of_thread.connection
    return found


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        start_response("200 OK", [("Content-Length", "0")])
        return []
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    parts = dict(part.split("=", 1) for part in environ["HTTP_STRIPE_SIGNATURE"].split(","))
    wanted = hmac.new(SECRET, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, parts["v1"]) or abs(time.time() - int(parts["t"])) > 300:
        start_response("400 Bad Request", [("Content-Length", "0")])
        return []
    connection().execute(INSERT, [json.loads(body)["id"], body])
    start_response("200 OK", [("Content-Length", "2"), ("Content-Type", "application/json")])
    return [b"{}"]
