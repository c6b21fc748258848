"""Accepting a payment: checked with the account locked, posted to nobody's books yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from directpay.due.actions import schedule
from directpay.due.hints import hint_after_commit
from directpay.events.actions import record
from directpay.events.unit import require_transaction
from directpay.kernel.arrays import texts
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.kernel.milestones import milestone
from directpay.kernel.money import words
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from ledger.journal.models import Account
from payments.methods.cards.models import Card
from payments.methods.cards.paying import check_card
from payments.methods.mandates.queries import newest_mandates
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified
from payments.methods.wallets.paying import check_wallet
from payments.payins.accepting import Standing, insert, stand
from payments.payins.events import facts
from payments.payins.models import Claim, Payment, Status
from payments.pricing.fees import Price, price_with
from payments.rails.base import Promise
from payments.rails.registry import BY_CARD, BY_WALLET, is_set_up, rail, rail_of_card

RAIL_QUEUE = "payins.rail"
DUPLICATE_WINDOW = timedelta(minutes=5)
GONE = (Status.FAILED, Status.CANCELED, Status.RETURNED)
# Time has no upper bound: whoever got the lock first may have arrived a moment later.
SAME = """
SELECT public_id FROM payments_payment
WHERE payer_id = %s AND created_at > %s AND applies_to_id = %s AND origin = %s AND amount_minor = %s AND status <> ALL(%s::text[])
ORDER BY created_at DESC, id DESC LIMIT 1
"""


class AmountExceedsPayable(InvalidInput):
    """More than is owed and coming due."""

    code = "amount_exceeds_payable"


class AmountTooSmall(InvalidInput):
    """The payee's fee would eat all of it."""

    code = "amount_too_small"


class ObligationInProgress(Conflict):
    """Another payment is on its way for the same part of the debt; `payment` names it."""

    code = "obligation_in_progress"


class DuplicateSuspected(Conflict):
    """The same payer paid the same amount for the same thing minutes ago; `payment` names it."""

    code = "duplicate_suspected"


@dataclass(frozen=True, slots=True)
class Wish:
    """Part of a debit that the payment is for. `open_minor`: what of it is not yet paid, read under the account's lock."""

    debit_reference: str
    item: str
    amount_minor: int
    reason: str = ""  # why this debit: by whose word, or which policy


@dataclass(frozen=True, slots=True)
class Terms:
    """What the payer asks for. Amounts in minor units of the account's currency."""

    payer: User
    payee: Payee
    applies_to: Account
    amount_minor: int
    rail: str
    tendered_on: date
    bank_account: BankAccount | None = None
    card: Card | None = None  # instead of a bank account; by wallet neither
    captures_later: bool = False
    ahead_minor: int = 0  # not yet posted, may be paid already
    origin: str = ""
    wishes: Sequence[Wish] = ()
    allow_duplicate: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A payment that may be, and is not written yet."""

    payment: Payment
    claims: Sequence[Claim]
    leaves_at: datetime


def initiate(terms: Terms, *, actor: Actor, at: datetime, standing: Standing | None = None) -> Payment:
    """Step: accept the payment and promise to submit it. `standing`: of the account, where it is known and locked already.

    Raises InvalidInput, BankAccountNotVerified, AmountTooSmall, AmountExceedsPayable, then ObligationInProgress, then DuplicateSuspected.
    """
    accepted = judge(terms, standing or stand(terms.applies_to.id, payee_id=terms.payee.id, rail=terms.rail), at)
    write([accepted], actor=actor, at=at)
    return accepted.payment


def judge(terms: Terms, standing: Standing, at: datetime) -> Accepted:
    """Step: whether it is accepted, with its account locked. Nothing is written, and a second one for the account must wait for that.

    Raises as `initiate`.
    """
    require_transaction()
    account = standing.account
    milestone("payment_lock_acquired", account=account.public_id, rail=terms.rail)
    _check_account(terms, account, at)
    cost = price_with(terms.amount_minor, terms.rail, standing.own_fee)
    if cost.net_minor <= 0:
        raise AmountTooSmall(
            f"The fee of this way to pay is {words(cost.fee_minor, account.currency)}: pay more, or another way.", param="amount"
        )
    check_payable(standing, terms.amount_minor, terms.ahead_minor)
    if not terms.allow_duplicate:
        _check_not_twice(terms, at)
    way = rail_of_card(terms.rail, terms.card.processor) if terms.card is not None else terms.rail
    promise = rail(way).promise(at)
    claims = [Claim(debit_reference=w.debit_reference, item=w.item, amount_minor=w.amount_minor, reason=w.reason) for w in terms.wishes]
    return Accepted(_new(terms, way, account, cost, promise, at), claims, promise.leaves_at)


def write(accepted: Sequence[Accepted], *, actor: Actor, at: datetime) -> None:
    """Step: what was accepted stands, and is promised to the rail, however many they are."""
    if not accepted:
        return
    payments = [one.payment for one in accepted]
    _name_mandates(payments, actor)
    insert([(one.payment, one.claims) for one in accepted])
    record(facts(payments, "initiated", was=[None] * len(payments), actor=actor.label, at=at))
    schedule(RAIL_QUEUE, [(one.payment.public_id, one.leaves_at) for one in accepted])
    hint_after_commit()


def _name_mandates(payments: Sequence[Payment], actor: Actor) -> None:
    """Step: who debits somebody else's account does so by the newest permission of its owner that stands, unless another is named."""
    others = [p for p in payments if p.bank_account_id and not p.mandate_id and actor.user_id not in (None, p.payer_id)]
    if others:
        newest = newest_mandates([p.bank_account_id for p in others if p.bank_account_id])
        for payment in others:
            payment.mandate = newest.get(payment.bank_account_id or 0)


def _check_account(terms: Terms, account: Account, at: datetime) -> None:
    if not account.accepts_payments or account.payable_limit == "closed":
        raise InvalidInput("This account takes no payments.", param="applies_to", code="account_closed")
    if terms.amount_minor > settings.PAYMENT_MAX_MINOR:
        raise InvalidInput(
            f"At most {words(settings.PAYMENT_MAX_MINOR, account.currency)} at once.", param="amount", code="amount_too_large"
        )
    if terms.rail in BY_WALLET:
        alone = terms.bank_account is None and terms.card is None
        check_wallet(terms.rail, alone=alone, into_trust=account.pays_into == "trust", currency=account.currency)
    elif terms.card is not None:
        check_card(terms.card, rail=terms.rail, into_trust=account.pays_into == "trust", at=at)
        if not is_set_up(rail_of_card(terms.rail, terms.card.processor)):
            raise InvalidInput("Whoever processes this card is not set up here.", param="payment_method", code="rail_not_available")
    else:
        _check_bank_account(terms.bank_account, terms, account)


def _check_bank_account(source: BankAccount | None, terms: Terms, account: Account) -> None:
    if source is None or terms.rail in BY_CARD:
        raise InvalidInput("This way to pay takes a card.", param="payment_method")
    if not is_set_up(terms.rail):
        raise InvalidInput("This way to pay is not set up here.", param="rail", code="rail_not_available")
    if terms.captures_later:
        raise InvalidInput("Bank debits are taken whole and at once.", param="capture_method")
    if source.status != BankAccount.Status.VERIFIED:
        raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account")
    if source.currency != account.currency:
        raise InvalidInput(f"This debt is in {account.currency.upper()}: pay from an account in it.", param="bank_account")


def check_payable(standing: Standing, amount_minor: int, ahead_minor: int, *, at_least_minor: int | None = None) -> None:
    """Step, with the account locked: the amount fits what is owed and ahead, less what is on its way.

    With `at_least_minor` it is enough that so much of the amount does.
    """
    account = standing.account
    if account.payable_limit == "any":
        return
    limit = max(0, account.balance_minor + ahead_minor)
    if amount_minor > limit:
        unit = account.currency
        said = f"At most {words(limit, unit)} can be paid now." if limit else "Nothing is owed here."
        raise AmountExceedsPayable(said, param="amount", payable=limit)
    if (at_least_minor or amount_minor) > limit - standing.in_flight_minor:
        raise ObligationInProgress(
            "A payment for this is on its way already. Do not pay again: follow that one.", payment=standing.newest, param="amount"
        )


def _check_not_twice(terms: Terms, at: datetime) -> None:
    asked: list[Any] = [terms.payer.id, at - DUPLICATE_WINDOW, terms.applies_to.id, terms.origin, terms.amount_minor, texts(GONE)]
    with connection.cursor() as cursor:
        cursor.execute(SAME, asked)
        same = cursor.fetchone()
    if same:
        raise DuplicateSuspected(
            "The same amount was paid here in the last five minutes. Send allow_duplicate if it is meant.", payment=same[0]
        )


def _new(terms: Terms, way: str, account: Account, cost: Price, promise: Promise, at: datetime) -> Payment:
    return Payment(
        public_id=public_id("pay"),
        rail=way,
        currency=account.currency,
        amount_minor=cost.amount_minor,
        fee_minor=cost.fee_minor,
        fee_payer=cost.fee_payer,
        charged_minor=cost.charged_minor,
        net_minor=cost.net_minor,
        payer=terms.payer,
        payee=terms.payee,
        applies_to=terms.applies_to,
        bank_account=terms.bank_account,
        card=terms.card,
        captures_later=terms.captures_later,
        origin=terms.origin,
        metadata=dict(terms.metadata),
        created_at=at,
        changed_at=at,
        tendered_on=terms.tendered_on,
        expected_at=promise.clears_at,
        expected_on=promise.clears_on,
    )
