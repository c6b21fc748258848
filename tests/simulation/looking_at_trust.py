"""What the database says of deposits, of money that is sent, and of move-outs: a part of the one look."""

TRUST = """json_build_object(
 'banks', (SELECT coalesce(json_agg(json_build_array(t.public_id, p.public_id, b.public_id, t.state) ORDER BY t.id), '[]')
    FROM leases_trustbank t JOIN directpay_payee p ON p.id = t.payee_id JOIN payments_bankaccount b ON b.id = t.bank_account_id),
 'deposits', (SELECT coalesce(json_agg(json_build_array(d.public_id, l.public_id, y.label, t.public_id, d.amount_minor, d.due_on)
    ORDER BY d.id), '[]') FROM leases_deposit d JOIN leases_lease l ON l.id = d.lease_id JOIN leases_party y ON y.id = d.party_id
    JOIN leases_trustbank t ON t.id = d.trust_bank_id),
 'movements', (SELECT coalesce(json_agg(json_build_array(m.public_id, d.public_id, m.kind, m.amount_minor, m.owners_minor, c.public_id,
    m.moved_on) ORDER BY m.id), '[]') FROM leases_movement m JOIN leases_deposit d ON d.id = m.deposit_id
    LEFT JOIN leases_charge c ON c.id = m.charge_id),
 'payouts', (SELECT coalesce(json_agg(json_build_array(o.public_id, o.status, o.version, o.purpose, o.rail, p.public_id, b.public_id,
    o.amount_minor, o.interest_minor, o.origin, o.trust_bank, o.party, o.created_at) ORDER BY o.id), '[]') FROM payments_payout o
    JOIN directpay_payee p ON p.id = o.payee_id JOIN payments_bankaccount b ON b.id = o.bank_account_id),
 'move_outs', (SELECT coalesce(json_agg(json_build_array(m.public_id, l.public_id, m.moved_out_on, m.deadline_on, m.closed_at IS NOT NULL,
    s.status, s.version,
    (SELECT json_agg(json_build_array(x.name, x.status) ORDER BY x.position) FROM directpay_sagastep x WHERE x.saga_id = s.id),
    (SELECT json_agg(json_build_array(y.label, g.amount_minor, c.public_id) ORDER BY g.id) FROM leases_damage g
    LEFT JOIN leases_party y ON y.id = g.party_id LEFT JOIN leases_charge c ON c.id = g.charge_id WHERE g.move_out_id = m.id),
    (SELECT json_agg(json_build_array(d.public_id, b.public_id) ORDER BY n.id) FROM leases_destination n
    JOIN leases_deposit d ON d.id = n.deposit_id LEFT JOIN payments_bankaccount b ON b.id = n.bank_account_id
    WHERE n.move_out_id = m.id)) ORDER BY m.id), '[]')
    FROM leases_moveout m JOIN leases_lease l ON l.id = m.lease_id
    JOIN directpay_saga s ON s.kind = 'move_out' AND s.about = m.public_id),
 'stream', (SELECT coalesce(json_agg(json_build_array(e.id, e.xmin::text::bigint, e.type, e.object_id, e.version, e.data->>'from',
    e.data->>'status', e.data->>'step', e.data->>'about', e.at) ORDER BY e.id), '[]') FROM directpay_event e
    WHERE e.at BETWEEN $1 AND $2 AND e.type LIKE ANY (ARRAY['saga.%', 'payout.%', 'payment.%', 'deposit_forwarding.%', 'deposit_draw.%',
    'deposit_refund.%', 'overpayment_refund.%', 'refund.%', 'deposit.asked'])),
 'refunds', (SELECT coalesce(json_agg(json_build_array(r.public_id, r.status, r.version, p.public_id, r.rail, r.amount_minor,
    r.clawed_minor, r.payer_fee_minor, r.from_pending) ORDER BY r.id), '[]')
    FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id)
)"""
