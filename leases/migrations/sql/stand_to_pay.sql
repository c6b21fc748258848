-- All that accepting a rent payment must know: lease and account locked, then looked at. NULL: the payer does not stand on this lease.
CREATE FUNCTION leases_stand_to_pay(the_lease bigint, the_payer bigint, the_rail text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    seat jsonb := leases_take_seat(the_lease, the_payer);
    account bigint := seat->>'account';
BEGIN
    IF seat IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN jsonb_build_object(
        'seat', seat,
        'standing', payments_stand(account, (seat->'payee'->>0)::bigint, the_rail),
        'open', leases_open_charges(the_lease, account)
    );
END $$;
