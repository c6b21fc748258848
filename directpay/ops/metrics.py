"""`/metrics`: gauges in the text format of Prometheus (exposition format 0.0.4), for staff and their programs.

Rooms register a collector: a function that gives gauges from what is saved already. A scrape comes every few seconds and must stay
cheap; nothing here counts entries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from directpay.api.authentication import KeyAuthentication, KeyMayDoThis
from directpay.api.errors import answer_for
from directpay.kernel.errors import DirectPayError, NotAllowed

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """One metric with its samples: labels and a whole number each. `name` ends with its unit."""

    name: str
    meaning: str
    samples: list[tuple[Mapping[str, str], int]] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        yield f"# HELP {self.name} {_escaped(self.meaning)}"
        yield f"# TYPE {self.name} gauge"
        for labels, value in self.samples:
            inside = ",".join(f'{name}="{_quoted(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inside}}} {value}" if inside else f"{self.name} {value}"


COLLECTORS: list[Callable[[], Iterable[Gauge]]] = []


def register_collector(collector: Callable[[], Iterable[Gauge]]) -> None:
    if collector not in COLLECTORS:
        COLLECTORS.append(collector)


def exposition() -> str:
    """What every collector says now."""
    return "".join(f"{line}\n" for collect in COLLECTORS for gauge in collect() for line in gauge.lines())


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
