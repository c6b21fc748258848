"""`/metrics`: what is counted and measured, in the text format of Prometheus (exposition format 0.0.4), for staff and their programs.

Instruments (`kernel.instruments`) count as things happen, in all processes together. Beside them rooms register a collector: a function
that gives gauges from what is saved already. A scrape comes every few seconds and must stay cheap; nothing here counts entries.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, disable_created_metrics, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.request import Request

from directpay.api.authentication import KeyAuthentication, KeyMayDoThis
from directpay.api.errors import answer_for
from directpay.kernel.errors import DirectPayError, NotAllowed
from directpay.kernel.instruments import HOST, REGISTRY, shared_directory
from directpay.ops.processes import alive

log = logging.getLogger(__name__)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FAILED = "directpay_collector_failed"
disable_created_metrics()  # as with several processes, where there are none


@dataclass(frozen=True)
class Gauge:
    """One metric with its samples: labels and a number each. `name` ends with its unit."""

    name: str
    meaning: str
    samples: list[tuple[Mapping[str, str], int | float]] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        yield f"# HELP {self.name} {_escaped(self.meaning)}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inside = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
            number = "+Inf" if value == math.inf else value
            yield f"{self.name}{{{inside}}} {number}" if inside else f"{self.name} {number}"


COLLECTORS: list[Callable[[], Iterable[Gauge]]] = []


def register_collector(collector: Callable[[], Iterable[Gauge]]) -> None:
    if collector not in COLLECTORS:
        COLLECTORS.append(collector)


def exposition() -> str:
    """What every process has counted, and what every collector says now."""
    gauges, failed = [], []
    for collect in COLLECTORS:
        try:
            gauges += list(collect())
        except Exception as error:  # one part that is away must not hide the others, least of all then
            log.warning("no metrics of %s: %s", collect.__module__, error)
            failed.append(collect.__module__)
    names = dict.fromkeys(collect.__module__ for collect in COLLECTORS)
    gauges.append(Gauge(FAILED, "1: these metrics could not be read just now.", [({"of": n}, int(n in failed)) for n in names]))
    return counted() + "".join(f"{line}\n" for gauge in gauges for line in gauge.lines())


def counted() -> str:
    """The instruments of all processes that share the directory, or of this one alone."""
    directory = shared_directory()
    if not directory or values.ValueClass is values.MutexValue:
        return generate_latest(REGISTRY).decode()
    forget_dead_levels(directory)
    together = CollectorRegistry()
    MultiProcessCollector(together, directory)
    return generate_latest(together).decode()


def forget_dead_levels(directory: str) -> None:
    """What is in flight in a process of this host that has died is in flight no more; what it has counted stays counted."""
    for file in Path(directory).glob(f"gauge_live*_{HOST}-*.db"):
        if not alive(int(file.stem.rpartition("-")[2])):
            file.unlink(missing_ok=True)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a member of staff who is signed in, or a secret key of staff or of the platform that may read."""
    try:
        _require_staff(request)
    except DirectPayError as refused:
        return answer_for(refused)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def _require_staff(request: HttpRequest) -> None:
    """Raises NotAuthenticated, NotAllowed."""
    if request.user.is_authenticated and request.user.is_active and request.user.is_staff:
        return
    asked = Request(request)
    actor, key = KeyAuthentication().authenticate(asked)
    asked.auth = key
    KeyMayDoThis().has_permission(asked, metrics)
    if not actor.may_see_all:
        raise NotAllowed("The metrics cover every book: they are for staff.")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')
