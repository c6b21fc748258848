"""One of several processes that post at the same moment: `python -m tests.chaos.poster`, its orders as JSON on standard input.

{"base_url", "secret_key", "path", "bodies": [{"body", "key"}, …], "threads", "repeat"} → one JSON line per answer:
[status, code or id, digest of the body, replayed].
"""

import hashlib
import http.client
import json
import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

TRIES = 400


def post(connection: http.client.HTTPConnection, orders: dict[str, Any], one: dict[str, Any]) -> list[Any]:
    headers = {
        "Authorization": f"Bearer {orders['secret_key']}",
        "Content-Type": "application/json",
        "Idempotency-Key": one["key"],
        **one.get("headers", {}),
    }
    connection.request("POST", orders["path"], json.dumps(one["body"]), headers)
    answer = connection.getresponse()
    raw = answer.read()
    body = json.loads(raw)
    told = body.get("id") or [body["error"]["code"], body["error"].get("payment")]
    return [answer.status, told, hashlib.sha256(raw).hexdigest(), answer.headers.get("Idempotent-Replayed") == "true"]


def work(orders: dict[str, Any], share: list[dict[str, Any]], barrier: threading.Barrier, out: list[list[Any]]) -> None:
    address = urlsplit(orders["base_url"]).netloc
    connection = http.client.HTTPConnection(address, timeout=60)
    barrier.wait()
    for one in share * orders.get("repeat", 1):
        for _ in range(TRIES):
            try:
                out.append(post(connection, orders, one))
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                if not orders.get("insist"):
                    out.append([0, "lost", "", False])
                    break
                time.sleep(0.05)


def main() -> None:
    orders = json.load(sys.stdin)
    count = orders["threads"]
    shares = [orders["bodies"][n::count] for n in range(count)]
    barrier, out = threading.Barrier(count), []
    threads = [threading.Thread(target=work, args=(orders, share, barrier, out)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write("\n".join(json.dumps(row) for row in out))


if __name__ == "__main__":
    main()
