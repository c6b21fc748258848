"""What an autopay must pay, and when: from the auditor's own books and calendar."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.simulation.auditor import policies
from tests.simulation.auditor.arrears import deferred
from tests.simulation.auditor.payments import GONE, HOUSE_FEES, LIVE
from tests.simulation.auditor.rent import Lease
from tests.simulation.auditor.requests import flying

if TYPE_CHECKING:
    from tests.simulation.auditor.auditor import Auditor
    from tests.simulation.auditor.payments import Payment

AHEAD = timedelta(days=7)  # a day of one's own pays what falls due so soon
# By the number of the account: for lack of money (R01), and what ends the mandate (R29, R10). 0099RRDD0000 comes back with the code RR.
WITHOUT_MONEY = {"000222222227", "000770000002"}
NOT_ALLOWED = {"000333333335", "000555555559", "000880000059"}
GAPS = (timedelta(days=3), timedelta(days=5))


@dataclass
class Order:
    """`day` None: whenever the rent falls due. `next_on`: the day of the run that is planned."""

    id: str
    lease: Lease
    payer: str
    bank_account: str
    mode: str
    amount: int | None
    day: int | None
    cap: int | None
    next_on: date | None
    revoked: bool = False
    paused: str = ""  # why, as far as somebody asked for it or the books made it so
    off: bool = False

    @property
    def label(self) -> str:
        return self.lease.party_of[self.payer]

    def run_at(self, on: date) -> datetime:
        return datetime.combine(on, time(9), tzinfo=self.lease.zone)

    def until(self, on: date) -> date:
        return on if self.day is None else on + AHEAD


def next_day(lease: Lease, day: int | None, after: date, now: datetime) -> date | None:
    """The first day later than `after` on which it pays."""
    if day is None:
        return min((due for due in lease.due_days(now) if due > after), default=None)
    found = max(after + timedelta(days=1), lease.start_on - AHEAD)
    while found.day != min(day, calendar.monthrange(found.year, found.month)[1]):
        found += timedelta(days=1)
    if lease.end_on is None or found <= lease.end_on:
        return found
    year, month = lease.end_on.year, lease.end_on.month  # the last rent, where the last of its own days was too early for it
    last = max(date(year, month, min(lease.due_day, calendar.monthrange(year, month)[1])), lease.start_on)
    return last if last > after + AHEAD else None


def due_now(books: "Auditor", order: Order, on: date) -> tuple[int, int]:
    """What this day has to pay and nobody is paying yet; and the most that any payment may be."""
    account = order.lease.account(order.label)
    owed, ahead = books.books.balances[account], order.lease.ahead(order.label)
    following = next_day(order.lease, order.day, on, order.run_at(on))
    put_off = deferred(books, order.lease, order.label, following - timedelta(days=1)) if following else 0
    coming = sum(order.lease.share(charge, order.label) for charge in ahead)
    most = max(0, owed + coming - flying(books, account))
    if all(charge.due_on <= order.until(on) for charge in ahead):
        return min(most, max(0, owed - put_off + coming - flying(books, account))), most
    later = {charge.reference for charge in ahead}
    live = [p for p in books.payments.values() if p.account == account and p.state in LIVE]
    for_now = sum(p.amount for p in live) - sum(part for p in live for reference, part in p.claims if reference in later)
    return min(most, max(0, owed - put_off - for_now)), most


def judge_run(books: "Auditor", order: Order, on: date) -> tuple[str, str, int]:
    """(status, reason, amount) of a run whose time has come."""
    due, most = due_now(books, order, on)
    amount = {"full_balance": due, "up_to": min(order.amount or 0, due), "fixed": min(order.amount or 0, most)}[order.mode]
    if order.revoked:
        return "missed", "mandate_revoked", 0
    if order.paused:
        return "missed", "paused", 0
    if not amount:
        return "nothing", "on_its_way" if flying(books, order.lease.account(order.label)) else "nothing_owed", 0
    if order.cap is not None and amount > order.cap:
        return "missed", "over_cap", 0
    if refused := _refusal(books, order, amount, order.run_at(on)):
        return "missed", refused, 0
    fee, payer = books.fees.get((order.lease.payee, "ach"), (HOUSE_FEES["ach"], "payee"))
    if payer == "payee" and amount <= fee:
        return "nothing", "amount_too_small", 0
    return "paying", "", amount


def judge_retry(books: "Auditor", order: Order, on: date, made: list[str], at: datetime) -> tuple[str, int]:
    """What is wrong with trying again now, after the payments `made`, and the amount that it must be for."""
    first, last = books.payments[made[0]], books.payments[made[-1]]
    tries = len(made) - 1
    amount = min(first.amount, due_now(books, order, on)[0])
    if tries >= len(GAPS):
        return "it was presented three times", amount
    if last.state not in GONE or not _comes_back(last.number, WITHOUT_MONEY, "01", "09"):
        return f"{last.id} is {last.state}, from {last.number}", amount
    if at < last.created_at + GAPS[tries]:
        return f"only {at - last.created_at} after {last.id}", amount
    return _refusal(books, order, amount, at), amount


def _refusal(books: "Auditor", order: Order, amount: int, at: datetime) -> str:
    """What the landlord takes binds what pays by itself too."""
    account, ahead = order.lease.account(order.label), order.lease.ahead(order.label)
    due, coming = books.books.balances[account] - flying(books, account), sum(order.lease.share(charge, order.label) for charge in ahead)
    return policies.refusal(books, order.lease.id, rail="ach", amount=amount, due=due, ahead=coming, at=at)


def _comes_back(number: str, listed: set[str], *codes: str) -> bool:
    return number in listed or (number.startswith("0099") and number[4:6] in codes)


def stands_on_nothing(books: "Auditor", p: "Payment", at: datetime) -> bool:
    """Whether it was made by itself, from an account that nobody may debit any more."""
    own = [order for order in books.orders.values() if (order.payer, order.bank_account) == (p.payer, p.source)]
    return any(may_stop(books, order, "", "mandate_revoked", [], at) for order in own)


def may_stop(books: "Auditor", order: Order, status: str, reason: str, made: list[str], at: datetime) -> bool:
    """Whether an autopay may be paused or off for this reason."""
    if reason == "lease_ended":
        end_on = order.lease.end_on
        return order.next_on is None and end_on is not None and order.lease.today(at) > end_on
    if reason == "mandate_revoked":
        own = [p for p in books.payments.values() if _comes_back(p.number, NOT_ALLOWED, "07", "10", "29") and p.payer == order.payer]
        return order.revoked or any(t.state in ("failed", "returned") for p in own for t in p.told)
    if reason == "failed":
        return any(books.payments[name].state in ("failed", "returned") for name in made if name in books.payments)
    if reason in policies.REFUSALS and not order.paused:  # a retry that the landlord does not take
        return bool(made) and policies.Takes() != books.policies.of(order.lease.id)
    return reason == order.paused or (reason == "requested" and (order.off or bool(order.paused)))
