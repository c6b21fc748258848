"""What the database says, in one query: rows that are new since the last look, and every balance."""

import json
from typing import Any

from django.db import connection

from tests.simulation.looking_at_trust import TRUST

LOOK = """
PREPARE look (timestamptz, timestamptz, bigint, bigint, bigint, bigint, bigint, bigint, bigint) AS SELECT json_build_object(
 'transactions', (SELECT coalesce(json_agg(json_build_object('id', t.id, 'xid', t.created_xid, 'reference', t.reference, 'kind', t.kind,
    'on', t.effective_on, 'at', t.at, 'legs', (SELECT json_agg(json_build_array(e.id, e.account_id, e.amount_minor, e.balance_after, e.item,
    e.seq) ORDER BY e.id) FROM ledger_entry e WHERE e.transaction_id = t.id AND e.at BETWEEN $1 AND $2)) ORDER BY t.id), '[]')
    FROM ledger_transaction t WHERE t.id > $3),
 'events', (SELECT coalesce(json_agg(json_build_array(e.id, e.object_id, e.version, e.data->>'from', e.data->>'status', e.at, e.type)
    ORDER BY e.id), '[]') FROM directpay_event e
    WHERE e.at BETWEEN $1 AND $2 AND e.id > $4
    AND (e.type LIKE ANY (ARRAY['payment.%', 'charge.%', 'credit.%', 'write_off.%', 'receipt.%', 'lease.%', 'late_fee.%'])
    OR e.type IN ('party.transferred', 'bank_charge.recorded', 'payment_policy.set', 'ledger.period_closed'))),
 'allocations', (SELECT coalesce(json_agg(json_build_array(a.account_id, a.credit_entry_id, a.debit_entry_id, a.amount_minor)
    ORDER BY a.id), '[]') FROM ledger_allocation a WHERE a.id > $5),
 'charges', (SELECT coalesce(json_agg(json_build_array(c.public_id, l.public_id, c.due_on, c.period_start, c.amount_minor,
    c.scheduled, c.category, y.label, c.posted_for) ORDER BY c.id), '[]')
    FROM leases_charge c JOIN leases_lease l ON l.id = c.lease_id LEFT JOIN leases_party y ON y.id = c.party_id WHERE c.id > $6),
 'credits', (SELECT coalesce(json_agg(json_build_array(k.public_id, l.public_id, y.label, k.kind, c.public_id, k.amount_minor, k.granted_on)
    ORDER BY k.id), '[]') FROM leases_credit k JOIN leases_lease l ON l.id = k.lease_id JOIN leases_party y ON y.id = k.party_id
    LEFT JOIN leases_charge c ON c.id = k.charge_id WHERE k.id > $9),
 'receipts', (SELECT coalesce(json_agg(json_build_array(r.public_id, l.public_id, y.label, r.method, r.amount_minor, r.received_on,
    r.banked_on, r.bounced_on, r.slip, r.version) ORDER BY r.id), '[]')
    FROM leases_receipt r JOIN leases_lease l ON l.id = r.lease_id JOIN leases_party y ON y.id = r.party_id),
 'transfers', (SELECT coalesce(json_agg(json_build_array(t.public_id, v.public_id, gl.public_id, g.label, tl.public_id, y.label,
    t.amount_minor, c.public_id, t.transferred_on, t.created_at) ORDER BY t.id), '[]') FROM leases_transfer t
    JOIN leases_party g ON g.id = t.giver_id JOIN leases_lease gl ON gl.id = g.lease_id
    JOIN leases_party y ON y.id = t.taker_id JOIN leases_lease tl ON tl.id = y.lease_id
    LEFT JOIN leases_move v ON v.id = t.move_id LEFT JOIN leases_charge c ON c.id = t.charge_id),
 'moves', (SELECT coalesce(json_agg(json_build_array(v.public_id, o.public_id, n.public_id, v.from_on) ORDER BY v.id), '[]')
    FROM leases_move v JOIN leases_lease o ON o.id = v.old_id JOIN leases_lease n ON n.id = v.new_id),
 'bank_charges', (SELECT coalesce(json_agg(json_build_array(b.public_id, p.public_id, h.public_id, b.amount_minor, b.charged_on)
    ORDER BY b.id), '[]') FROM leases_bankcharge b JOIN directpay_payee p ON p.id = b.payee_id
    LEFT JOIN leases_property h ON h.id = b.property_id),
 'policies', (SELECT coalesce(json_agg(json_build_array(l.public_id, q.version, q.partial, q.minimum_minor, q.blocked, q.certified_funds,
    q.prepayment, q."order", q.categories) ORDER BY q.id), '[]') FROM leases_paymentpolicy q JOIN leases_lease l ON l.id = q.lease_id),
 'periods', (SELECT coalesce(json_agg(json_build_array(d.public_id, b.subject, d.through_on) ORDER BY d.id), '[]')
    FROM ledger_period d JOIN ledger_book b ON b.id = d.book_id),
 'fees', (SELECT coalesce(json_agg(json_build_array(f.public_id, l.public_id, y.label, f.kind, c.public_id, f.day, f.cause, f.reason_on,
    f.overdue_minor, f.amount_minor, f.status, k.public_id, f.assessed_on, f.waived_minor, f.version) ORDER BY f.id), '[]')
    FROM leases_latefee f JOIN leases_lease l ON l.id = f.lease_id LEFT JOIN leases_party y ON y.id = f.party_id
    LEFT JOIN leases_charge c ON c.id = f.charge_id LEFT JOIN leases_charge k ON k.id = f.fee_charge_id),
 'plans', (SELECT coalesce(json_agg(json_build_array(p.public_id, p.status,
    (SELECT json_agg(json_build_array(t.due_on, t.amount_minor) ORDER BY t.number) FROM leases_planpart t WHERE t.plan_id = p.id),
    (SELECT json_agg(json_build_array(c.public_id, v.amount_minor)) FROM leases_coveredcharge v JOIN leases_charge c ON c.id = v.charge_id
    WHERE v.plan_id = p.id), p.accepted_on, p.ended_on) ORDER BY p.id), '[]') FROM leases_paymentplan p),
 'cases', (SELECT coalesce(json_agg(json_build_array(k.public_id, l.public_id, y.label, k.since_on, k.counts_from, k.closed_on,
    (SELECT json_agg(json_build_array(s.level, s.kind, s.days, s.overdue_minor, s.told, s.reached_on) ORDER BY s.id)
    FROM leases_arrearsstep s WHERE s.case_id = k.id)) ORDER BY k.id), '[]')
    FROM leases_arrearscase k JOIN leases_lease l ON l.id = k.lease_id JOIN leases_party y ON y.id = k.party_id),
 'steps_told', (SELECT coalesce(json_agg(json_build_array(object_id, told)), '[]') FROM (
    SELECT e.object_id, count(*) AS told FROM directpay_event e WHERE e.type = 'arrears.step_reached' GROUP BY e.object_id) g),
 'lines', (SELECT coalesce(json_agg(json_build_array(s.public_id, p.public_id, n.net_minor) ORDER BY n.id), '[]')
    FROM payments_settlementline n JOIN payments_settlement s ON s.id = n.settlement_id JOIN payments_payment p ON p.id = n.payment_id
    WHERE n.id > $7),
 'payments', (SELECT coalesce(json_agg(json_build_array(public_id, status, version, applies_to_id, amount_minor, charged_minor,
    net_minor, rail) ORDER BY id), '[]') FROM payments_payment),
 'claims', (SELECT coalesce(json_agg(json_build_array(p.public_id, c.debit_reference, c.amount_minor) ORDER BY c.id), '[]')
    FROM payments_claim c JOIN payments_payment p ON p.id = c.payment_id WHERE c.id > $8),
 'bank_accounts', (SELECT coalesce(json_agg(json_build_array(public_id, status) ORDER BY id), '[]') FROM payments_bankaccount),
 'accounts', (SELECT coalesce(json_agg(json_build_array(a.id, a.number, a.subject, b.subject, a.balance_minor, a.last_seq)
    ORDER BY a.id), '[]')
    FROM ledger_account a JOIN ledger_book b ON b.id = a.book_id),
 'holds', (SELECT coalesce(json_agg(json_build_array(reference, account_id, amount_minor, posted_minor, state)
    ORDER BY id), '[]') FROM ledger_hold),
 'last', (SELECT json_build_object(
    'transaction', (SELECT max(id) FROM ledger_transaction), 'allocation', (SELECT max(id) FROM ledger_allocation),
    'claim', (SELECT max(id) FROM payments_claim),
    'charge', (SELECT max(id) FROM leases_charge), 'credit', (SELECT max(id) FROM leases_credit),
    'line', (SELECT max(id) FROM payments_settlementline)))
)::text
""".replace("\n 'last',", f"\n 'trust', {TRUST},\n 'last',")
PARAMETERS = ("since", "now", "transaction", "event", "allocation", "charge", "line", "claim", "credit")


class Look:
    """Remembers how far it has seen."""

    def __init__(self, since: Any) -> None:
        self.marks: dict[str, Any] = {**dict.fromkeys(PARAMETERS, 0), "since": since}
        self.planned_on: Any = None

    def new(self, now: Any) -> dict[str, Any]:
        marks = {**self.marks, "now": now}
        with connection.cursor() as cursor:
            if self.planned_on is not connection.connection:  # planned once a life: planning costs more than looking
                cursor.execute("SELECT name FROM pg_prepared_statements WHERE name = 'look'")
                if cursor.fetchone():
                    cursor.execute("DEALLOCATE look")
                cursor.execute(LOOK)
                self.planned_on = connection.connection
            cursor.execute("EXECUTE look (%s, %s, %s, %s, %s, %s, %s, %s, %s)", [marks[name] for name in PARAMETERS])
            seen = json.loads(cursor.fetchone()[0])
        self.marks |= {name: mark or 0 for name, mark in seen.pop("last").items()}
        if seen["events"]:
            self.marks["event"] = seen["events"][-1][0]
        self.marks["since"] = now
        return seen
