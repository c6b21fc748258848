"""The register of the invariants of BOOKS.md section 6, and the one way to ask them.

Each part of an invariant is one query, registered by the room that owns what it compares; no row means that it holds. It says
"holds" only where it was asked: if one of its tables is missing, if no account of its kinds was ever opened, or if it waits for
something that is not built (`awaits`), it is not applicable yet, and says why.

What can be computed from accounts alone is asked as soon as one such account stands: trust sums (I7, I8, I25), deposits asked (I18),
our share (I9), currencies (I23), the bridge from accrual to cash (I24). The cover (I9b) and good funds (I10) are conditions of the
end of a bank day, which nobody brings about yet: their figures are told, and not judged.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from django.db import connection, transaction

from directpay.database.statements import later
from directpay.kernel.arrays import texts

State = Literal["holds", "broken", "not_applicable"]
SHOWN_ROWS = 20
FIGURES_LIMIT = 50


@dataclass(frozen=True)
class Invariant:
    """`sql` selects what is broken; where that is money, its column `off_minor` says by how much, in minor units.

    Asked when all `tables` are there, one account of the kinds `numbers` (if any) stands, and it `awaits` nothing.
    `figures` selects (currency, minor units) to be told beside the answer.
    """

    code: str
    sentence: str
    sql: str = ""
    tables: tuple[str, ...] = ("ledger_book", "ledger_account", "ledger_transaction", "ledger_entry")
    numbers: tuple[str, ...] = ()
    awaits: str = ""
    figures: str = ""

    def __post_init__(self) -> None:
        if bool(self.sql) == bool(self.awaits):
            raise ValueError(f"{self.code} has either a query or a reason why it has none")

    @property
    def in_money(self) -> bool:
        return "off_minor" in self.sql

    @property
    def order(self) -> tuple[int, str]:
        return order_of(self.code)


@dataclass(frozen=True)
class Finding:
    """What one invariant answered. `broken` are its first broken rows under `columns`, `rows` counts all of them.

    `off_minor` adds up the absolute differences, whatever their currency; None where rows are counted only.
    """

    code: str
    sentence: str
    broken: list[tuple[Any, ...]]
    columns: tuple[str, ...] = ()
    rows: int = 0
    off_minor: int | None = None
    reason: str = ""  # why it is not applicable yet
    figures: tuple[tuple[str, int], ...] = ()

    @property
    def applicable(self) -> bool:
        return not self.reason

    @property
    def holds(self) -> bool:
        """It was asked, and nothing is broken. What was not asked does not hold, nor is it broken."""
        return self.applicable and not self.broken

    @property
    def state(self) -> State:
        if not self.applicable:
            return "not_applicable"
        return "broken" if self.broken else "holds"


INVARIANTS: list[Invariant] = []


def order_of(code: str) -> tuple[int, str]:
    """I9 before I9b before I10."""
    found = re.fullmatch(r"I(\d+)([a-z]?)", code)
    if found is None:
        raise ValueError(f"{code!r} is no code of an invariant")
    return int(found[1]), found[2]


def register_invariants(*invariants: Invariant) -> None:
    """Add to the register. A query takes the place of what said that it awaits one; two queries under one code are a mistake."""
    for new in invariants:
        known = next((i for i in INVARIANTS if i.code == new.code), None)
        if known is None:
            INVARIANTS.append(new)
        elif known.awaits and new.sql:
            INVARIANTS[INVARIANTS.index(known)] = new
        elif known != new and not new.awaits:
            raise ValueError(f"invariant {new.code} is registered twice")


def check_invariants(limit: int = SHOWN_ROWS, *, seconds: float | None = None) -> list[Finding]:
    """Ask every registered invariant; at most `limit` broken rows of each. Reads all entries: for the background and the command line.

    Raises OperationalError if all together take longer than `seconds` (None: as long as it takes).
    """
    ends = None if seconds is None else time.monotonic() + seconds
    asked = sorted(INVARIANTS, key=lambda i: i.order)
    with transaction.atomic():
        _stop_at(ends)
        there = _what_is_there(asked)
    findings = []
    for invariant in asked:
        with transaction.atomic():
            _stop_at(ends)
            findings.append(_ask(invariant, limit, there))
    return findings


def _stop_at(ends: float | None) -> None:
    if ends is not None:
        left_ms = max(1, int((ends - time.monotonic()) * 1000))
        later("SELECT set_config('statement_timeout', %s, true)", [str(left_ms)])


@dataclass(frozen=True, slots=True)
class _There:
    """Tables that are missing, and numbers of accounts of which one was opened: asked once for all invariants."""

    missing: frozenset[str]
    opened: frozenset[str]


# The number of one account each: LIMIT keeps the planner from reading them all.
THERE = """
SELECT name, false FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL
UNION ALL
SELECT wanted.number, true FROM unnest(%s::text[]) AS wanted(number)
CROSS JOIN LATERAL (SELECT FROM ledger_account a WHERE a.number = wanted.number LIMIT 1) AS one
"""


def _what_is_there(invariants: Sequence[Invariant]) -> _There:
    tables = {name for invariant in invariants for name in invariant.tables}
    numbers = {number for invariant in invariants for number in invariant.numbers}
    with connection.cursor() as cursor:
        cursor.execute(THERE, [texts(sorted(tables)), texts(sorted(numbers))])
        found = cursor.fetchall()
    return _There(frozenset(name for name, opened in found if not opened), frozenset(name for name, opened in found if opened))


def _ask(invariant: Invariant, limit: int, there: _There) -> Finding:
    figures = _figures(invariant, there)
    reason = _why_not(invariant, there)
    if reason:
        return Finding(invariant.code, invariant.sentence, [], reason=reason, figures=figures)
    total = "sum(abs(off_minor)) OVER ()" if invariant.in_money else "NULL::numeric"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT *, count(*) OVER () AS all_rows, {total} AS all_off FROM ({invariant.sql}) AS broken LIMIT %s",  # noqa: S608 ours
            [limit],
        )
        found = cursor.fetchall()
        columns = tuple(column.name for column in cursor.description[:-2])
    if not found:
        return Finding(invariant.code, invariant.sentence, [], figures=figures)
    *_, rows, off = found[0]
    broken = [tuple(int(cell) if isinstance(cell, Decimal) else cell for cell in row[:-2]) for row in found]  # sums of bigint
    return Finding(invariant.code, invariant.sentence, broken, columns, rows, None if off is None else int(off), figures=figures)


def _figures(invariant: Invariant, there: _There) -> tuple[tuple[str, int], ...]:
    if not invariant.figures or there.missing.intersection(invariant.tables):
        return ()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({invariant.figures}) AS told LIMIT %s", [FIGURES_LIMIT])  # noqa: S608 ours
        return tuple((currency, int(minor)) for currency, minor in cursor.fetchall())


def _why_not(invariant: Invariant, there: _There) -> str:
    missing = [name for name in invariant.tables if name in there.missing]
    if missing:
        return f"its tables are not there: {', '.join(missing)}"
    if invariant.awaits:
        return invariant.awaits
    if invariant.numbers and not there.opened.intersection(invariant.numbers):
        return f"no account {' or '.join(invariant.numbers)} was ever opened"
    return ""


TRUST: Final = ("L1310", "L1320", "L2200", "L2210", "L2230", "L2240")
JOURNAL = (
    Invariant(
        "I1",
        "Every transaction has at least two entries and sums to zero per book and currency",
        """SELECT t.reference, e.book_id, e.currency, count(e.id) AS entries, abs(coalesce(sum(e.amount_minor), 0)) AS off_minor
           FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id
           WHERE t.at >= ledger_archived_until() GROUP BY t.id, t.reference, e.book_id, e.currency
           HAVING coalesce(sum(e.amount_minor), 1) <> 0 OR count(*) < 2 OR bool_or(e.amount_minor = 0)""",
    ),
    Invariant(
        "I2",
        "Every transaction sums to zero per fund of a payee's book",
        """SELECT t.reference, e.fund, e.currency, sum(e.amount_minor) AS off_minor FROM ledger_entry e
           JOIN ledger_book b ON b.id = e.book_id AND b.kind = 'L' LEFT JOIN ledger_transaction t ON t.id = e.transaction_id
           GROUP BY e.transaction_id, t.reference, e.book_id, e.fund, e.currency HAVING sum(e.amount_minor) <> 0""",
    ),
    Invariant(
        "I3",
        "All balances of a book and currency sum to zero",
        """SELECT concat_ws('/', b.kind, nullif(b.subject, '')) AS book, a.currency, sum(a.balance_minor) AS off_minor
            FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id GROUP BY b.id, a.currency HAVING sum(a.balance_minor) <> 0""",
    ),
    Invariant(
        "I4",
        "Every account's balance is the sum of its entries, each balance_after follows from the one before, in a sequence without gap",
        """SELECT ledger_code(a.number, a.subject, a.currency) AS account,
              a.last_seq - coalesce(e.legs, 0) - coalesce(r.legs, 0) AS uncounted,
              coalesce(e.last, 0) AS last_balance_after, coalesce(e.astray, 0) AS astray,
              greatest(abs(a.balance_minor - coalesce(e.total, 0) - coalesce(r.total, 0)),
                       abs(a.balance_minor - coalesce(e.last, a.balance_minor))) AS off_minor
            FROM ledger_account a
            LEFT JOIN (SELECT account_id, sum(amount_minor) AS total, count(*) AS legs, max(seq) AS top,
                              max(balance_after) FILTER (WHERE next_seq IS NULL) AS last,
                              count(*) FILTER (WHERE next_seq <> seq + 1 OR next_before <> balance_after) AS astray
                       FROM (SELECT account_id, amount_minor, seq, balance_after, lead(seq) OVER along AS next_seq,
                                    lead(balance_after - amount_minor) OVER along AS next_before
                             FROM ledger_entry WINDOW along AS (PARTITION BY account_id ORDER BY seq)) one GROUP BY account_id) e
              ON e.account_id = a.id
            LEFT JOIN (SELECT account_id, sum(debits_minor - credits_minor) AS total, sum(entries) AS legs FROM ledger_archivedsum
                       GROUP BY account_id) r ON r.account_id = a.id
            WHERE a.balance_minor <> coalesce(e.total, 0) + coalesce(r.total, 0) OR a.last_seq <> coalesce(e.legs, 0) + coalesce(r.legs, 0)
               OR (e.account_id IS NOT NULL AND (a.last_seq <> e.top OR a.balance_minor <> e.last OR e.astray > 0))""",
        tables=("ledger_account", "ledger_entry", "ledger_archivedsum"),
    ),
    Invariant(
        "I5",
        "No account with a floor stands below zero; available falls below it only by the kinds allowed",
        """SELECT ledger_code(a.number, a.subject, a.currency) AS account, a.floor, a.normal * a.balance_minor AS off_minor
           FROM ledger_account a
            WHERE a.normal * a.balance_minor < 0 AND (a.floor = 'zero' OR (a.floor = 'kinds' AND (
               EXISTS (
                 SELECT FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
                 WHERE e.account_id = a.id AND e.seq > coalesce(
                     (SELECT max(x.seq) FROM ledger_entry x WHERE x.account_id = a.id AND a.normal * x.balance_after >= 0), 0)
                   AND t.kind NOT IN ('payment.returned', 'return.fee', 'dispute.opened', 'dispute.fee', 'payment.fee')
                 GROUP BY t.id HAVING sum(a.normal * e.amount_minor) < 0)
               OR (a.last_at >= ledger_archived_until() AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.account_id = a.id)))))""",
    ),
    Invariant(
        "I6",
        "What a payee's book has at DirectPay is what the platform owes the payee",
        """SELECT mirror, currency, sum(balance_minor) AS off_minor FROM ledger_account WHERE mirror LIKE 'landlord:%%'
           GROUP BY mirror, currency HAVING sum(balance_minor) <> 0""",
    ),
    Invariant(
        "I7",
        "Trust money in transit stands equal in both books",
        """SELECT mirror, currency, sum(balance_minor) AS off_minor FROM ledger_account WHERE mirror LIKE 'trust:%%'
           GROUP BY mirror, currency HAVING sum(balance_minor) <> 0""",
        numbers=("P2210", "L1320"),
    ),
    Invariant(
        "I7b",
        "Our invoices stand equal in both books",
        """SELECT mirror, currency, sum(balance_minor) AS off_minor FROM ledger_account WHERE mirror LIKE 'invoice:%%'
           GROUP BY mirror, currency HAVING sum(balance_minor) <> 0""",
        numbers=("P1310", "L2300"),
    ),
    Invariant(
        "I19",
        "Every allocated account: open debits less unallocated credits are its balance, never both, and no entry is used beyond its amount",
        """WITH used AS (
             SELECT entry_id, sum(amount_minor) AS minor FROM (
               SELECT credit_entry_id AS entry_id, amount_minor FROM ledger_allocation
               UNION ALL SELECT debit_entry_id, amount_minor FROM ledger_allocation) x GROUP BY entry_id)
           SELECT 'entry ' || e.id AS what, abs(e.amount_minor) - u.minor AS off_minor FROM ledger_entry e
             JOIN used u ON u.entry_id = e.id WHERE u.minor < 0 OR u.minor > abs(e.amount_minor)
           UNION ALL
           SELECT 'both sides of account ' || o.account_id, least(o.debits, o.credits) FROM (
             SELECT e.account_id, sum(e.amount_minor - coalesce(u.minor, 0)) FILTER (WHERE e.amount_minor > 0) AS debits,
                    sum(-e.amount_minor - coalesce(u.minor, 0)) FILTER (WHERE e.amount_minor < 0) AS credits
             FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id AND a.payable_limit = 'balance'
             LEFT JOIN used u ON u.entry_id = e.id
             GROUP BY e.account_id) o WHERE o.debits > 0 AND o.credits > 0""",
        tables=("ledger_account", "ledger_entry", "ledger_allocation"),
    ),
    Invariant(
        "I21",
        "Every hold is resolved once and within its amount, none is pending a day past its end, and accounts know what is held on them",
        """SELECT reference AS what, posted_minor AS off_minor FROM ledger_hold
           WHERE posted_minor > abs(amount_minor) OR (posted_minor > 0 AND state <> 'posted')
           UNION ALL
           SELECT ledger_code(a.number, a.subject, a.currency), a.held_minor - coalesce(h.held, 0) FROM ledger_account a LEFT JOIN (
             SELECT h.account_id, sum(abs(h.amount_minor)) AS held FROM ledger_hold h JOIN ledger_account x ON x.id = h.account_id
             WHERE h.state = 'pending' AND x.normal * h.amount_minor < 0 GROUP BY h.account_id) h ON h.account_id = a.id
           WHERE a.held_minor <> coalesce(h.held, 0)
           UNION ALL
           SELECT h.reference, abs(h.amount_minor) FROM ledger_hold h WHERE h.state = 'pending' AND h.expires_at < (
             SELECT max(at) - interval '1 day' FROM directpay_event)""",
        tables=("ledger_account", "ledger_hold", "directpay_event"),
    ),
    Invariant(
        "I25",
        "Available money and a payee's trust money never meet in one transaction, but in the return of a payment",
        """SELECT t.reference, t.kind, sum(e.amount_minor) FILTER (WHERE a.number IN ('P2120', 'P2160')) AS off_minor
           FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
           WHERE t.kind <> 'payment.returned' GROUP BY t.id
           HAVING bool_or(a.number IN ('P2120', 'P2160')) AND bool_or(a.fund = 'trust')""",
        numbers=TRUST,
    ),
)
