"""What is owed, by how long ago it fell due, for each party of each lease.

Of every debit on L1500 counts what was not paid by the day, as allocation rows say (BOOKS.md section 5): a pairing counts from the later
of its two days, what a return took back from the day of the return, and with it what was taken back of the same credit before.
What lies on the account beyond its open debits is unapplied.
So for each account, at any day and any knowledge: the buckets less what is unapplied are its balance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from leases.reports.queries.scope import Known, Scope, asked

BATCH: Final = 1_000  # parties in memory at once
BUCKETS: Final = ("current", "1_30", "31_60", "61_90", "over_90")  # days since the due date
EDGES: Final = (0, 30, 60, 90)

PARTIES: Final = """
SELECT y.id, y.account_id, y.label, l.public_id, l.currency, u.name, p.public_id, p.name, p.payee_id,
    (SELECT string_agg(n.name, ', ' ORDER BY r.id) FROM leases_renter r JOIN directpay_user n ON n.id = r.user_id WHERE r.party_id = y.id)
FROM leases_party y JOIN leases_lease l ON l.id = y.lease_id JOIN leases_unit u ON u.id = l.unit_id
JOIN leases_property p ON p.id = u.property_id
WHERE p.id = ANY(%(properties)s) AND l.created_at <= %(known_at)s AND y.id > %(after)s ORDER BY y.id LIMIT %(limit)s
"""
AGED: Final = """
WITH known AS MATERIALIZED (
    SELECT e.id, e.account_id, e.amount_minor, e.effective_on
    FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE e.account_id = ANY(%(accounts)s) AND e.effective_on <= %(day)s AND e.at <= %(known_at)s
        AND ledger_known(t.created_xid, %(snapshot)s)
), paired AS MATERIALIZED (
    SELECT a.credit_entry_id AS credit, a.debit_entry_id AS debit, a.amount_minor AS minor, a.at, a.rule = 'return' AS taken_back
    FROM ledger_allocation a JOIN known c ON c.id = a.credit_entry_id JOIN known d ON d.id = a.debit_entry_id
    WHERE a.account_id = ANY(%(accounts)s) AND a.at <= %(known_at)s
), gone AS ( -- of each credit the last taking-back of a day and a moment that count here: all rows of one are of one moment
    SELECT credit, max(at) AS at FROM paired WHERE taken_back AND minor > 0 GROUP BY credit
), paid AS (
    SELECT p.debit, sum(p.minor) AS minor FROM paired p LEFT JOIN gone g ON g.credit = p.credit
    WHERE NOT p.taken_back OR p.at <= g.at GROUP BY p.debit
), aged AS (
    SELECT k.account_id, k.amount_minor, %(day)s::date - k.effective_on AS days,
        CASE WHEN k.amount_minor > 0 THEN greatest(0, k.amount_minor - coalesce(p.minor, 0)) ELSE 0 END AS open_minor
    FROM known k LEFT JOIN paid p ON p.debit = k.id
)
SELECT account_id, sum(amount_minor)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE days <= 0), 0)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE days BETWEEN 1 AND 30), 0)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE days BETWEEN 31 AND 60), 0)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE days BETWEEN 61 AND 90), 0)::bigint,
    coalesce(sum(open_minor) FILTER (WHERE days > 90), 0)::bigint
FROM aged GROUP BY account_id
"""


@dataclass(frozen=True, slots=True)
class Aged:
    """Minor units in the order of `BUCKETS`; ``owed - unapplied`` is the balance of L1500."""

    buckets: tuple[int, ...] = (0,) * len(BUCKETS)
    balance_minor: int = 0

    def __add__(self, other: "Aged") -> "Aged":
        return Aged(tuple(a + b for a, b in zip(self.buckets, other.buckets, strict=True)), self.balance_minor + other.balance_minor)

    @property
    def owed_minor(self) -> int:
        return sum(self.buckets)

    @property
    def unapplied_minor(self) -> int:
        return self.owed_minor - self.balance_minor

    @property
    def stands(self) -> bool:
        return any(self.buckets) or self.balance_minor != 0


@dataclass(frozen=True, slots=True)
class AgingRow:
    """One party of one lease. `party`: the renter's public id, or joint."""

    home: str  # a property's public id
    home_name: str
    unit_name: str
    lease: str
    party: str
    renters: str
    currency: str
    aged: Aged


def aging(scope: Scope, day: date, known: Known) -> Iterator[AgingRow]:
    """Parties with something open or unapplied, by their age; two queries for each batch of parties."""
    after = 0
    while True:
        parties = asked(PARTIES, {"properties": scope.property_ids, "after": after, "limit": BATCH, **known.given})
        sums = asked(AGED, {"accounts": [party[1] for party in parties], "day": day, **known.given}) if parties else []
        of_account = {account: Aged(tuple(buckets), balance) for account, balance, *buckets in sums}
        for party in parties:
            aged = of_account.get(party[1], Aged())
            if aged.stands:
                yield AgingRow(party[6], party[7], party[5], party[3], party[2], party[9] or "", party[4], aged)
        if len(parties) < BATCH:
            return
        after = parties[-1][0]
