"""Asking for the deposit of a lease: K1, when the payee has a trust account to keep it in."""

from collections.abc import Sequence
from datetime import datetime

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.kernel.money import split_by_weight
from directpay.people.actor import SYSTEM
from leases.contracts.actions import lock_leases
from leases.contracts.models import Lease, Party
from leases.contracts.queries import ACTIVE, UPCOMING, status_of
from leases.deposits.events import asked
from leases.deposits.models import Deposit, TrustBank
from leases.deposits.postings import deposit_due
from leases.deposits.queries import trust_bank_of
from leases.rent.queries import local_today
from ledger.journal.actions import open_account, open_book, post_many
from ledger.journal.models import Book

ASK_QUEUE = "deposits.ask"


def ask_for_deposits(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: each party of these leases owes its share of the deposit, due on the first day of the lease.

    It stands from the day on which it is asked, so that it can be paid before. A lease that has ended is not asked.
    """
    with unit_of_work():
        known = Lease.objects.filter(public_id__in=list(public_ids), deposit_minor__gt=0, deposits=None)
        for lease in lock_leases(list(known.values_list("id", flat=True))):
            ask_for_deposit(lease, at)


def ask_for_deposit(lease: Lease, at: datetime) -> None:
    """Step, with the lease locked: the same for one."""
    bank = trust_bank_of(lease)
    asked_already = Deposit.objects.filter(lease=lease).exists()
    if bank and not asked_already and status_of(lease, local_today(lease, at)) in (UPCOMING, ACTIVE):
        _ask(lease, bank, at)


def _ask(lease: Lease, bank: TrustBank, at: datetime) -> None:
    parties = list(lease.parties.order_by("id"))
    shares = split_by_weight(lease.deposit_minor, [party.weight for party in parties])
    made = [_deposit(lease, party, bank, share, at) for party, share in zip(parties, shares, strict=True) if share]
    payee, on = lease.unit.property.payee.public_id, min(lease.start_on, local_today(lease, at))
    post_many(
        [
            deposit_due(
                charge=d.public_id, payee=payee, currency=lease.currency, party=d.subject, amount_minor=d.amount_minor, on=on, at=at
            )
            for d in made
        ],
        at=at,
    )
    record([asked(d, SYSTEM, at) for d in made])


def _deposit(lease: Lease, party: Party, bank: TrustBank, share: int, at: datetime) -> Deposit:
    home = lease.unit.property
    book: Book = open_book("L", home.payee.public_id, at=at)
    cost = open_account(book, "L6100", subject=home.public_id, currency=lease.currency, at=at)
    of = {"subject": f"{lease.public_id}:{party.label}", "currency": lease.currency, "at": at}
    due = open_account(
        book,
        "L1510",
        accepts_payments=True,
        payable_limit="balance",
        pays_into="trust",
        cost_account=cost,
        **of,  # type: ignore[arg-type]
    )
    return Deposit.objects.create(
        public_id=public_id("dep"),
        lease=lease,
        party=party,
        trust_bank=bank,
        account=due,
        held=open_account(book, "L2200", **of),  # type: ignore[arg-type]
        interest=open_account(book, "L2210", **of),  # type: ignore[arg-type]
        amount_minor=share,
        due_on=lease.start_on,
        created_at=at,
    )
