"""What was sent to the owner in a period, and of which payments it was made.

A payout takes what is available, not payments one by one. Its lines are the payments that came to be available after the payout before
it was ordered and until this one was; what lies between their sum and the payout (fees, returns, what was left behind) is its remainder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from directpay.people.models import Payee
from leases.reports.queries.books import KNOWN, Ask
from leases.reports.queries.scope import asked

PAYMENTS: Final = 200  # of one payout on a statement; their sum and count are of all

PAID_OUT: Final = f"""
WITH {KNOWN}, sent AS (
    SELECT split_part(t.reference, ':', 2) AS payout, min(k.counts_on) AS day, bool_or(k.kind = 'payout.returned') AS back,
        sum(k.minor)::bigint AS minor, min(k.id) AS first
    FROM known k JOIN ledger_transaction t ON t.id = k.tx
    WHERE k.number = 'L1200' AND k.kind IN ('payout.paid', 'payout.returned') AND k.counts_on BETWEEN %(since)s AND %(through)s
    GROUP BY split_part(t.reference, ':', 2), k.kind
)
SELECT s.payout, s.day, s.back, s.minor, o.created_at,
    (SELECT max(b.created_at) FROM payments_payout b WHERE b.payee_id = o.payee_id AND b.currency = o.currency AND b.purpose = 'payout'
        AND b.status <> 'failed' AND (b.created_at, b.id) < (o.created_at, o.id))
FROM sent s JOIN payments_payout o ON o.public_id = s.payout ORDER BY s.day, s.first
"""  # noqa: S608
MADE_OF: Final = """
SELECT n, payment, lease, net_minor, count, net_of_all FROM (
    SELECT g.n, p.public_id AS payment, p.origin AS lease, s.net_minor, s.id,
        count(*) OVER payout, (sum(s.net_minor) OVER payout)::bigint AS net_of_all, row_number() OVER (payout ORDER BY s.id) AS place
    FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) WITH ORDINALITY AS g(since, until, n)
    JOIN payments_settlement b
        ON b.payee_id = %(payee)s AND b.currency = %(currency)s AND b.created_at > g.since AND b.created_at <= g.until
    JOIN payments_settlementline s ON s.settlement_id = b.id JOIN payments_payment p ON p.id = s.payment_id
    WINDOW payout AS (PARTITION BY g.n)
) made WHERE place <= %(most)s ORDER BY n, id
"""
FIRST: Final = "-infinity"


@dataclass(frozen=True, slots=True)
class Part:
    """A payment's net in a payout. `lease`: public id of what it was paid for, where it was a lease."""

    payment: str
    lease: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payout on the day when it was confirmed, or (below zero) when the owner's bank sent it back; ``parts + remainder = amount``."""

    payout: str
    paid_on: date
    came_back: bool
    amount_minor: int
    parts: Sequence[Part]
    count: int
    parts_minor: int

    @property
    def remainder_minor(self) -> int:
        return self.amount_minor - self.parts_minor


def payouts_in(payee: Payee, ask: Ask) -> list[PaidOut]:
    """Two queries for any number of them; `PAYMENTS` lines of each at most."""
    found = asked(PAID_OUT, ask.given)
    bounds = [(before.isoformat() if before else FIRST, at.isoformat()) for *_said, at, before in found]
    given = {"since": [since for since, _ in bounds], "until": [until for _, until in bounds], "most": PAYMENTS}
    made: dict[int, list[tuple[Any, ...]]] = {}
    for row in asked(MADE_OF, {**given, "payee": payee.id, "currency": ask.currency}):
        made.setdefault(row[0], []).append(row)
    return [_paid_out(row, made.get(n, [])) for n, row in enumerate(found, start=1)]


def _paid_out(row: tuple[Any, ...], made: Sequence[tuple[Any, ...]]) -> PaidOut:
    payout, day, back, minor, _at, _before = row
    if back:
        return PaidOut(payout, day, True, minor, (), 0, 0)
    parts = [Part(payment, lease, net) for _n, payment, lease, net, *_ in made]
    return PaidOut(payout, day, False, minor, parts, made[0][4] if made else 0, made[0][5] if made else 0)
