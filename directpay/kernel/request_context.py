"""The request that the running code serves, so that events and logs can name it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

request_id: ContextVar[str] = ContextVar("request_id", default="")
# In the background one run serves many requests: what each object is worked on for, by its public id.
_causes: ContextVar[Mapping[str, str]] = ContextVar("causes", default=MappingProxyType({}))


def cause_of(key: str) -> str:
    """The request that caused what is done to this object now; empty if nobody asked."""
    return _causes.get().get(key) or request_id.get()


@contextmanager
def caused_by(requests: Mapping[str, str]) -> Iterator[None]:
    """Work on these objects for the requests beside them. For one alone everything that runs is named after its request."""
    causes = _causes.set(requests)
    alone = request_id.set(next(iter(requests.values())) or request_id.get()) if len(requests) == 1 else None
    try:
        yield
    finally:
        _causes.reset(causes)
        if alone is not None:
            request_id.reset(alone)
