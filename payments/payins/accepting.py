"""What accepting a payment reads and writes, a round trip each: the path that everybody waits for is not left to the ORM."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from directpay.database.rows import columns_of
from directpay.kernel.arrays import integers, texts
from ledger.journal.models import Account
from payments.payins.models import Claim, Payment

ACCOUNT = ("id", "public_id", "currency", "balance_minor", "accepts_payments", "payable_limit")


@dataclass(frozen=True, slots=True)
class Standing:
    """An account that is to be paid, its row locked. What is not in ACCOUNT is fetched when it is asked for."""

    account: Account
    in_flight_minor: int
    newest: str  # public id of the newest payment in flight, "" without one
    own_fee: tuple[int, str] | None  # minor units and who pays it, where the payee has a price of its own on this rail


def stand(account_id: int, *, payee_id: int, rail: str) -> Standing:
    """Step: lock the account, and see what is on its way to it and what the rail costs its payee."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_stand(%s, %s, %s)", [account_id, payee_id, rail])
        return standing_of(json.loads(cursor.fetchone()[0]))


def standing_of(found: Mapping[str, Any]) -> Standing:
    """As `payments_stand` tells it."""
    account = Account.from_db(connection.alias, ACCOUNT, found["account"])
    return Standing(account, found["in_flight"], found["newest"] or "", tuple(found["fee"]) if found["fee"] else None)


@cache
def _insert() -> str:
    columns = columns_of(Payment)
    names = ", ".join(column.name for column in columns)
    return f"""
    WITH made AS (
        INSERT INTO payments_payment ({names})
        SELECT {names} FROM unnest({", ".join(f"%s::{column.array}" for column in columns)}) WITH ORDINALITY AS g({names}, n) ORDER BY n
        RETURNING id, public_id
    ), claimed AS (
        INSERT INTO payments_claim (payment_id, debit_reference, item, amount_minor, reason)
        SELECT made.id, g.debit_reference, g.item, g.amount_minor, g.reason
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[])
            WITH ORDINALITY AS g(payment, debit_reference, item, amount_minor, reason, n) JOIN made ON made.public_id = g.payment
        ORDER BY g.n
    )
    SELECT public_id, id FROM made"""  # noqa: S608  names of our own columns


def insert(accepted: Sequence[tuple[Payment, Sequence[Claim]]]) -> None:
    """Step: payments with their claims, which are known to each afterwards as if they had been fetched."""
    payments = [payment for payment, _ in accepted]
    claims = [(payment.public_id, claim) for payment, of_payment in accepted for claim in of_payment]
    claimed = [
        texts(payment for payment, _ in claims),
        texts(claim.debit_reference for _, claim in claims),
        texts(claim.item for _, claim in claims),
        integers(claim.amount_minor for _, claim in claims),
        texts(claim.reason for _, claim in claims),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insert(), [*(column.of(payments) for column in columns_of(Payment)), *claimed])
        ids = dict(cursor.fetchall())
    for payment, of_payment in accepted:
        payment.id = ids[payment.public_id]
        payment._state.adding, payment._state.db = False, connection.alias
        known = Claim.objects.filter(payment_id=payment.id)
        known._result_cache = list(of_payment)
        payment._prefetched_objects_cache = {"claims": known}  # type: ignore[attr-defined]
