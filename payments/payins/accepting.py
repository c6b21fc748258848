"""What accepting a payment reads and writes, a round trip each: the path that everybody waits for is not left to the ORM."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

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
    columns = [str(field.column) for field in Payment._meta.concrete_fields if not field.primary_key]
    places = ", ".join(["%s"] * len(columns))
    return f"""
    WITH made AS (
        INSERT INTO payments_payment ({", ".join(columns)}) VALUES ({places}) RETURNING id
    ), claimed AS (
        INSERT INTO payments_claim (payment_id, debit_reference, item, amount_minor, reason)
        SELECT made.id, g.debit_reference, g.item, g.amount_minor, g.reason
        FROM made, unnest(%s::text[], %s::text[], %s::bigint[], %s::text[])
            WITH ORDINALITY AS g(debit_reference, item, amount_minor, reason, n) ORDER BY g.n
    )
    SELECT id FROM made"""  # noqa: S608  names of our own columns


def insert(payment: Payment, claims: Sequence[Claim]) -> None:
    """Step: the payment with its claims, which are known to it afterwards as if they had been fetched."""
    fields = [field for field in Payment._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(getattr(payment, field.attname), connection) for field in fields]
    references, items = texts(c.debit_reference for c in claims), texts(c.item for c in claims)
    claimed = [references, items, integers(c.amount_minor for c in claims), texts(c.reason for c in claims)]
    with connection.cursor() as cursor:
        cursor.execute(_insert(), [*values, *claimed])
        payment.id = cursor.fetchone()[0]
    payment._state.adding, payment._state.db = False, connection.alias
    known = Claim.objects.filter(payment_id=payment.id)
    known._result_cache = list(claims)
    payment._prefetched_objects_cache = {"claims": known}  # type: ignore[attr-defined]
