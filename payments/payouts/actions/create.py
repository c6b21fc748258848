"""Ordering money out: checked with the account locked, set aside, and promised to its rail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.money import words
from directpay.people.actor import Actor
from directpay.people.models import Payee
from ledger.journal.actions import credit, debit, lock_accounts, place_hold, post_many
from ledger.journal.models import Account
from payments.chart.accounts import accounts
from payments.chart.drafts import postings_of
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified
from payments.payouts.events import fact
from payments.payouts.models import Payout
from payments.payouts.purposes import WAYS
from payments.rails.registry import rail
from payments.rails.timetable import bank_day_of

PAYOUT_QUEUE = "payouts.rail"
TO_RENTERS = (Payout.Purpose.REFUND, Payout.Purpose.OVERPAYMENT)  # those who ask for these know whose account it is


class NotAvailable(Conflict):
    """More than is available: the balance less what is held. `available` says how much that is."""

    code = "balance_insufficient"


@dataclass(frozen=True, slots=True)
class NewPayout:
    """Amounts in minor units. `trust_bank`, `party`, `interest_minor`: what the postings of a deposit name."""

    purpose: str
    payee: Payee
    bank_account: BankAccount
    amount_minor: int
    currency: str
    origin: str = ""
    trust_bank: str = ""
    party: str = ""
    interest_minor: int = 0
    metadata: Mapping[str, Any] = field(default_factory=dict)


def create_payout(wish: NewPayout, *, actor: Actor, at: datetime) -> Payout:
    """Set the money aside (B6, or a hold until the rail confirms) and promise to send it.

    Raises BankAccountNotVerified, InvalidInput, NotAvailable. Trust money leaves by its own purposes alone, and to its own accounts.
    """
    with unit_of_work():
        _check(wish)
        way = WAYS[wish.purpose]
        promise = rail(way.rail).promise(at)
        payout = Payout(
            public_id=public_id("po"),
            purpose=wish.purpose,
            rail=way.rail,
            payee=wish.payee,
            bank_account=wish.bank_account,
            currency=wish.currency,
            amount_minor=wish.amount_minor,
            interest_minor=wish.interest_minor,
            origin=wish.origin,
            trust_bank=wish.trust_bank,
            party=wish.party,
            metadata=dict(wish.metadata),
            created_at=at,
            changed_at=at,
            expected_on=promise.clears_on,
        )
        _set_aside(payout, at)
        payout.save(force_insert=True)
        record([fact("created", payout, was=None, actor=actor.label, at=at)])
        schedule(PAYOUT_QUEUE, [(payout.public_id, promise.leaves_at)])
        hint_after_commit()
        return payout


def _check(wish: NewPayout) -> None:
    account = wish.bank_account
    if account.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account")
    if account.currency != wish.currency:
        raise InvalidInput(f"This bank account is in {account.currency.upper()}.", param="bank_account")
    if wish.amount_minor <= 0:
        raise InvalidInput("What is sent is more than nothing.", param="amount")
    into_trust = wish.purpose in (Payout.Purpose.FORWARDING, Payout.Purpose.DRAW)
    if into_trust != (account.purpose == "trust"):
        said = "Only deposits go to and from a trust bank account." if account.purpose == "trust" else "This is no trust bank account."
        raise InvalidInput(said, param="bank_account", code="bank_account_purpose")
    if wish.purpose not in TO_RENTERS and account.user_id != wish.payee.owner_id:
        raise InvalidInput("A payout goes to a bank account of the payee's owner.", param="bank_account")


def _set_aside(payout: Payout, at: datetime) -> None:
    """Step: with the account locked that it lowers. Raises NotAvailable."""
    way = WAYS[payout.purpose]
    draft = way.created(payout, bank_day_of(at), at) if way.created else None  # it may lock a payment: before accounts
    key, side = way.lowers(payout)
    found = accounts([key], at=at)[key]
    account = lock_accounts([found.id])[found.id]
    if account.available_minor < payout.amount_minor:
        left = max(0, account.available_minor)
        raise NotAvailable(f"At most {words(left, payout.currency)} is available.", param="amount", available=left)
    if way.promised:
        _promise(payout, account, side, at)
    if draft:
        post_many(postings_of([draft]), at=at)
    if way.beside:
        way.beside(payout, payout.amount_minor, at)


def _promise(payout: Payout, account: Account, side: int, at: datetime) -> None:
    leg = (debit if side > 0 else credit)(account, payout.amount_minor, payout.public_id)
    place_hold(account, leg, reference=hold_reference(payout), at=at)


def hold_reference(payout: Payout) -> str:
    return f"payout:{payout.public_id}"
