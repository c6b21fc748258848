"""What moved in one payee's book in a period, summed by what explains it; one statement over the entries for each question.

An entry counts on its effective date. Where that day had been closed before the entry was recorded, it counts on the first day that
was open then (BOOKS.md rule 8), so that a closed period's figures never change and each entry counts once.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from directpay.people.models import Payee
from leases.reports.queries.scope import Known, as_the_house, asked
from ledger.journal.models import Account, Book

CASH: Final = ("L1100", "L1200", "L1210", "L1330")
HELD: Final = ("L2200", "L2210")
BRIDGE: Final = ("L1500", "L2300", "L3100")
ADVANCE, CARRIED, NO_PROPERTY = "advance", "carried", "none"
BATCH: Final = 1_000

# The entries of one book that were known, with the day on which each counts. `%(periods)s`: whether any was closed, so that the rest
# need not ask.
KNOWN: Final = """
known AS MATERIALIZED (
    SELECT e.id, e.transaction_id AS tx, t.kind, a.id AS account, a.number, a.subject, e.amount_minor AS minor, e.effective_on,
        CASE WHEN %(periods)s THEN greatest(e.effective_on, coalesce((
            SELECT max(p.through_on) + 1 FROM ledger_period p JOIN ledger_watermark w ON w.id = p.watermark_id
            WHERE p.book_id = a.book_id AND p.through_on >= e.effective_on AND p.closed_at <= %(known_at)s
                AND NOT (e.at <= p.closed_at AND ledger_known(t.created_xid, w.snapshot))
        ), e.effective_on)) ELSE e.effective_on END AS counts_on
    FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE a.book_id = %(book)s AND a.currency = %(currency)s AND e.at <= %(known_at)s AND ledger_known(t.created_xid, %(snapshot)s)
)
"""
# Whose property a leg is of: of an income or expense account its subject, of a receivable the home that is let.
HOMES: Final = """
homes AS MATERIALIZED (
    SELECT y.account_id AS account, p.public_id AS home
    FROM ledger_account a JOIN leases_party y ON y.account_id = a.id JOIN leases_lease l ON l.id = y.lease_id
    JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property p ON p.id = u.property_id
    WHERE a.book_id = %(book)s
)
"""
# Statements are put together from the constants above; all that is given comes as parameters.
HOME: Final = "CASE WHEN k.number >= 'L4' THEN k.subject ELSE coalesce(h.home, 'none') END"
# Which transactions move cash, and whether it is the balance with us; their legs on accounts where money lies cancel when it only moves.
TOUCHES: Final = """
touches AS MATERIALIZED (
    SELECT tx, bool_or(number = 'L1100') AS at_directpay FROM known
    WHERE number IN ('L1100', 'L1200', 'L1210', 'L1330') AND counts_on BETWEEN %(since)s AND %(through)s GROUP BY tx
)
"""
MOVED: Final = f"""
WITH {KNOWN}, {HOMES}, {TOUCHES}
SELECT k.kind, k.number, {HOME}, c.tx IS NOT NULL, coalesce(c.at_directpay, false), sum(k.minor)::bigint, count(*)
FROM known k LEFT JOIN homes h ON h.account = k.account LEFT JOIN touches c ON c.tx = k.tx
WHERE k.counts_on BETWEEN %(since)s AND %(through)s
GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 1, 3, 4, 5
"""  # noqa: S608
# What money that came in on receivables was for: the debits that it is allocated to, by the income account beside them; what a return
# took back is not unpaired again, for the return is a fact of its own day. What was given back again was for nothing: it stays an advance.
FOR_WHAT: Final = f"""
for_what AS MATERIALIZED (
    SELECT d.id AS debit, coalesce(min(i.number), 'carried') AS category FROM known d
    LEFT JOIN known i ON i.tx = d.tx AND i.number LIKE 'L4%%' AND i.number <> 'L4900'
    WHERE d.number = 'L1500' AND d.minor > 0 AND d.kind <> 'refund.submitted' GROUP BY d.id
), came AS MATERIALIZED (
    SELECT k.id, k.tx, k.kind, k.counts_on, k.account, {HOME} AS home, -k.minor AS minor
    FROM known k JOIN touches c ON c.tx = k.tx LEFT JOIN homes h ON h.account = k.account
    WHERE k.number = 'L1500' AND NOT k.kind = ANY(%(taken_back)s) AND k.counts_on BETWEEN %(since)s AND %(through)s
), used AS MATERIALIZED (
    SELECT m.id, w.category, sum(a.amount_minor)::bigint AS minor FROM came m
    JOIN ledger_allocation a ON a.credit_entry_id = m.id AND a.rule <> 'return' AND a.at <= %(known_at)s
    JOIN for_what w ON w.debit = a.debit_entry_id GROUP BY 1, 2
), split AS (
    SELECT m.id, m.home, u.category, u.minor FROM came m JOIN used u ON u.id = m.id
    UNION ALL
    SELECT m.id, m.home, 'advance', m.minor - coalesce(s.minor, 0)
    FROM came m LEFT JOIN (SELECT id, sum(minor)::bigint AS minor FROM used GROUP BY id) s ON s.id = m.id
    WHERE m.minor <> coalesce(s.minor, 0)
)
"""  # noqa: S608
RECEIVED: Final = f"""
WITH {KNOWN}, {HOMES}, {TOUCHES}, {FOR_WHAT}
SELECT category, home, sum(minor)::bigint, count(*) FROM split GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608
# Corrections that were recorded when a day was closed: they stand in its balance as of that day, and count later.
COUNTS_LATER: Final = f"""
WITH {KNOWN} SELECT account, sum(minor)::bigint FROM known WHERE effective_on <= %(day)s AND counts_on > %(day)s GROUP BY account
"""  # noqa: S608
BALANCES: Final = """
SELECT a.id, a.number, ledger_balance_as_of(a.id, %(day)s::date, %(known_at)s, %(snapshot)s)
FROM ledger_account a WHERE a.book_id = %(book)s AND a.currency = %(currency)s AND a.number = ANY(%(numbers)s)
"""

TAKEN_BACK: Final = {
    "payment.returned": "returned_payments",
    "receipt.bounced": "bounced_receipts",
    "refund.submitted": "refunds",
    "refund.failed": "refunds",
    "refund.returned": "refunds",
    "dispute.lost": "disputes_lost",
    "transaction.reversed": "corrections",  # what should never have been posted (rule 9)
}


@dataclass(frozen=True, slots=True)
class Move:
    """Legs of one kind of transaction on one kind of account for one property: signed, debit +."""

    kind: str
    number: str
    home: str
    cash: bool  # their transactions move cash
    at_directpay: bool  # and the balance with us
    minor: int
    count: int


@dataclass(frozen=True, slots=True)
class Received:
    """Money on receivables for one category: the number of an income account, `advance` or `carried`."""

    category: str
    home: str
    minor: int
    count: int


@dataclass(frozen=True, slots=True)
class Ask:
    """One payee's book in one currency, from one day through another."""

    book: Book
    currency: str
    since: date
    through: date
    known: Known

    @property
    def given(self) -> dict[str, Any]:
        closed = self.book.periods.filter(closed_at__lte=self.known.at).exists()
        named = {"book": self.book.id, "currency": self.currency, "since": self.since, "through": self.through, "periods": closed}
        return {**named, **self.known.given, "taken_back": list(TAKEN_BACK)}


def books_of(payee: Payee) -> list[tuple[Book, str]]:
    """The payee's book with each currency in which it has accounts."""
    with as_the_house():
        book = Book.objects.filter(kind="L", subject=payee.public_id).first()
        if book is None:
            return []
        return [(book, c) for c in Account.objects.filter(book=book).order_by("currency").values_list("currency", flat=True).distinct()]


def moved(ask: Ask) -> list[Move]:
    """All that moved in the period."""
    return [Move(*row) for row in asked(MOVED, ask.given)]


def received(ask: Ask) -> list[Received]:
    """What came in on receivables in the period, by what it was for."""
    return [Received(*row) for row in asked(RECEIVED, ask.given)]


def balances_at(ask: Ask, day: date, numbers: tuple[str, ...]) -> dict[str, int]:
    """Number → signed sum of its accounts at the end of a day, as the periods count: what the ledger says less what counts later."""
    given = {**ask.given, "day": day, "numbers": list(numbers)}
    later = dict(asked(COUNTS_LATER, given)) if given["periods"] else {}
    found = dict.fromkeys(numbers, 0)
    for account, number, minor in asked(BALANCES, given):
        found[number] += minor - later.get(account, 0)
    return found


def opening_of(ask: Ask, numbers: tuple[str, ...]) -> dict[str, int]:
    return balances_at(ask, ask.since - timedelta(days=1), numbers)


def closing_of(ask: Ask, numbers: tuple[str, ...]) -> dict[str, int]:
    return balances_at(ask, ask.through, numbers)


# --- behind a figure: its entries ---

ENTRIES: Final = f"""
WITH {KNOWN}, {HOMES}, {TOUCHES}, {FOR_WHAT},
lines AS (
    SELECT s.id, s.home, s.category AS code, s.minor FROM split s WHERE %(cash)s
    UNION ALL
    SELECT k.id, {HOME}, CASE WHEN k.number = 'L1500' THEN k.kind ELSE k.number END, -k.minor
    FROM known k LEFT JOIN homes h ON h.account = k.account LEFT JOIN touches c ON c.tx = k.tx
    WHERE k.counts_on BETWEEN %(since)s AND %(through)s AND CASE WHEN %(cash)s
        THEN c.tx IS NOT NULL AND (k.number >= 'L4' OR k.number = 'L2300' OR (k.number = 'L1500' AND k.kind = ANY(%(taken_back)s)))
        ELSE k.number >= 'L4' END
)
SELECT k.counts_on, k.id, t.public_id, t.reference, t.kind, a.subject, x.home, x.code, x.minor
FROM lines x JOIN known k ON k.id = x.id JOIN ledger_transaction t ON t.id = k.tx JOIN ledger_account a ON a.id = k.account
WHERE (%(home)s = '' OR x.home = %(home)s) AND (%(codes)s::text[] = '{{}}' OR x.code = ANY(%(codes)s::text[]))
    AND (k.counts_on, k.id, x.code) > (%(after_on)s, %(after_id)s, %(after_code)s)
ORDER BY k.counts_on, k.id, x.code LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Behind:
    """One entry (or the part of it that was for one category) behind a figure; + is good for the owner."""

    counts_on: date
    entry_id: int
    transaction: str
    reference: str
    kind: str
    subject: str
    home: str
    code: str
    minor: int


def entries_behind(
    ask: Ask, *, cash: bool, codes: tuple[str, ...] = (), home: str = "", after: tuple[date, int, str] | None = None, limit: int = BATCH
) -> list[Behind]:
    """Entries of the period behind the lines of these codes (all without), in order of the day on which they count."""
    after_on, after_id, after_code = after or (ask.since - timedelta(days=1), 0, "")
    place = {"after_on": after_on, "after_id": after_id, "after_code": after_code, "limit": limit}
    return [Behind(*row) for row in asked(ENTRIES, {**ask.given, "cash": cash, "codes": list(codes), "home": home, **place})]
