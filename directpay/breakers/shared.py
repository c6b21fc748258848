"""Breakers whose record stands in Valkey: what one process learns, all know. Valkey away: each process learns by itself.

A breaker saves time and spares whoever is ill. It decides nothing about money: losing its record costs a few calls in vain.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.conf import settings

from directpay.breakers.pause import Pause
from directpay.breakers.valkey import client
from directpay.kernel import breaker
from directpay.kernel.breaker import CLOSED, Limits, Record, State

log = logging.getLogger(__name__)
TRIES = 100  # of a change that others change at the same time: each that is lost is another's that was made, so a crowd gets through
KEPT_SECONDS = 86_400
BREAKERS: dict[str, "Breaker"] = {}


class Breaker:
    """``breaker_of("stripe")``. Whoever was let through says how it went: `succeeded` or `failed`."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self._alone = CLOSED
        self._pause = Pause()

    def refused_until(self, at: datetime) -> datetime | None:
        """None: ask. Else nobody is to ask before that."""
        return self._change(lambda record: breaker.ask(record, at, self.limits))

    def failed(self, at: datetime) -> None:
        def change(record: Record) -> tuple[Record, bool]:
            after = breaker.failed(record, at, self.limits)
            return after, after.opened_at == at != record.opened_at

        if self._change(change):
            log.warning("%s has failed too often and is not asked for a while", self.name)

    def succeeded(self) -> None:
        def change(record: Record) -> tuple[Record, bool]:
            after = breaker.succeeded(record)
            return after, record.opened_at is not None and after.opened_at is None

        if self._change(change):
            log.info("%s answers again", self.name)

    def state(self, at: datetime) -> State:
        return self._change(lambda record: (record, breaker.state(record, at, self.limits)))

    def _change(self, step: Callable[[Record], tuple[Record, Any]]) -> Any:
        if not self._pause.lasts():
            try:
                return self._change_together(step)
            except redis.RedisError as error:
                self._pause.begin()
                log.warning("each process learns by itself whether %s answers: %s", self.name, error)
        self._alone, said = step(self._alone)
        return said

    def _change_together(self, step: Callable[[Record], tuple[Record, Any]]) -> Any:
        key = f"breaker:{self.name}"
        with client(settings.REDIS_URL).pipeline() as pipe:
            for _ in range(TRIES):
                try:
                    pipe.watch(key)
                    before = _read(pipe.get(key))
                    after, said = step(before)
                    if after != before:
                        pipe.multi()
                        pipe.set(key, _written(after), ex=KEPT_SECONDS)
                        pipe.execute()
                    return said
                except redis.WatchError:
                    continue
        raise redis.WatchError(f"{key} never stood still")


def breaker_of(name: str, limits: Limits = Limits()) -> Breaker:  # noqa: B008 frozen
    """The breaker of this dependency, the same for all of this process."""
    return BREAKERS.setdefault(name, Breaker(name, limits))


def _read(text: Any) -> Record:
    """A record that this version cannot read is none."""
    if text is None:
        return CLOSED
    try:
        parts = json.loads(text)
        moments = [_moment(part) for part in parts["failed_at"]]
        return Record(
            tuple(moment for moment in moments if moment), _moment(parts["opened_at"]), int(parts["rests"]), _moment(parts["probing_since"])
        )
    except (ValueError, KeyError, TypeError):
        return CLOSED


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _written(record: Record) -> str:
    parts = {"failed_at": record.failed_at, "opened_at": record.opened_at, "rests": record.rests, "probing_since": record.probing_since}
    return json.dumps(parts, default=datetime.isoformat)
