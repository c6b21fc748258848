"""The invariants of BOOKS.md section 6 that the journal can judge by itself. Each is one query; no row means that it holds."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Invariant:
    code: str
    sentence: str
    sql: str  # selects what is broken, with a column that says by how much


@dataclass(frozen=True)
class Finding:
    code: str
    sentence: str
    broken: list[tuple]

    @property
    def holds(self) -> bool:
        return not self.broken


INVARIANTS: list[Invariant] = []


def register_invariants(*invariants: Invariant) -> None:
    known = {i.code for i in INVARIANTS}
    INVARIANTS.extend(i for i in invariants if i.code not in known)


def check_invariants(limit: int = 20) -> list[Finding]:
    """Ask every registered invariant; at most `limit` broken rows each."""
    findings = []
    with connection.cursor() as cursor:
        for invariant in sorted(INVARIANTS, key=lambda i: (int(i.code[1:].rstrip("abc")), i.code)):
            cursor.execute(f"SELECT * FROM ({invariant.sql}) AS broken LIMIT %s", [limit])  # noqa: S608 our own constants
            findings.append(Finding(invariant.code, invariant.sentence, list(cursor.fetchall())))
    return findings


JOURNAL = (
    Invariant(
        "I1",
        "Every transaction has at least two entries and sums to zero per book and currency",
        """SELECT t.reference, e.book_id, e.currency, sum(e.amount_minor) FROM ledger_transaction t
           LEFT JOIN ledger_entry e ON e.transaction_id = t.id GROUP BY t.id, t.reference, e.book_id, e.currency
           HAVING coalesce(sum(e.amount_minor), 1) <> 0 OR count(*) < 2""",
    ),
    Invariant(
        "I2",
        "Every transaction sums to zero per fund of a payee's book",
        """SELECT e.transaction_id, e.fund, sum(e.amount_minor) FROM ledger_entry e JOIN ledger_book b ON b.id = e.book_id
           WHERE b.kind = 'L' GROUP BY e.transaction_id, e.book_id, e.fund, e.currency HAVING sum(e.amount_minor) <> 0""",
    ),
    Invariant(
        "I3",
        "All balances of a book and currency sum to zero",
        "SELECT book_id, currency, sum(balance_minor) FROM ledger_account GROUP BY book_id, currency HAVING sum(balance_minor) <> 0",
    ),
    Invariant(
        "I4",
        "Every account's balance is the sum of its entries and its last balance_after, in a sequence without gap",
        """SELECT a.id, a.balance_minor - coalesce(e.total, 0), a.last_seq - coalesce(e.legs, 0) FROM ledger_account a
           LEFT JOIN (SELECT account_id, sum(amount_minor) AS total, count(*) AS legs, max(seq) AS top,
                             (array_agg(balance_after ORDER BY seq DESC))[1] AS last FROM ledger_entry GROUP BY account_id) e
             ON e.account_id = a.id
           WHERE a.balance_minor <> coalesce(e.total, 0) OR a.last_seq <> coalesce(e.legs, 0)
              OR a.last_seq <> coalesce(e.top, 0) OR a.balance_minor <> coalesce(e.last, 0)""",
    ),
    Invariant(
        "I5",
        "No account with a floor stands below zero; available falls below it only by the kinds allowed",
        """SELECT a.id, a.number, a.normal * a.balance_minor FROM ledger_account a
           WHERE a.normal * a.balance_minor < 0 AND (a.floor = 'zero' OR (a.floor = 'kinds' AND coalesce((
               SELECT t.kind FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
               WHERE e.account_id = a.id AND a.normal * e.balance_after < 0 AND a.normal * (e.balance_after - e.amount_minor) >= 0
               ORDER BY e.seq DESC LIMIT 1), '')
               NOT IN ('payment.returned', 'return.fee', 'dispute.opened', 'dispute.fee', 'payment.fee')))""",
    ),
    Invariant(
        "I6",
        "What a payee's book has at DirectPay is what the platform owes the payee",
        """SELECT mirror, currency, sum(balance_minor) FROM ledger_account WHERE mirror LIKE 'landlord:%%'
           GROUP BY mirror, currency HAVING sum(balance_minor) <> 0""",
    ),
    Invariant(
        "I7",
        "Trust money in transit and invoices stand equal in both books",
        """SELECT mirror, currency, sum(balance_minor) FROM ledger_account WHERE mirror LIKE 'trust:%%' OR mirror LIKE 'invoice:%%'
           GROUP BY mirror, currency HAVING sum(balance_minor) <> 0""",
    ),
    Invariant(
        "I19",
        "Every allocated account: open debits less unallocated credits are its balance, never both, and no entry is used beyond its amount",
        """SELECT 'entry ' || e.id, abs(e.amount_minor) - sum(x.amount_minor) FROM ledger_entry e JOIN ledger_allocation x
             ON x.credit_entry_id = e.id OR x.debit_entry_id = e.id
           GROUP BY e.id, e.amount_minor HAVING sum(x.amount_minor) < 0 OR sum(x.amount_minor) > abs(e.amount_minor)
           UNION ALL
           SELECT 'both sides of account ' || o.account_id, least(o.debits, o.credits) FROM (
             SELECT e.account_id, sum(e.amount_minor - u.used) FILTER (WHERE e.amount_minor > 0) AS debits,
                    sum(-e.amount_minor - u.used) FILTER (WHERE e.amount_minor < 0) AS credits
             FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id AND a.payable_limit = 'balance'
             JOIN LATERAL (SELECT coalesce(sum(x.amount_minor), 0) AS used FROM ledger_allocation x
               WHERE x.credit_entry_id = e.id OR x.debit_entry_id = e.id) u ON true
             GROUP BY e.account_id) o WHERE o.debits > 0 AND o.credits > 0""",
    ),
    Invariant(
        "I21",
        "Every hold is resolved once and within its amount, none is pending a day past its end, and accounts know what is held on them",
        """SELECT reference, posted_minor FROM ledger_hold
           WHERE posted_minor > abs(amount_minor) OR (posted_minor > 0 AND state <> 'posted')
           UNION ALL
           SELECT ledger_code(a.number, a.subject, a.currency), a.held_minor - coalesce(h.held, 0) FROM ledger_account a LEFT JOIN (
             SELECT h.account_id, sum(abs(h.amount_minor)) AS held FROM ledger_hold h JOIN ledger_account x ON x.id = h.account_id
             WHERE h.state = 'pending' AND x.normal * h.amount_minor < 0 GROUP BY h.account_id) h ON h.account_id = a.id
           WHERE a.held_minor <> coalesce(h.held, 0)
           UNION ALL
           SELECT h.reference, abs(h.amount_minor) FROM ledger_hold h WHERE h.state = 'pending' AND h.expires_at < (
             SELECT max(at) - interval '1 day' FROM directpay_event)""",
    ),
)
