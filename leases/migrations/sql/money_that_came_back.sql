-- When money that was given for a lease last came back: a payment that the bank took back, or never honoured (the ordinary debit that
-- the account does not hold ends as failed, with the bank's return code), or a cheque that bounced. By the accounts: whoever pays past
-- the lease names no lease.
CREATE FUNCTION leases_money_came_back(the_lease bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT greatest(
        (SELECT max(coalesce(p.returned_at, p.changed_at)) FROM payments_payment p JOIN leases_party y ON y.account_id = p.applies_to_id
         WHERE y.lease_id = the_lease AND (p.status = 'returned' OR (p.status = 'failed' AND p.return_code <> ''))),
        (SELECT max(r.bounced_on)::timestamp AT TIME ZONE 'UTC' FROM leases_receipt r WHERE r.lease_id = the_lease))
$$;

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
        'returned_at', CASE WHEN policy.certified_funds = 'after_return' THEN leases_money_came_back(the_lease) END
    );
END $$;
