"""What a completed payment posts (BOOKS.md B4, C2, C4, C8, E2, E4, E6)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ledger.journal.actions import Posting, credit, debit
from ledger.journal.models import Account
from payments.chart.accounts import Key, accounts, of_payee, platform
from payments.payins.models import Payment
from payments.payins.queries import completed_reference


def keys_of(payment: Payment) -> dict[str, Key]:
    """The accounts, besides `applies_to` and its cost account, that this payment moves."""
    payee, unit = payment.payee.public_id, payment.currency
    return {
        "clearing": platform("P1210", payment.rail, unit),
        "pending": platform("P2110", payee, unit),
        "revenue": platform("P4110", payment.rail, unit),
        "at_directpay": of_payee("L1100", payee, unit),
    }


def completions(payments: Sequence[Payment], days: Mapping[str, date], at: datetime) -> list[Posting]:
    """One posting each; `days` gives the rail's effective date by payment."""
    keys = {p.public_id: keys_of(p) for p in payments}
    found = accounts((key for of_one in keys.values() for key in of_one.values()), at=at)
    return [_completion(p, {name: found[key] for name, key in keys[p.public_id].items()}, days[p.public_id]) for p in payments]


def _completion(payment: Payment, a: Mapping[str, Account], day: date) -> Posting:
    legs = [
        debit(a["clearing"], payment.charged_minor, payment.public_id),
        credit(a["pending"], payment.net_minor),
        debit(a["at_directpay"], payment.net_minor),
        credit(payment.applies_to, payment.amount_minor),
    ]
    if payment.fee_minor:
        legs.append(credit(a["revenue"], payment.fee_minor))
        if payment.fee_payer == "payee":
            legs.append(debit(cost_account_of(payment), payment.fee_minor))
    return Posting(reference=completed_reference(payment), kind="payment.completed", effective_on=day, legs=legs)


def cost_account_of(payment: Payment) -> Account:
    """Where the payee's book carries the fee; named by whoever opened the account (BOOKS.md section 1)."""
    account = payment.applies_to.cost_account
    if account is None:
        raise ValueError(f"account {payment.applies_to.code} names no cost account")
    return account
