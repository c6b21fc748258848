"""The invariants of BOOKS.md section 6 that need payments to judge."""

from ledger.journal.invariants import Invariant

PAYMENTS = (
    Invariant(
        "I9",
        "Client money less what is owed to clients is our unswept share: the own fund, seen from the other side",
        """SELECT a.currency, sum(a.balance_minor) FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id AND b.kind = 'P'
           GROUP BY a.currency HAVING sum(a.balance_minor) FILTER (WHERE a.fund = 'client')
             <> -coalesce(sum(a.balance_minor) FILTER (WHERE a.fund = 'own'), 0)""",
    ),
    Invariant(
        "I11",
        "The client bank stands at the sum of the bank lines that were posted",
        """SELECT x.currency, x.booked, x.told FROM (
             SELECT a.currency, sum(a.balance_minor) AS booked, coalesce((SELECT sum(l.amount_minor) FROM payments_bankline l
               WHERE l.bank = 'client' AND l.currency = a.currency AND l.posted_at IS NOT NULL), 0) AS told
             FROM ledger_account a WHERE a.number = 'P1110' GROUP BY a.currency) x WHERE x.booked <> x.told""",
    ),
    Invariant(
        "I12",
        "Each rail's clearing stands at the sum of its open items",
        """SELECT a.id, a.balance_minor - coalesce(i.total, 0) FROM ledger_account a LEFT JOIN (
             SELECT account_id, sum(amount_minor) AS total FROM ledger_entry WHERE item IS NOT NULL GROUP BY account_id) i
             ON i.account_id = a.id
           WHERE a.number = 'P1210' AND a.balance_minor <> coalesce(i.total, 0)""",
    ),
    Invariant(
        "I13",
        "A payee's pending is the net of its payments that are completed and not settled",
        """SELECT coalesce(a.subject, n.payee), coalesce(a.currency, n.currency), -coalesce(a.balance_minor, 0) - coalesce(n.net, 0)
           FROM (SELECT * FROM ledger_account WHERE number = 'P2110') a
           FULL JOIN (SELECT y.public_id AS payee, p.currency, sum(p.net_minor) AS net FROM payments_payment p
                      JOIN directpay_payee y ON y.id = p.payee_id WHERE p.status = 'completed' GROUP BY y.public_id, p.currency) n
             ON n.payee = a.subject AND n.currency = a.currency WHERE -coalesce(a.balance_minor, 0) <> coalesce(n.net, 0)""",
    ),
    Invariant(
        "I16",
        "Fee revenue is the fees of payments that were completed and not returned",
        """SELECT r.rail, r.currency, r.booked, r.earned FROM (
             SELECT coalesce(a.subject, f.rail) AS rail, coalesce(a.currency, f.currency) AS currency,
                    -coalesce(a.balance_minor, 0) AS booked, coalesce(f.fees, 0) AS earned
             FROM (SELECT * FROM ledger_account WHERE number = 'P4110') a
             FULL JOIN (SELECT rail, currency, sum(fee_minor) AS fees FROM payments_payment
                        WHERE status IN ('completed', 'settled') GROUP BY rail, currency) f
               ON f.rail = a.subject AND f.currency = a.currency) r WHERE r.booked <> r.earned""",
    ),
    Invariant(
        "I20",
        "Every payment that cleared has exactly one completed transaction of its amount, and at most one return",
        """SELECT p.public_id, p.status FROM payments_payment p
           LEFT JOIN ledger_transaction c ON c.reference = 'payment.completed:' || p.public_id
           LEFT JOIN ledger_transaction r ON r.reference = 'payment.returned:' || p.public_id
           LEFT JOIN ledger_entry e ON e.transaction_id = c.id AND e.account_id = p.applies_to_id
           WHERE (p.status IN ('completed', 'settled', 'returned')) <> (c.id IS NOT NULL)
              OR (p.status = 'returned') <> (r.id IS NOT NULL)
              OR (c.id IS NOT NULL AND e.amount_minor IS DISTINCT FROM -p.amount_minor)""",
    ),
    Invariant(
        "I22",
        "The lines of a settlement add up to it, and to its transaction",
        """SELECT s.public_id, s.net_minor FROM payments_settlement s
           LEFT JOIN (SELECT settlement_id, sum(net_minor) AS net, count(*) AS n FROM payments_settlementline GROUP BY settlement_id) l
             ON l.settlement_id = s.id
           LEFT JOIN ledger_transaction t ON t.reference = 'payment.settled:' || s.public_id
           LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.amount_minor > 0
           WHERE l.net IS DISTINCT FROM s.net_minor OR l.n <> s.count OR e.amount_minor IS DISTINCT FROM s.net_minor""",
    ),
)
