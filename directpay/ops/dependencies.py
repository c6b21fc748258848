"""Whether the things outside that we depend on are asked at present, as a gauge."""

from collections.abc import Iterator

from directpay.breakers.shared import BREAKERS
from directpay.kernel import clock
from directpay.ops.metrics import Gauge

SHOWN = {"closed": 0, "half_open": 1, "open": 2}


def collect() -> Iterator[Gauge]:
    at = clock.now()
    yield Gauge(
        "directpay_breaker_state",
        "0: closed, it is asked; 1: half open, one asks to see; 2: open, it has failed too often and is left alone for a while.",
        [({"dependency": name}, SHOWN[breaker.state(at)]) for name, breaker in sorted(BREAKERS.items())],
    )
