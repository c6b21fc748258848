"""A letter before it is put into its frame: plain values. What a template of its kind says of them is text, the frame makes mail of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from directpay.kernel import money
from directpay.kernel.clock import today
from leases.contracts.models import Lease
from leases.portal import dates
from webhooks.mail.models import Message


class Moot(Exception):
    """There is nothing to write any more; the message says why, in one word."""


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    content: bytes
    type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`values` are what the words of its kind need; `rows` stand below them, a total last; `address` is where the one button leads."""

    values: dict[str, Any]
    rows: Sequence[tuple[str, str]] = ()
    total: bool = False
    button: str = ""
    address: str = ""
    attached: Sequence[Attached] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a letter is about: the row, and the day where it is read."""

    message: Message
    at: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return today(self.zone, self.at)

    @property
    def facts(self) -> dict[str, Any]:
        return dict(self.message.facts)

    def day(self, said: str | date) -> str:
        """`Tue 24 Nov`, of a date or its ISO form."""
        return dates.day_text(date.fromisoformat(said) if isinstance(said, str) else said, self.today)

    def day_of(self, at: datetime) -> str:
        return self.day(at.astimezone(self.zone).date())

    def money(self, minor: int) -> str:
        return money.words(minor, self.facts["currency"])


def name(text: str) -> str:
    """What somebody typed, on one line: a line of its own is never theirs to begin."""
    return " ".join("".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text).split())


def home(lease: Lease) -> str:
    return name(f"{lease.unit.property.line1}, {lease.unit.name}")


def link(page: str, **named: str) -> str:
    return settings.BASE_URL.rstrip("/") + reverse(page, kwargs=named)
