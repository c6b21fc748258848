-- What can be paid on a lease, for each way to ask one answer of JSON: a plan that the session keeps, and one round trip.

-- The lease and the payer's account are locked, in the written order. NULL: the payer does not stand on this lease.
CREATE FUNCTION leases_take_seat(the_lease bigint, the_payer bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    seat jsonb;
BEGIN
    PERFORM FROM leases_lease WHERE id = the_lease FOR UPDATE;
    SELECT jsonb_build_object(
        'party', p.id, 'account', p.account_id, 'timezone', h.timezone, 'payee', jsonb_build_array(y.id, y.public_id),
        'parties', (SELECT jsonb_agg(jsonb_build_array(o.id, o.weight, o.account_id) ORDER BY o.id) FROM leases_party o WHERE o.lease_id = the_lease)
    ) INTO seat
    FROM leases_renter r
    JOIN leases_party p ON p.id = r.party_id
    JOIN leases_lease l ON l.id = r.lease_id
    JOIN leases_unit u ON u.id = l.unit_id
    JOIN leases_property h ON h.id = u.property_id
    JOIN directpay_payee y ON y.id = h.payee_id
    WHERE r.lease_id = the_lease AND r.user_id = the_payer;
    PERFORM FROM ledger_account WHERE id = (seat->>'account')::bigint FOR NO KEY UPDATE;
    RETURN seat;
END $$;

-- Charges that are posted, and those of the next due date: what is paid of each on this account, and who has claimed some of it there.
-- `waiting`: money that no charge has used yet stands on the account.
CREATE FUNCTION leases_open_charges(the_lease bigint, the_account bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    ahead date := (SELECT min(due_on) FROM leases_charge WHERE lease_id = the_lease AND posted_at IS NULL);
    found jsonb;
BEGIN
    WITH items AS MATERIALIZED (
        SELECT reference, amount_minor, paired_minor FROM ledger_items(the_account)
    ), paid AS (
        SELECT reference, sum(paired_minor)::bigint AS minor FROM items WHERE amount_minor > 0 GROUP BY reference
    ), charges AS (
        SELECT c.*, 'charge.due:' || c.public_id AS reference FROM leases_charge c
        WHERE c.lease_id = the_lease AND (c.posted_at IS NOT NULL OR c.due_on <= ahead)
    )
    SELECT jsonb_build_object(
        'waiting', EXISTS (SELECT FROM items WHERE amount_minor < 0 AND -amount_minor > paired_minor),
        'charges', coalesce(jsonb_agg(jsonb_build_array(
            c.id, c.public_id, c.category, c.due_on, c.amount_minor, c.posted_at, coalesce(paid.minor, 0), coalesce(claimed.minor, 0)
        ) ORDER BY c.posted_at IS NULL, c.due_on, c.id), '[]'::jsonb)
    ) INTO found
    FROM charges c
    LEFT JOIN paid USING (reference)
    LEFT JOIN LATERAL (
        SELECT sum(k.amount_minor)::bigint AS minor FROM payments_claim k JOIN payments_payment p ON p.id = k.payment_id
        WHERE k.debit_reference = c.reference AND p.applies_to_id = the_account AND payments_is_live(p.status)
    ) claimed ON true;
    RETURN found;
END $$;
