-- As before, with the weights that hold from later days on.
CREATE OR REPLACE FUNCTION leases_take_seat(the_lease bigint, the_payer bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    seat jsonb;
BEGIN
    PERFORM FROM leases_lease WHERE id = the_lease FOR UPDATE;
    SELECT jsonb_build_object(
        'party', p.id, 'account', p.account_id, 'timezone', h.timezone, 'payee', jsonb_build_array(y.id, y.public_id),
        'parties', (
            SELECT jsonb_agg(jsonb_build_array(o.id, o.weight, o.changes, o.account_id) ORDER BY o.id)
            FROM leases_party o WHERE o.lease_id = the_lease
        )
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

-- A plan may be dropped while nobody owes it. What is owed, or was added by hand, stays.
CREATE FUNCTION leases_charge_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.posted_at IS NOT NULL OR NOT OLD.scheduled THEN
        RAISE EXCEPTION 'charge % stays', OLD.public_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER charge_stays BEFORE DELETE ON leases_charge FOR EACH ROW EXECUTE FUNCTION leases_charge_stays();
