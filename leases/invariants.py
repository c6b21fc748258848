"""The invariants of BOOKS.md section 6 that need leases to judge."""

from ledger.journal.invariants import Invariant

LEASES = (
    Invariant(
        "I17",
        "What a lease owes in the books is its posted charges less its payments, from the rooms' own tables",
        """SELECT l.public_id, b.owed, coalesce(c.charged, 0) - coalesce(p.paid, 0) FROM leases_lease l
           JOIN (SELECT y.lease_id, sum(a.balance_minor) AS owed FROM leases_party y JOIN ledger_account a ON a.id = y.account_id
                 GROUP BY y.lease_id) b ON b.lease_id = l.id
           LEFT JOIN (SELECT lease_id, sum(amount_minor) AS charged FROM leases_charge WHERE posted_at IS NOT NULL GROUP BY lease_id) c
             ON c.lease_id = l.id
           LEFT JOIN (SELECT y.lease_id, sum(m.amount_minor) AS paid FROM payments_payment m
                      JOIN leases_party y ON y.account_id = m.applies_to_id
                      WHERE m.status IN ('completed', 'settled') GROUP BY y.lease_id) p ON p.lease_id = l.id
           WHERE b.owed <> coalesce(c.charged, 0) - coalesce(p.paid, 0)""",
    ),
    Invariant(
        "I20b",
        "No account has more on its way than is owed on it and coming due",
        """SELECT a.id, f.flying FROM ledger_account a
           JOIN (SELECT applies_to_id, sum(amount_minor) AS flying FROM payments_payment WHERE status IN
                 ('initiated', 'requires_action', 'in_review', 'authorized', 'processing', 'unknown') GROUP BY applies_to_id) f
             ON f.applies_to_id = a.id
           JOIN leases_party y ON y.account_id = a.id
           WHERE a.payable_limit = 'balance' AND f.flying > greatest(0, a.balance_minor + coalesce((
             SELECT sum(amount_minor) FROM leases_charge c WHERE c.lease_id = y.lease_id AND c.posted_at IS NULL), 0))""",
    ),
)
