"""Paying an account of a payee's book directly, without anything above the engine knowing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from directpay.people.models import Payee
from ledger.journal.models import Account
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Source
from payments.methods.models import BankAccount
from payments.payins.actions.initiate import Terms, initiate
from payments.payins.models import Payment
from payments.payins.queries import TAKES, may_pay, tendered_on


def pay(
    applies_to: str,
    source: Source,
    *,
    amount_minor: int,
    currency: str,
    rail: str,
    allow_duplicate: bool,
    metadata: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    captures_later: bool = False,
) -> Payment:
    """Accept a payment to the account with the public id `applies_to`. Raises what rooms above do not take, then as `initiate`."""
    with unit_of_work():
        account = Account.objects.select_related("book").filter(public_id=applies_to, accepts_payments=True).first()
        if account is None or source.user is None or not may_pay(source.user, account, actor):
            raise InvalidInput(f"No such account: {applies_to}.", param="applies_to", code="resource_missing")
        if account.currency != currency:
            raise InvalidInput(f"This account is in {account.currency.upper()}.", param="currency")
        for check in TAKES:
            check(account, rail, amount_minor, at)
        terms = Terms(
            payer=source.user,
            payee=Payee.objects.get(public_id=account.book.subject),
            applies_to=account,
            amount_minor=amount_minor,
            rail=rail,
            bank_account=source if isinstance(source, BankAccount) else None,
            card=source if isinstance(source, Card) else None,
            captures_later=captures_later,
            tendered_on=tendered_on(account, at),
            allow_duplicate=allow_duplicate,
            metadata=metadata,
        )
        return initiate(terms, actor=actor, at=at)
