"""The invariants of BOOKS.md section 6 that need payments to judge, and those that wait for rooms that are not built."""

from ledger.journal.invariants import Invariant

LEDGER = ("ledger_book", "ledger_account", "ledger_transaction", "ledger_entry")
PAID = (*LEDGER, "payments_payment")
COVER = """
SELECT a.currency, coalesce(sum(a.balance_minor) FILTER (WHERE a.fund = 'client'), 0)
    - coalesce(sum(greatest(0, a.balance_minor)) FILTER (WHERE a.number = 'P2120'), 0)
    - coalesce(sum(a.balance_minor) FILTER (WHERE a.number = 'P1390'), 0)
FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id AND b.kind = 'P' GROUP BY a.currency ORDER BY a.currency
"""
# Of P2210 only what has arrived: less the deposits whose item on the clearing is still owed to us. Few items are open at a time.
GOOD_FUNDS = """
SELECT a.currency, coalesce(sum(a.balance_minor) FILTER (WHERE a.number = 'P1110'), 0)
    - coalesce(sum(greatest(0, -a.balance_minor)) FILTER (WHERE a.number = 'P2120'), 0)
    + coalesce(sum(a.balance_minor) FILTER (WHERE a.number IN ('P2130', 'P2140', 'P2160', 'P2210', 'P2310', 'P2400', 'P2700', 'P1240')), 0)
    + coalesce((
        SELECT sum(i.owed) FILTER (WHERE i.owed < 0 OR EXISTS (
            SELECT 1 FROM ledger_entry e JOIN ledger_entry d ON d.transaction_id = e.transaction_id
            JOIN ledger_account t ON t.id = d.account_id AND t.number = 'P2210'
            WHERE e.account_id = i.account_id AND e.item = i.item))
        FROM (SELECT e.account_id, e.item, sum(e.amount_minor) AS owed
              FROM ledger_entry e JOIN ledger_account c ON c.id = e.account_id AND c.number = 'P1210' AND c.currency = a.currency
              GROUP BY e.account_id, e.item HAVING sum(e.amount_minor) <> 0) i), 0)
FROM ledger_account a WHERE a.number LIKE 'P%%' GROUP BY a.currency ORDER BY a.currency
"""
PAYMENTS = (
    Invariant(
        "I9",
        "Client money less what is owed to clients is our unswept share: the own fund, seen from the other side",
        """SELECT a.currency, sum(a.balance_minor) AS off_minor
           FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id AND b.kind = 'P' GROUP BY a.currency
           HAVING sum(a.balance_minor) FILTER (WHERE a.fund = 'client')
             <> -coalesce(sum(a.balance_minor) FILTER (WHERE a.fund = 'own'), 0)""",
        numbers=("P1110", "P1130", "P1210"),
    ),
    Invariant(
        "I9b",
        "Our share covers overdrawn payees and unexplained debits at every bank day's end",
        awaits="the company covers what a bank line lacks, not yet what a bank day does; the figure is what the cover would be now",
        figures=COVER,
    ),
    Invariant(
        "I10",
        "The client bank holds what may have to be paid from it, and fees are swept from the rest only",
        awaits="no fees are swept yet (fees.swept); the figure is what the client bank holds beyond what must be payable now",
        figures=GOOD_FUNDS,
    ),
    Invariant(
        "I11",
        "The client bank stands at the sum of the bank lines that were posted, and of what the company has covered",
        """SELECT x.currency, x.booked, x.told, x.booked - x.told AS off_minor FROM (
             SELECT a.currency, sum(a.balance_minor) AS booked, coalesce((SELECT sum(l.amount_minor) FROM payments_bankline l
               WHERE l.bank = 'client' AND l.currency = a.currency AND l.posted_at IS NOT NULL), 0)
               + coalesce((SELECT sum(e.amount_minor) FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
               JOIN ledger_account c ON c.id = e.account_id AND c.number = 'P1110' AND c.currency = a.currency
               WHERE t.kind = 'client.covered'), 0) AS told
             FROM ledger_account a WHERE a.number = 'P1110' GROUP BY a.currency) x WHERE x.booked <> x.told""",
        tables=("ledger_account", "ledger_entry", "ledger_transaction", "payments_bankline"),
    ),
    Invariant(
        "I12",
        "Each rail's clearing stands at the sum of its open items",
        """SELECT ledger_code(a.number, a.subject, a.currency) AS account, a.balance_minor - coalesce(i.total, 0) AS off_minor
           FROM ledger_account a LEFT JOIN (
             SELECT account_id, sum(amount_minor) AS total FROM ledger_entry WHERE item IS NOT NULL GROUP BY account_id) i
             ON i.account_id = a.id
           WHERE a.number = 'P1210' AND a.balance_minor <> coalesce(i.total, 0)""",
    ),
    Invariant(
        "I12b",
        "No item of a clearing is open beyond its rail's limit without an exception",
        awaits="exceptions, and the limits of rails that raise them, are not kept yet",
    ),
    Invariant(
        "I13",
        "A payee's pending is the net of its payments that are completed and not settled, less what refunds took of it",
        """SELECT coalesce(a.subject, n.payee) AS payee, coalesce(a.currency, n.currency) AS currency,
                  -coalesce(a.balance_minor, 0) - coalesce(n.net, 0) AS off_minor
           FROM (SELECT * FROM ledger_account WHERE number = 'P2110') a
           FULL JOIN (SELECT y.public_id AS payee, p.currency, sum(p.net_minor - p.refunded_pending_minor) AS net
                      FROM payments_payment p JOIN directpay_payee y ON y.id = p.payee_id JOIN ledger_account t ON t.id = p.applies_to_id
                      WHERE p.status = 'completed' AND t.pays_into <> 'trust' GROUP BY y.public_id, p.currency) n
             ON n.payee = a.subject AND n.currency = a.currency WHERE -coalesce(a.balance_minor, 0) <> coalesce(n.net, 0)""",
        tables=(*PAID, "directpay_payee"),
    ),
    Invariant("I14", "What is set aside for disputes is the sum of the open disputes", awaits="disputes are not kept yet"),
    Invariant("I14b", "What a network withdrew is the sum of the open disputes of its rail", awaits="disputes are not kept yet"),
    Invariant(
        "I15",
        "What is in transit to payees is the sum of the payouts sent and not confirmed",
        """SELECT coalesce(a.subject, o.payee) AS payee, coalesce(a.currency, o.currency) AS currency,
                  -coalesce(a.balance_minor, 0) - coalesce(o.sent, 0) AS off_minor
           FROM (SELECT * FROM ledger_account WHERE number = 'P2160') a
           FULL JOIN (SELECT y.public_id AS payee, p.currency, sum(p.amount_minor) AS sent FROM payments_payout p
                      JOIN directpay_payee y ON y.id = p.payee_id
                      WHERE p.purpose = 'payout' AND p.status IN ('created', 'in_transit', 'unknown') GROUP BY y.public_id, p.currency) o
             ON o.payee = a.subject AND o.currency = a.currency WHERE -coalesce(a.balance_minor, 0) <> coalesce(o.sent, 0)""",
        tables=("ledger_account", "payments_payout", "directpay_payee"),
    ),
    Invariant(
        "I15d",
        "Every payout that the rail confirmed has its transactions, and no other has",
        """SELECT p.public_id, p.status, p.amount_minor AS off_minor FROM payments_payout p
           LEFT JOIN ledger_transaction c ON c.reference = (CASE p.purpose WHEN 'payout' THEN 'payout.paid' WHEN 'deposit_draw' THEN
             'deposit.drawn' WHEN 'deposit_refund' THEN 'deposit.refunded' WHEN 'overpayment_refund' THEN 'refund.completed'
             ELSE 'deposit.forwarded' END) || ':' || p.public_id
           LEFT JOIN ledger_transaction r ON r.reference = (CASE p.purpose WHEN 'payout' THEN 'payout.returned'
             WHEN 'overpayment_refund' THEN 'refund.returned' WHEN 'deposit_forwarding' THEN 'deposit.forwarding_returned'
             WHEN 'deposit_draw' THEN 'deposit.draw_returned' ELSE 'deposit.refund_returned' END) || ':' || p.public_id
           WHERE (p.status IN ('paid', 'returned')) <> (c.id IS NOT NULL) OR (p.status = 'returned') <> (r.id IS NOT NULL)""",
        tables=("ledger_transaction", "payments_payout"),
    ),
    Invariant(
        "I15b",
        "What is in transit to payers is the sum of the refunds sent and not confirmed, by the rail that took the payment",
        """SELECT coalesce(a.subject, o.rail) AS rail, coalesce(a.currency, o.currency) AS currency,
                  -coalesce(a.balance_minor, 0) - coalesce(o.sent, 0) AS off_minor
           FROM (SELECT * FROM ledger_account WHERE number = 'P2310') a
           FULL JOIN (SELECT x.rail, x.currency, sum(x.minor) AS sent FROM (
                        SELECT m.rail, p.currency, p.amount_minor AS minor FROM payments_payout p
                        JOIN payments_payment m ON m.public_id = p.origin
                        WHERE p.purpose = 'overpayment_refund' AND p.status IN ('created', 'in_transit', 'unknown')
                        UNION ALL SELECT m.rail, r.currency, r.amount_minor + r.payer_fee_minor FROM payments_refund r
                        JOIN payments_payment m ON m.id = r.payment_id WHERE r.status IN ('pending', 'submitted', 'unknown')) x
                      GROUP BY x.rail, x.currency) o
             ON o.rail = a.subject AND o.currency = a.currency WHERE -coalesce(a.balance_minor, 0) <> coalesce(o.sent, 0)""",
        tables=("ledger_account", "payments_payment", "payments_payout", "payments_refund"),
    ),
    Invariant(
        "I15e",
        "Every refund has the transactions of its state, and no others",
        """SELECT r.public_id, r.status, r.amount_minor AS off_minor FROM payments_refund r
           CROSS JOIN LATERAL (SELECT
             EXISTS (SELECT FROM ledger_transaction t WHERE t.reference = 'refund.submitted:' || r.public_id) AS submitted,
             EXISTS (SELECT FROM ledger_transaction t WHERE t.reference = 'refund.completed:' || r.public_id) AS completed,
             EXISTS (SELECT FROM ledger_transaction t WHERE t.reference = 'refund.failed:' || r.public_id) AS failed,
             EXISTS (SELECT FROM ledger_transaction t WHERE t.reference = 'refund.returned:' || r.public_id) AS returned) x
           WHERE NOT x.submitted OR (r.status IN ('succeeded', 'returned')) <> x.completed
              OR (r.status IN ('failed', 'canceled')) <> x.failed OR (r.status = 'returned') <> x.returned""",
        tables=("ledger_transaction", "payments_refund"),
    ),
    Invariant("I15c", "What is reserved is the sum of the open reserves", awaits="reserves are not kept yet"),
    Invariant(
        "I16",
        "Fee revenue is the fees of payments that were completed and not returned, or stay when a deposit is, less what went back of them",
        """SELECT r.rail, r.currency, r.booked, r.earned, r.booked - r.earned AS off_minor FROM (
             SELECT coalesce(a.subject, f.rail) AS rail, coalesce(a.currency, f.currency) AS currency,
                    -coalesce(a.balance_minor, 0) AS booked, coalesce(f.fees, 0) AS earned
             FROM (SELECT * FROM ledger_account WHERE number = 'P4110') a
             FULL JOIN (SELECT p.rail, p.currency, sum(CASE WHEN p.status IN ('completed', 'settled')
                            OR t.pays_into = 'trust' AND p.fee_payer = 'payee' THEN p.fee_minor - p.clawed_minor ELSE 0 END
                          - coalesce(g.given, 0)) AS fees FROM payments_payment p JOIN ledger_account t ON t.id = p.applies_to_id
                        LEFT JOIN (SELECT payment_id, sum(payer_fee_minor) AS given FROM payments_refund
                                   WHERE status NOT IN ('failed', 'canceled', 'returned') GROUP BY payment_id) g ON g.payment_id = p.id
                        WHERE p.status IN ('completed', 'settled', 'returned') GROUP BY p.rail, p.currency) f
               ON f.rail = a.subject AND f.currency = a.currency) r WHERE r.booked <> r.earned""",
        tables=(*PAID, "payments_refund"),
    ),
    Invariant(
        "I16b",
        "Fees given back with refunds are the parts clawed back of each payment's fee, and never more than it",
        """SELECT p.public_id, p.clawed_minor - coalesce(c.clawed, 0) AS off_minor FROM payments_payment p
           LEFT JOIN (SELECT payment_id, sum(clawed_minor) AS clawed FROM payments_refund
                      WHERE status NOT IN ('failed', 'canceled') GROUP BY payment_id) c ON c.payment_id = p.id
           WHERE p.clawed_minor <> coalesce(c.clawed, 0) OR p.clawed_minor > p.fee_minor""",
        tables=("payments_payment", "payments_refund"),
    ),
    Invariant(
        "I20",
        "Every payment that cleared has exactly one completed transaction of its amount, and at most one return",
        """SELECT p.public_id, p.status, abs(coalesce(e.amount_minor, 0) + p.amount_minor) AS off_minor FROM payments_payment p
           LEFT JOIN ledger_transaction c ON c.reference = 'payment.completed:' || p.public_id
           LEFT JOIN ledger_transaction r ON r.reference = 'payment.returned:' || p.public_id
           LEFT JOIN ledger_entry e ON e.transaction_id = c.id AND e.account_id = p.applies_to_id
           WHERE (p.status IN ('completed', 'settled', 'returned')) <> (c.id IS NOT NULL)
              OR (p.status = 'returned') <> (r.id IS NOT NULL)
              OR (c.at >= ledger_archived_until() AND e.amount_minor IS DISTINCT FROM -p.amount_minor)""",
        tables=PAID,
    ),
    Invariant(
        "I20c",
        "What went back of a payment is the sum of its refunds that did not fail, and never more than the payment; each was submitted",
        """SELECT m.public_id, m.amount_minor, m.refunded_minor - coalesce(o.sent, 0) - coalesce(r.sent, 0) AS off_minor
           FROM payments_payment m
           FULL JOIN (SELECT p.origin, coalesce(sum(p.amount_minor) FILTER (WHERE p.status NOT IN ('failed', 'returned')), 0) AS sent,
                        bool_and(EXISTS (SELECT FROM ledger_transaction t WHERE t.reference = 'refund.submitted:' || p.public_id)
                          AND (p.status = 'failed') = EXISTS (SELECT FROM ledger_transaction t
                            WHERE t.reference = 'refund.failed:' || p.public_id)) AS posted
                      FROM payments_payout p WHERE p.purpose = 'overpayment_refund' GROUP BY p.origin) o ON o.origin = m.public_id
           LEFT JOIN (SELECT payment_id, sum(amount_minor) AS sent FROM payments_refund
                      WHERE status NOT IN ('failed', 'canceled', 'returned') GROUP BY payment_id) r ON r.payment_id = m.id
           WHERE m.refunded_minor IS DISTINCT FROM coalesce(o.sent, 0) + coalesce(r.sent, 0) OR m.refunded_minor > m.amount_minor
              OR NOT coalesce(o.posted, true)""",
        tables=("ledger_transaction", "payments_payment", "payments_payout", "payments_refund"),
    ),
    Invariant(
        "I22",
        "The lines of a settlement add up to it, and to its transaction",
        """SELECT s.public_id, s.net_minor, l.n AS lines, greatest(abs(s.net_minor - coalesce(l.net, 0)),
                  abs(s.net_minor - coalesce(e.amount_minor, 0))) AS off_minor FROM payments_settlement s
           LEFT JOIN (SELECT settlement_id, sum(net_minor) AS net, count(*) AS n FROM payments_settlementline GROUP BY settlement_id) l
             ON l.settlement_id = s.id
           LEFT JOIN ledger_transaction t ON t.reference = 'payment.settled:' || s.public_id
           LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.amount_minor > 0
           WHERE l.net IS DISTINCT FROM s.net_minor OR l.n <> s.count
              OR (coalesce(t.at, 'infinity') >= ledger_archived_until() AND coalesce(e.amount_minor, 0) <> s.net_minor)""",
        tables=(*LEDGER, "payments_settlement", "payments_settlementline"),
    ),
    Invariant("I22b", "The lines of a payout add up to it", awaits="a payout has no lines of its own yet"),
    Invariant(
        "I23",
        "No currency is left in position when the others are converted: what remains is realised as a result",
        """SELECT x.currency, x.position AS off_minor FROM (
             SELECT currency, sum(balance_minor) AS position, sum(sign(abs(sum(balance_minor)))) OVER () AS open
             FROM ledger_account WHERE number = 'P1600' GROUP BY currency) x WHERE x.position <> 0 AND x.open = 1""",
        numbers=("P1600",),
        figures="SELECT currency, sum(balance_minor) FROM ledger_account WHERE number = 'P1600' GROUP BY currency ORDER BY currency",
    ),
    Invariant("I23b", "The positions at today's rates are the unrealised result", awaits="rates are not kept yet"),
)
