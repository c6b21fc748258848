"""Several callers at the same moment: real connections, real locks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

MEET_SECONDS = 10


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each in a thread and on a connection of its own, beginning together; an error becomes its result."""
    barrier = threading.Barrier(len(calls), timeout=MEET_SECONDS)

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
