"""The invariants of BOOKS.md section 6 that need leases to judge, and those of what the owner's book says of renters' money."""

from ledger.journal.invariants import TRUST, Invariant

PAYING = ("ledger_account", "leases_lease", "leases_party", "leases_charge", "payments_payment")
LEASES = (
    Invariant(
        "I8",
        "The trust bank and trust money on its way are what is held for renters, with what is earned and the cushion",
        """SELECT concat_ws('/', b.kind, nullif(b.subject, '')) AS book, a.currency, sum(a.balance_minor) AS off_minor FROM ledger_account a
            JOIN ledger_book b ON b.id = a.book_id AND b.kind = 'L' WHERE a.fund = 'trust'
            GROUP BY b.id, a.currency HAVING sum(a.balance_minor) <> 0""",
        numbers=TRUST,
    ),
    Invariant(
        "I8b",
        "What the owner earned and has not withdrawn from the trust bank stands equal in trust and in operating",
        """SELECT concat_ws('/', b.kind, nullif(b.subject, '')) AS book, a.subject AS trust_bank, a.currency, sum(a.balance_minor)
           AS off_minor FROM ledger_account a
            JOIN ledger_book b ON b.id = a.book_id WHERE a.number IN ('L2230', 'L1330')
            GROUP BY b.id, a.subject, a.currency HAVING sum(a.balance_minor) <> 0""",
        numbers=("L2230", "L1330"),
    ),
    Invariant(
        "I8c", "The trust bank stands at its own statement, less items in transit", awaits="statements of trust banks are not kept yet"
    ),
    Invariant(
        "I17",
        "What a lease owes in the books is its posted charges less payments (and their refunds), receipts, credits, waivers, deductions",
        """SELECT l.public_id, b.owed, b.owed - coalesce(c.charged, 0) + coalesce(p.paid, 0) + coalesce(h.given, 0) + coalesce(k.less, 0)
             + coalesce(w.waived, 0) + coalesce(d.deducted, 0) + coalesce(t.gone, 0) AS off_minor FROM leases_lease l
           JOIN (SELECT y.lease_id, sum(a.balance_minor) AS owed FROM leases_party y JOIN ledger_account a ON a.id = y.account_id
                 GROUP BY y.lease_id) b ON b.lease_id = l.id
           LEFT JOIN (SELECT lease_id, sum(amount_minor) AS charged FROM leases_charge WHERE posted_at IS NOT NULL GROUP BY lease_id) c
             ON c.lease_id = l.id
           LEFT JOIN (SELECT y.lease_id, sum(CASE WHEN m.status = 'returned' THEN 0 ELSE m.amount_minor END - m.refunded_minor) AS paid
                      FROM payments_payment m JOIN leases_party y ON y.account_id = m.applies_to_id
                      WHERE m.status IN ('completed', 'settled', 'returned') GROUP BY y.lease_id) p ON p.lease_id = l.id
           LEFT JOIN (SELECT lease_id, sum(amount_minor) AS given FROM leases_receipt WHERE bounced_on IS NULL GROUP BY lease_id) h
             ON h.lease_id = l.id
           LEFT JOIN (SELECT lease_id, sum(CASE WHEN kind = 'reinstatement' THEN -amount_minor ELSE amount_minor END) AS less
                      FROM leases_credit GROUP BY lease_id) k ON k.lease_id = l.id
           LEFT JOIN (SELECT lease_id, sum(waived_minor) AS waived FROM leases_latefee GROUP BY lease_id) w ON w.lease_id = l.id
           LEFT JOIN (SELECT s.lease_id, sum(m.amount_minor) AS deducted FROM leases_movement m JOIN leases_deposit s ON s.id = m.deposit_id
                      WHERE m.kind = 'deduction' GROUP BY s.lease_id) d ON d.lease_id = l.id
           LEFT JOIN (SELECT y.lease_id, sum(x.minor) AS gone FROM leases_transfer f CROSS JOIN LATERAL (VALUES
                        (f.taker_id, f.amount_minor), (f.giver_id, CASE WHEN f.charge_id IS NULL THEN -f.amount_minor ELSE 0 END)
                      ) AS x(party_id, minor) JOIN leases_party y ON y.id = x.party_id GROUP BY y.lease_id) t ON t.lease_id = l.id
           WHERE b.owed <> coalesce(c.charged, 0) - coalesce(p.paid, 0) - coalesce(h.given, 0) - coalesce(k.less, 0)
             - coalesce(w.waived, 0) - coalesce(d.deducted, 0) - coalesce(t.gone, 0)""",
        tables=(*PAYING, "leases_receipt", "leases_credit", "leases_latefee", "leases_movement", "leases_deposit", "leases_transfer"),
    ),
    Invariant(
        "I8d",
        "What is held of a deposit is what came in, or had gone on before it was taken back, less what was deducted and given back",
        """SELECT d.public_id, -h.balance_minor - x.held AS off_minor FROM leases_deposit d JOIN ledger_account h ON h.id = d.held_id
           CROSS JOIN LATERAL (SELECT
             coalesce((SELECT sum(CASE p.status WHEN 'completed' THEN p.amount_minor ELSE c.amount_minor END) FROM payments_payment p
                         LEFT JOIN leases_charge c ON c.posted_as = 'payment.returned' AND c.posted_for = p.public_id
                         WHERE p.applies_to_id = d.account_id AND p.status IN ('completed', 'returned')), 0)
             + coalesce((SELECT sum(CASE m.kind WHEN 'cheque' THEN m.amount_minor WHEN 'deduction' THEN -m.amount_minor ELSE 0 END)
                         FROM leases_movement m WHERE m.deposit_id = d.id), 0)
             - coalesce((SELECT sum(o.amount_minor - o.interest_minor) FROM payments_payout o
                         WHERE o.origin = d.public_id AND o.purpose = 'deposit_refund' AND o.status = 'paid'), 0) AS held) x
           WHERE -h.balance_minor <> x.held""",
        tables=("ledger_account", "leases_deposit", "leases_movement", "leases_charge", "payments_payment", "payments_payout"),
    ),
    Invariant(
        "I18b",
        "What is open of a deposit is what was asked less what came in, from the rooms' own tables",
        """SELECT d.public_id, a.balance_minor - x.owed AS off_minor FROM leases_deposit d JOIN ledger_account a ON a.id = d.account_id
           CROSS JOIN LATERAL (SELECT d.amount_minor
             - coalesce((SELECT sum(CASE p.status WHEN 'completed' THEN p.amount_minor ELSE c.amount_minor END) FROM payments_payment p
                         LEFT JOIN leases_charge c ON c.posted_as = 'payment.returned' AND c.posted_for = p.public_id
                         WHERE p.applies_to_id = d.account_id AND p.status IN ('completed', 'returned')), 0)
             - coalesce((SELECT sum(m.amount_minor) FROM leases_movement m WHERE m.deposit_id = d.id AND m.kind = 'cheque'), 0) AS owed) x
           WHERE a.balance_minor <> x.owed""",
        tables=("ledger_account", "leases_deposit", "leases_movement", "leases_charge", "payments_payment"),
    ),
    Invariant(
        "I18",
        "Deposits asked and not received stand against the deposits billed",
        """SELECT concat_ws('/', b.kind, nullif(b.subject, '')) AS book, a.currency, sum(a.balance_minor) AS off_minor FROM ledger_account a
            JOIN ledger_book b ON b.id = a.book_id WHERE a.number IN ('L1510', 'L2250')
            GROUP BY b.id, a.currency HAVING sum(a.balance_minor) <> 0""",
        numbers=("L1510", "L2250"),
    ),
    Invariant(
        "I20b",
        "No account has more on its way than is owed on it and coming due, but for what was given by hand, forgiven or dropped meanwhile",
        """SELECT ledger_code(a.number, a.subject, a.currency) AS account, f.flying AS off_minor FROM ledger_account a
           JOIN (SELECT applies_to_id, sum(amount_minor) AS flying, min(created_at) AS since FROM payments_payment WHERE status IN
                 ('initiated', 'requires_action', 'in_review', 'authorized', 'processing', 'unknown') GROUP BY applies_to_id) f
             ON f.applies_to_id = a.id
           JOIN leases_party y ON y.account_id = a.id
           WHERE a.payable_limit = 'balance' AND f.flying > greatest(0, a.balance_minor + coalesce((
             SELECT sum(amount_minor) FROM leases_charge c WHERE c.lease_id = y.lease_id AND c.posted_at IS NULL), 0))
             + coalesce((SELECT sum(amount_minor) FROM leases_receipt r WHERE r.party_id = y.id AND r.created_at >= f.since), 0)
             + coalesce((SELECT sum(amount_minor) FROM leases_credit k WHERE k.party_id = y.id AND k.created_at >= f.since), 0)
             + coalesce((SELECT sum(waived_minor) FROM leases_latefee w WHERE w.lease_id = y.lease_id AND w.waived_at >= f.since), 0)
             + coalesce((SELECT sum(m.amount_minor) FROM leases_movement m JOIN leases_deposit s ON s.id = m.deposit_id
                         WHERE s.party_id = y.id AND m.kind = 'deduction' AND m.created_at >= f.since), 0)
             + coalesce((SELECT sum(amount_minor) FROM leases_transfer t WHERE t.taker_id = y.id AND t.created_at >= f.since), 0)
             -- of charges that a change of the lease made smaller, or none, while money for them was on its way or had come
             + coalesce((SELECT sum(greatest(0, x.claimed - x.standing))
                 + max(CASE WHEN x.claimed > x.standing THEN greatest(0, -a.balance_minor)
                       -- or what stood ahead and what comes are too much for it only together
                       WHEN EXISTS (SELECT FROM directpay_event e JOIN leases_lease l ON l.public_id = e.object_id
                                    WHERE l.id = y.lease_id AND e.version > 1 AND e.at >= f.since)
                       THEN greatest(0, x.claimed - a.balance_minor - x.standing) ELSE 0 END) FROM (
                 SELECT sum(k.amount_minor) AS claimed, coalesce(max(CASE WHEN c.posted_at IS NULL THEN c.amount_minor ELSE (
                     SELECT e.amount_minor FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id AND e.account_id = a.id
                     WHERE t.reference = k.debit_reference) END), 0) AS standing
                 FROM payments_claim k JOIN payments_payment p ON p.id = k.payment_id
                 LEFT JOIN leases_charge c ON c.public_id = k.item
                 WHERE p.applies_to_id = a.id
                 AND (payments_is_live(p.status) OR p.status IN ('completed', 'settled') AND (p.completed_at >= f.since OR EXISTS (
                     SELECT FROM directpay_event e JOIN leases_lease l ON l.public_id = e.object_id
                     WHERE l.id = y.lease_id AND e.version > 1 AND e.at >= f.since)))
                 GROUP BY k.item) x), 0)
             -- and of money for no charge in particular, on its way when the lease was changed, or come meanwhile
             + coalesce((
                 SELECT sum(greatest(0, p.amount_minor - coalesce((SELECT sum(k.amount_minor) FROM payments_claim k
                     WHERE k.payment_id = p.id), 0))) -- a card's promise that was taken in part has claims beyond its amount
                 FROM payments_payment p JOIN leases_lease l ON l.id = y.lease_id
                 WHERE p.applies_to_id = a.id
                 AND (payments_is_live(p.status) OR p.status IN ('completed', 'settled') AND p.completed_at >= f.since)
                 AND EXISTS (SELECT FROM directpay_event e WHERE e.object_id = l.public_id AND e.version > 1 AND e.at >= p.created_at)), 0)
             + coalesce((SELECT sum(o.amount_minor) FROM payments_payment m JOIN payments_payout o ON o.origin = m.public_id
                         WHERE m.applies_to_id = a.id AND o.purpose = 'overpayment_refund' AND o.status IN ('failed', 'returned')
                           AND o.changed_at >= f.since), 0)
             + coalesce((SELECT sum(r.amount_minor) FROM payments_payment m JOIN payments_refund r ON r.payment_id = m.id
                         WHERE m.applies_to_id = a.id AND r.status IN ('failed', 'returned', 'canceled')
                           AND r.changed_at >= f.since), 0)""",
        tables=(
            *PAYING,
            "payments_claim",
            "payments_payout",
            "payments_refund",
            "ledger_transaction",
            "ledger_entry",
            "directpay_event",
            "leases_receipt",
            "leases_credit",
            "leases_latefee",
            "leases_movement",
            "leases_deposit",
            "leases_transfer",
        ),
    ),
    Invariant(
        "I24",
        "From the result as earned to the result in cash: the difference is what renters owe less what the owner owes us",
        """SELECT concat_ws('/', b.kind, nullif(b.subject, '')) AS book, a.currency, sum(a.balance_minor) AS off_minor FROM ledger_account a
            JOIN ledger_book b ON b.id = a.book_id AND b.kind = 'L'
            WHERE a.number ~ '^L[346]' OR a.number IN ('L1100', 'L1200', 'L1210', 'L1330', 'L1500', 'L2300')
            GROUP BY b.id, a.currency HAVING sum(a.balance_minor) <> 0""",
        numbers=("L4100", "L4110", "L4300", "L4310", "L4400", "L4800", "L4900", "L6100", "L6110", "L6200", "L6300", "L6900"),
    ),
)
