-- In flight (BOOKS.md section 5); inlined, so that the partial index on such payments serves it. A test compares it with the model's.
CREATE FUNCTION payments_is_live(status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT status IN ('initiated', 'requires_action', 'in_review', 'authorized', 'processing', 'unknown')
$$;

-- What accepting a payment must know of the account that it pays, whose row is locked from here on: one answer, one round trip.
CREATE FUNCTION payments_stand(the_account bigint, the_payee bigint, the_rail text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    account jsonb;
BEGIN
    SELECT jsonb_build_array(a.id, a.public_id, a.currency, a.balance_minor, a.accepts_payments, a.payable_limit) INTO account
    FROM ledger_account a WHERE a.id = the_account FOR NO KEY UPDATE;
    RETURN jsonb_build_object(
        'account', account,
        'fee', (SELECT jsonb_build_array(fee_minor, fee_payer) FROM payments_railfee WHERE payee_id = the_payee AND rail = the_rail),
        'in_flight', (SELECT coalesce(sum(amount_minor), 0) FROM payments_payment WHERE applies_to_id = the_account AND payments_is_live(status)),
        'newest', (SELECT public_id FROM payments_payment WHERE applies_to_id = the_account AND payments_is_live(status) ORDER BY id DESC LIMIT 1)
    );
END $$;
