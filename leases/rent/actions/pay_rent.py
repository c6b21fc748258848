"""A renter pays what is owed: the lease is locked, the payer's party found, the oldest charges claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from directpay.events.unit import unit_of_work
from directpay.kernel.clock import today
from directpay.kernel.errors import InvalidInput
from directpay.kernel.money import words
from directpay.people.actor import Actor
from directpay.people.models import User
from leases.contracts.models import Lease
from leases.policies.queries import Intended, check_policy
from leases.rent.claiming import allotted
from leases.rent.postings import due_reference
from leases.rent.queries import OpenCharge
from leases.rent.standing import BELONGS_TO_NOBODY, StandingToPay, stand_to_pay
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Source
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet
from payments.payins.accepting import Standing
from payments.payins.actions.initiate import (
    Accepted,
    AmountExceedsPayable,
    ObligationInProgress,
    Terms,
    Wish,
    check_payable,
    judge,
    write,
)
from payments.payins.models import Payment
from payments.payins.queries import live_claims

CHARGES_LIMIT = 50
NAMED = "named by the payer"


@dataclass(frozen=True, slots=True)
class PayRequest:
    """`amount_minor` None: all that can be paid now, or all of the named charges."""

    rail: str
    bank_account: BankAccount | None = None
    amount_minor: int | None = None
    charges: Sequence[tuple[str, int | None]] = ()  # charge id, part of it
    allow_duplicate: bool = False
    on_behalf_of: User | None = None  # another renter of the lease, whose share it pays; the payer's own without
    metadata: Mapping[str, Any] = field(default_factory=dict)
    card: Card | None = None  # instead of a bank account
    wallet: Wallet | None = None  # instead of both
    captures_later: bool = False
    again: bool = False  # a further try of what was accepted once: it is not asked whether it is a part of what is due by now

    @classmethod
    def by(cls, source: Source, **more: Any) -> "PayRequest":
        """With a bank account, a card or a wallet."""
        if isinstance(source, Wallet):
            return cls(wallet=source, **more)
        return cls(card=source, **more) if isinstance(source, Card) else cls(bank_account=source, **more)

    @property
    def named_by(self) -> str:
        """The parameter that says with what is paid."""
        return "bank_account" if self.bank_account is not None else "payment_method"

    @property
    def payer(self) -> User:
        """Whose bank account, card or wallet it is."""
        source = self.card or self.bank_account or self.wallet
        if source is None or source.user is None:
            raise InvalidInput("Name a bank account or card of somebody's.", param="payment_method")
        return source.user


def pay_rent(lease: Lease, request: PayRequest, *, actor: Actor, at: datetime) -> Payment:
    """Accept a payment for `lease`; it is submitted in the background.

    Raises InvalidInput, AmountExceedsPayable, PaymentsBlocked, CertifiedFundsRequired, PartialPaymentRefused,
    then ObligationInProgress, then DuplicateSuspected.
    """
    with unit_of_work():
        found = _stands(lease, request)
        standing, payable = found.account, found.payable
        if request.charges:
            wishes = _named(payable.rows, request, standing.account.currency)
            amount = sum(wish.amount_minor for wish in wishes)
        else:
            amount = _all_that_is_due(standing, payable.ahead_minor) if request.amount_minor is None else request.amount_minor
            wishes = first_in_turn(found, amount)
        accepted = intend(lease, found, request, amount_minor=amount, wishes=wishes, at=at)
        write([accepted], actor=actor, at=at)
        return accepted.payment


def _stands(lease: Lease, request: PayRequest) -> StandingToPay:
    """Step: where the money goes. Who pays for a roommate lives there too."""
    payer, whose = request.payer.id, request.on_behalf_of
    if whose is None or whose.id == payer:
        return stand_to_pay(lease, payer, rail=request.rail, param=request.named_by)
    if not lease.renters.filter(user_id=payer).exists():
        raise InvalidInput(BELONGS_TO_NOBODY, param=request.named_by)
    return stand_to_pay(lease, whose.id, rail=request.rail, param="renter")


def intend(lease: Lease, found: StandingToPay, request: PayRequest, *, amount_minor: int, wishes: Sequence[Wish], at: datetime) -> Accepted:
    """Step: whether a payment of this amount for these charges is accepted, by the owner of the bank account, who stands there.

    Nothing is written yet. Raises as `pay_rent`.
    """
    _check_policy(found, request, amount_minor, at)
    terms = Terms(
        payer=request.payer,
        payee=found.seat.payee,
        applies_to=found.account.account,
        amount_minor=amount_minor,
        rail=request.rail,
        bank_account=request.bank_account,
        card=request.card,
        captures_later=request.captures_later,
        tendered_on=today(found.seat.zone, at),
        ahead_minor=found.payable.ahead_minor,
        origin=lease.public_id,
        wishes=wishes,
        allow_duplicate=request.allow_duplicate,
        metadata=request.metadata,
    )
    return judge(terms, found.account, at)


def _all_that_is_due(standing: Standing, ahead: int) -> int:
    """What is owed; the next charge only when nothing is. A second tab must not pay the next month by accident."""
    owed = standing.account.balance_minor
    target = owed if owed > 0 else max(0, owed + ahead)
    check_payable(standing, target or 1, 0 if owed > 0 else ahead, at_least_minor=1)
    return target - standing.in_flight_minor


def first_in_turn(found: StandingToPay, amount_minor: int) -> list[Wish]:
    """The charges that nobody has claimed, in the order of the lease's policy (the oldest first without one), up to the amount."""
    return [
        Wish(due_reference(charge), charge.public_id, amount, found.policy.reason)
        for charge, amount in allotted(found.policy, found.payable.rows, amount_minor)
    ]


def _check_policy(found: StandingToPay, request: PayRequest, amount_minor: int, at: datetime) -> None:
    """What the landlord takes. More than is payable is refused elsewhere, in words of its own."""
    standing = found.account
    due = standing.account.balance_minor - standing.in_flight_minor
    wish = Intended(
        rail=request.rail,
        amount_minor=amount_minor,
        due_minor=due,
        ahead_minor=found.payable.ahead_minor,
        returned_at=found.returned_at,
        at=at,
        currency=standing.account.currency,
        again=request.again,
    )
    check_policy(found.policy, wish)


def _named(rows: Sequence[OpenCharge], request: PayRequest, currency: str) -> list[Wish]:
    """The charges that the payer names, each checked for itself."""
    by_id = {row.charge.public_id: row for row in rows}
    wishes: list[Wish] = []
    for n, (charge_id, amount) in enumerate(request.charges):
        row = by_id.get(charge_id)
        if row is None:
            raise AmountExceedsPayable("This charge is not open: it is paid, not yet payable, or not yours.", param=f"charges[{n}][charge]")
        if any(w.item == charge_id for w in wishes):
            raise InvalidInput("This charge is named twice.", param=f"charges[{n}][charge]")
        part = row.open_minor if amount is None else amount
        if part <= 0:
            raise InvalidInput("Of a charge that is named, something is paid.", param=f"charges[{n}][amount]")
        if part > row.open_minor:
            said = f"At most {words(row.open_minor, currency)} of this charge is open."
            raise AmountExceedsPayable(said, param=f"charges[{n}][amount]", payable=row.open_minor)
        if part > row.free_minor:
            claim = next(
                c
                for c in live_claims([due_reference(row.charge)])[due_reference(row.charge)]
                if c.payment.applies_to_id == row.party.account_id
            )
            raise ObligationInProgress(
                "A payment for this charge is on its way already.", payment=claim.payment.public_id, param=f"charges[{n}][charge]"
            )
        wishes.append(Wish(due_reference(row.charge), charge_id, part, NAMED))
    if request.amount_minor is not None and request.amount_minor != sum(w.amount_minor for w in wishes):
        raise InvalidInput("The amount is not the sum of the charges.", param="amount")
    return wishes
