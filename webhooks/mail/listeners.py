"""What happened → who should read of it. A listener only writes rows, the due queue sends them: a sick mail server holds up nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from directpay.due.actions import schedule
from directpay.events.models import Event
from directpay.kernel.clock import midnight
from payments.payins.models import Payment
from webhooks.mail.actions.ahead import REMINDERS_QUEUE, STATEMENTS_QUEUE
from webhooks.mail.actions.write import NewMessage, write
from webhooks.mail.kinds import DAILY, DIGEST
from webhooks.mail.queries import Chosen, Home, chosen_by, deposits_at, homes, users, zones_of

LEASE: Final = "lse_"
FORWARDED: Final = "deposit_forwarding.paid"
REPLACED: Final = "trust_bank.account_replaced"


@dataclass(frozen=True, slots=True)
class People:
    """All that a set of events names, found at once."""

    users: Mapping[str, int]
    homes: Mapping[str, Home]
    payers: Mapping[str, int]  # by payment

    def one(self, public_id: str) -> list[int]:
        return [self.users[public_id]] if public_id in self.users else []

    def renters(self, data: Mapping[str, Any]) -> list[int]:
        home = self.homes.get(data["lease"] if "lease" in data else data["id"])
        return home.party(data.get("party")) if home else []

    def landlord(self, lease: str) -> list[int]:
        return [self.homes[lease].landlord] if lease in self.homes else []


Read = Iterator[tuple[str, list[int]]]  # kind, and who reads it


def _settled(data: Mapping[str, Any], people: People) -> Read:
    yield "payment_receipt", people.one(data["payer"])
    yield "payment_received", people.one(data["payee"])


def _in_trust(data: Mapping[str, Any], people: People) -> Read:
    """A deposit settles for nobody: this is as far as it goes."""
    yield "payment_receipt", [people.payers[data["origin"]]] if data["origin"] in people.payers else []


def _failed(data: Mapping[str, Any], people: People) -> Read:
    yield "payment_failed", people.one(data["payer"])


def _returned(data: Mapping[str, Any], people: People) -> Read:
    yield "payment_returned", people.one(data["payer"])
    yield "renters_payment_returned", people.one(data["payee"])


def _refund(data: Mapping[str, Any], people: People) -> Read:
    """Whose way of paying it goes to, and where that does not take it, is the payer's alone to know."""
    yield "refund", people.one(data["payer"])


def _notice(data: Mapping[str, Any], people: People) -> Read:
    yield "autopay_notice", people.one(data["user"])


def _paused(data: Mapping[str, Any], people: People) -> Read:
    yield "autopay_paused", people.one(data["user"])
    yield "renters_autopay_paused", people.landlord(data["lease"])


def _to_renters(kind: str) -> Callable[[Mapping[str, Any], People], Read]:
    def read(data: Mapping[str, Any], people: People) -> Read:
        yield kind, people.renters(data)

    return read


def _rent_late(data: Mapping[str, Any], people: People) -> Read:
    """What is for staff is no mail."""
    if data["step"] in ("reminder", "notice"):
        yield "rent_late", people.renters(data)


RULES: Final[dict[str, Callable[[Mapping[str, Any], People], Read]]] = {
    "payment.settled": _settled,
    FORWARDED: _in_trust,
    "payment.failed": _failed,
    "payment.returned": _returned,
    "autopay.notice": _notice,
    "autopay.paused": _paused,
    "late_fee.assessed": _to_renters("late_fee"),
    "move_out.begun": _to_renters("move_out"),
    "move_out.closed": _to_renters("move_out"),
    "lease.ended": _to_renters("lease_changed"),
    "lease.renewed": _to_renters("lease_changed"),
    "lease.rent_changed": _to_renters("lease_changed"),
    "lease.shares_changed": _to_renters("lease_changed"),
    "arrears.step_reached": _rent_late,
    "overpayment.refunded": _to_renters("money_back"),
    "overpayment.came_back": _to_renters("money_back"),
    "refund.created": _refund,
    "refund.failed": _refund,
    "refund.returned": _refund,
    "refund.canceled": _refund,
}
TYPES: Final = (*RULES, REPLACED)
SCHEDULES: Final = ("lease.created", "lease.ended", "lease.renewed", "lease.rent_changed")  # what falls due next may be another


def hear(events: Sequence[Event]) -> None:
    """The rows of all readers of these events."""
    people = _people(events)
    found = [
        NewMessage(event.public_id, kind, user_id, _about(event), event.at, facts_of(event))
        for event in events
        if event.type in RULES
        for kind, readers in RULES[event.type](event.data, people)
        for user_id in readers
    ]
    write([*_gathered(found), *_moved([event for event in events if event.type == REPLACED])])


def _moved(events: Sequence[Event]) -> list[NewMessage]:
    """To everyone for whom something is held there, a mail for each deposit: one event names none of them."""
    if not events:
        return []
    kept = deposits_at(event.object_id for event in events)
    people = homes(one.lease for one in kept)
    return [
        NewMessage(f"{event.public_id}:{one.deposit}", "deposit_moved", user_id, one.deposit, event.at, {"lease": one.lease})
        for event in events
        for one in kept
        if one.trust_bank == event.object_id
        for user_id in people[one.lease].party(one.party)
    ]


def look_ahead(events: Sequence[Event]) -> None:
    """A lease that is new or another: reminders and statements are promised."""
    schedule(REMINDERS_QUEUE, [(event.object_id, event.at) for event in events])
    schedule(STATEMENTS_QUEUE, [(event.object_id, event.at) for event in events])


def _about(event: Event) -> str:
    return str(event.data["origin"]) if event.type == FORWARDED else event.object_id


def facts_of(event: Event) -> dict[str, Any]:
    """Ids and figures; what a lease's event says of each charge is not needed."""
    return {"event": event.type, **{name: value for name, value in event.data.items() if not isinstance(value, list | dict)}}


def _people(events: Sequence[Event]) -> People:
    named = [str(event.data[name]) for event in events for name in ("payer", "payee", "user") if event.data.get(name)]
    leases = [event.data.get("lease") or event.object_id for event in events]
    forwarded = [_about(event) for event in events if event.type == FORWARDED]
    payers = Payment.objects.filter(public_id__in=forwarded).values_list("public_id", "payer_id") if forwarded else ()
    return People(users(named), homes(lease for lease in leases if lease.startswith(LEASE)), dict(payers))


def _gathered(found: Sequence[NewMessage]) -> list[NewMessage]:
    """In place of each payment that somebody wants to read of once a day, the mail of that day."""
    landlords = {m.user_id for m in found if m.kind == "payment_received"}
    if not landlords:
        return list(found)
    chosen = chosen_by(landlords)
    daily = {user_id for user_id in landlords if chosen[user_id].of("payment_received") == DAILY}
    zones = zones_of(daily)
    return [
        _of_the_day(m, zones[m.user_id], chosen[m.user_id]) if m.kind == "payment_received" and m.user_id in daily else m for m in found
    ]


def _of_the_day(message: NewMessage, home: ZoneInfo, chosen: Chosen) -> NewMessage:
    """Sent in the morning after; the first payment of the day writes it, the others find it written."""
    zone = ZoneInfo(chosen.timezone) if chosen.timezone else home
    day = message.at.astimezone(zone).date()
    begins = midnight(day, zone)
    ends = midnight(day + timedelta(days=1), zone)
    morning = datetime.combine(day + timedelta(days=1), chosen.quiet_until, tzinfo=zone)
    facts = {"since": begins.isoformat(), "until": ends.isoformat()}
    return NewMessage(f"day:{day.isoformat()}", DIGEST, message.user_id, message.facts["payee"], message.at, facts, not_before=morning)
