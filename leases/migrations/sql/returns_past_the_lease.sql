-- As before, but what came back counts by the account that it was for: whoever pays that past the lease names no lease.
CREATE OR REPLACE FUNCTION leases_stand_to_pay(the_lease bigint, the_payer bigint, the_rail text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    seat jsonb := leases_take_seat(the_lease, the_payer);
    account bigint := seat->>'account';
    policy leases_paymentpolicy;
BEGIN
    IF seat IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT * INTO policy FROM leases_paymentpolicy WHERE lease_id = the_lease ORDER BY version DESC LIMIT 1;
    RETURN jsonb_build_object(
        'seat', seat,
        'standing', payments_stand(account, (seat->'payee'->>0)::bigint, the_rail),
        'open', leases_open_charges(the_lease, account),
        'policy', CASE WHEN policy.id IS NOT NULL THEN to_jsonb(policy) END,
        'returned_at', CASE WHEN policy.certified_funds = 'after_return' THEN (
            SELECT max(p.returned_at) FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
            WHERE y.lease_id = the_lease AND p.status = 'returned'
        ) END
    );
END $$;
