"""What our bank shows: reported lines become rows once, and rows become entries once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from directpay.due.actions import done, schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.people.actor import SYSTEM
from ledger.journal.actions import BelowFloor, post_many
from payments.chart.drafts import Draft, postings_of
from payments.methods.models import BankAccount
from payments.methods.postings import RAIL as OWN_ACH
from payments.payins.actions.submit import order_of
from payments.payins.models import CLEARED
from payments.payins.moving import Moving, moving
from payments.rails.base import NoAnswer, Order, ReportingRail
from payments.rails.registry import rail
from payments.rails.timetable import bank_day_of
from payments.reconciliation.models import BankLine
from payments.reconciliation.postings import bank_lines, capital, client_covered, processor_fee
from payments.reconciliation.queries import client_bank_minor, open_item

LINES_QUEUE = "reconciliation.lines"
OWN_LINES_QUEUE = "reconciliation.own_lines"
SENT_LINES_QUEUE = "reconciliation.sent_lines"
REPORT_AGAIN_AFTER = timedelta(minutes=1)  # where whoever reports was silent
# Rooms beside this one say what they have ordered of a rail: id → its name and the order.
SENT: list[Callable[[Sequence[str]], Mapping[str, tuple[str, Order]]]] = []


@dataclass(frozen=True, slots=True)
class Reported:
    """A line as the bank tells it."""

    bank: str  # client | own
    reference: str
    rail: str
    item: str
    amount_minor: int
    currency: str
    value_on: date


def fetch_lines(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: ask the simulated bank for the lines of these payments, and when to look again."""
    reported, kept, later = [], [], {}
    for payment in moving(public_ids):
        if payment.placed_at is None:
            continue
        way, order = rail(payment.rail), order_of(payment)
        reported += [
            Reported("client", line.reference, payment.rail, payment.public_id, line.amount_minor, payment.currency, line.on)
            for line in way.bank_lines(order, at)
        ]
        later[payment.public_id] = way.next_bank_line_at(order, at)
        try:
            kept += _kept(payment, way, order, at) if isinstance(way, ReportingRail) and payment.status in CLEARED else []
        except NoAnswer as silence:  # its report can wait, the others need not
            later[payment.public_id] = silence.ask_again_at or at + REPORT_AGAIN_AFTER
    with unit_of_work():
        post_many(postings_of(kept), at=at)
        record_bank_lines(reported, at=at)
        schedule(LINES_QUEUE, [(key, when) for key, when in later.items() if when])
        done(LINES_QUEUE, [key for key in public_ids if not later.get(key)])


def _kept(payment: Moving, way: ReportingRail, order: Order, at: datetime) -> list[Draft]:
    """What the processor has kept of it, by its report (D4): posted once, for its reference is the rail's."""
    return [
        processor_fee.draft(
            report_line=cost.reference,
            item=payment.public_id,
            rail=payment.rail,
            currency=payment.currency,
            amount_minor=cost.amount_minor,
            on=cost.on,
            at=at,
        )
        for cost in way.costs(order, at)
    ]


def fetch_sent_lines(public_ids: Sequence[str], at: datetime) -> None:
    """The same for what we have sent, or have drawn: the item is the payout's id (B8, B12, K6)."""
    reported, later = [], {}
    for key, (name, order) in [pair for orders in SENT for pair in orders(public_ids).items()]:
        way = rail(name)
        lines = way.bank_lines(order, at)
        reported += [Reported("client", line.reference, name, key, line.amount_minor, order.currency, line.on) for line in lines]
        later[key] = way.next_bank_line_at(order, at)
    with unit_of_work():
        record_bank_lines(reported, at=at)
        schedule(SENT_LINES_QUEUE, [(key, when) for key, when in later.items() if when])
        done(SENT_LINES_QUEUE, [key for key in public_ids if not later.get(key)])


def post_own_lines(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: the two small deposits of a bank account show on our own statement as one debit (J8).

    Nothing shows of deposits that were never sent, or have shown already.
    """
    with unit_of_work():
        known = BankAccount.objects.filter(public_id__in=list(public_ids))
        sent = [(account, deposits) for account in known if (deposits := deposits_of(account))]
        record_bank_lines(
            [
                Reported("own", f"{OWN_ACH}-{a.public_id}", OWN_ACH, a.public_id, -deposits, a.currency, bank_day_of(at))
                for a, deposits in sent
            ],
            at=at,
        )


def deposits_of(account: BankAccount) -> int:
    """What was sent, from the books themselves."""
    return -open_item("P1210", OWN_ACH, account.currency, account.public_id)


def record_bank_lines(reported: Sequence[Reported], *, at: datetime) -> list[BankLine]:
    """Keep each line once by its reference, post the new ones as ``bank.line``, tell. Returns the new ones."""
    if not reported:
        return []
    with unit_of_work():
        rows = [
            BankLine(
                public_id=public_id("bl"),
                bank=r.bank,
                reference=r.reference,
                rail=r.rail,
                item=r.item,
                amount_minor=r.amount_minor,
                currency=r.currency,
                value_on=r.value_on,
                reported_at=at,
                posted_at=at,
            )
            for r in reported
        ]
        BankLine.objects.bulk_create(rows, ignore_conflicts=True)
        kept = set(BankLine.objects.filter(public_id__in=[row.public_id for row in rows]).values_list("public_id", flat=True))
        new = [row for row in rows if row.public_id in kept]
        _post(new, at)
        record([_fact(line, at) for line in new])
        return new


def _post(lines: Sequence[BankLine], at: datetime) -> None:
    """What the client bank cannot bear the company covers (F11): no line of the bank's waits, and nobody's money pays for another's."""
    postings = bank_lines(lines, at)
    try:
        post_many(postings, at=at)  # what is refused leaves no trace
    except BelowFloor:
        covers = [cover for currency in {line.currency for line in lines} for cover in _cover(lines, currency, at)]
        if not covers:
            raise
        post_many([*postings_of([cover for cover, _ in covers]), *postings], at=at)
        record([fact for _, fact in covers])


def _cover(lines: Sequence[BankLine], currency: str, at: datetime) -> list[tuple[Draft, NewEvent]]:
    """Of this currency, what is missing when each of the lines is posted in its turn."""
    missing, standing = 0, client_bank_minor(currency)
    for line in lines:
        if (line.bank, line.currency) == ("client", currency):
            standing += line.amount_minor
            missing = max(missing, -standing)
    if not missing:
        return []
    name, on = public_id("cov"), bank_day_of(at)
    data = {"id": name, "amount": missing, "currency": currency, "date": on.isoformat()}
    fact = NewEvent(type="client_bank.covered", object_id=name, version=1, actor=SYSTEM.label, at=at, data=data)
    return [(client_covered.draft(cover=name, currency=currency, amount_minor=missing, on=on, at=at), fact)]


def _fact(line: BankLine, at: datetime) -> NewEvent:
    return NewEvent(
        type="bank_line.posted",
        object_id=line.public_id,
        version=1,
        actor=SYSTEM.label,
        at=at,
        data={
            "id": line.public_id,
            "item": line.item,
            "rail": line.rail,
            "bank": line.bank,
            "amount": line.amount_minor,
            "currency": line.currency,
            "value_on": line.value_on.isoformat(),
        },
    )


def pay_in_capital(amount_minor: int, *, currency: str, reference: str, at: datetime) -> None:
    """The company puts its own money into its own bank account; the same reference again changes nothing."""
    with unit_of_work():
        opening = capital(reference=reference, currency=currency, amount_minor=amount_minor, on=bank_day_of(at), at=at)
        post_many([opening], at=at)
