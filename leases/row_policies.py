"""Whose rows these are: a lease is its landlord's and its renters', and they know each other, the home, and what all owe on it.

What one party alone owes is its own and the landlord's.
"""

from typing import Final

FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION leases_on(the_lease bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_renter r WHERE r.lease_id = the_lease AND r.user_id = directpay_asking())
        OR EXISTS (
            SELECT FROM leases_lease l JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property p ON p.id = u.property_id
            WHERE l.id = the_lease AND p.landlord_id = directpay_asking()
        );
END $$;

-- What this person rents.
CREATE OR REPLACE FUNCTION leases_rented()
RETURNS TABLE (lease_id bigint, unit_id bigint, property_id bigint, payee_id bigint, landlord_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.id, u.id, p.id, p.payee_id, p.landlord_id
    FROM leases_renter r JOIN leases_lease l ON l.id = r.lease_id
    JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property p ON p.id = u.property_id
    WHERE r.user_id = directpay_asking()
$$;

-- Whether this person lets to the other, or they live together.
CREATE OR REPLACE FUNCTION leases_together(the_user bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_renter r WHERE r.user_id = the_user AND leases_on(r.lease_id));
END $$;

CREATE OR REPLACE FUNCTION leases_own_property(the_property bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_property p WHERE p.id = the_property AND p.landlord_id = directpay_asking());
END $$;

CREATE OR REPLACE FUNCTION leases_party_account(the_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_party y WHERE y.account_id = the_account AND leases_on(y.lease_id));
END $$;

CREATE OR REPLACE FUNCTION leases_paid_on(the_payment bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_payment p WHERE p.id = the_payment AND leases_party_account(p.applies_to_id));
END $$;

-- Whether this person lets to the party, or pays for it: roommates do not see how the other has paid.
CREATE OR REPLACE FUNCTION leases_deals(the_party bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_renter r WHERE r.party_id = the_party AND r.user_id = directpay_asking())
        OR EXISTS (
            SELECT FROM leases_party y JOIN leases_lease l ON l.id = y.lease_id JOIN leases_unit u ON u.id = l.unit_id
            JOIN leases_property p ON p.id = u.property_id
            WHERE y.id = the_party AND p.landlord_id = directpay_asking()
        );
END $$;

-- Whether this person's own autopay, or a run of it: neither landlord nor roommates see how somebody pays.
CREATE OR REPLACE FUNCTION leases_own_autopay(the_autopay bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_autopay a WHERE a.id = the_autopay AND a.user_id = directpay_asking());
END $$;

CREATE OR REPLACE FUNCTION leases_own_run(the_run bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_autopayrun r WHERE r.id = the_run AND leases_own_autopay(r.autopay_id));
END $$;

-- All that whoever is on a lease, or lets it, learns of the others' autopay.
CREATE OR REPLACE FUNCTION leases_autopay_is_on(the_lease bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_autopay a WHERE a.lease_id = the_lease AND a.status = 'active');
END $$;

-- The accounts of a deposit, for whoever deals with its party.
CREATE OR REPLACE FUNCTION leases_deposit_account(the_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM leases_deposit d
        WHERE (d.account_id = the_account OR d.held_id = the_account OR d.interest_id = the_account) AND leases_deals(d.party_id)
    );
END $$;

CREATE OR REPLACE FUNCTION leases_deposit_deals(the_deposit bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_deposit d WHERE d.id = the_deposit AND leases_deals(d.party_id));
END $$;

-- What was ordered for a deposit: where the money went is told to whoever left it, too.
CREATE OR REPLACE FUNCTION leases_deposit_order(the_subject text) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM leases_deposit d JOIN ledger_account a ON a.id = d.account_id
        WHERE a.number = 'L1510' AND a.subject = the_subject AND leases_deals(d.party_id)
    );
END $$;

CREATE OR REPLACE FUNCTION leases_on_move_out(the_move_out bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_moveout m WHERE m.id = the_move_out AND leases_on(m.lease_id));
END $$;

-- A case or a plan of somebody's own share: whoever deals with the party.
CREATE OR REPLACE FUNCTION leases_arrears_deals(the_case bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_arrearscase c WHERE c.id = the_case AND leases_deals(c.party_id));
END $$;

CREATE OR REPLACE FUNCTION leases_overpayment_deals(the_refund bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_overpaymentrefund r WHERE r.id = the_refund AND leases_deals(r.party_id));
END $$;

-- What was ordered to give an overpayment back: how it went is told to whoever pays for the party, even if another had paid it.
CREATE OR REPLACE FUNCTION leases_overpayment_order(the_payout bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_overpaymentpart p WHERE p.payout_id = the_payout AND leases_overpayment_deals(p.refund_id));
END $$;

CREATE OR REPLACE FUNCTION leases_plan_deals(the_plan bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_paymentplan p WHERE p.id = the_plan AND leases_deals(p.party_id));
END $$;

-- Where a renter's own deposit lies.
CREATE OR REPLACE FUNCTION leases_kept_at(the_trust_bank bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM leases_deposit d WHERE d.trust_bank_id = the_trust_bank AND leases_deals(d.party_id));
END $$;

-- The books in which the accounts of what this person rents stand.
CREATE OR REPLACE FUNCTION leases_rented_books() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT a.book_id FROM leases_rented() r JOIN leases_party y ON y.lease_id = r.lease_id JOIN ledger_account a ON a.id = y.account_id
$$;

-- What happens to a payment on what this person rents is told, whoever sent it.
CREATE OR REPLACE FUNCTION leases_rented_payments() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(p.public_id), '{}') FROM leases_rented() r JOIN leases_party y ON y.lease_id = r.lease_id
    JOIN payments_payment p ON p.applies_to_id = y.account_id
$$;
"""
POLICIES: Final = {
    "directpay_event": "object_id = ANY ((SELECT leases_rented_payments())::text[])",
    "directpay_user": "id IN (SELECT landlord_id FROM leases_rented()) OR leases_together(id)",
    "directpay_payee": "id IN (SELECT payee_id FROM leases_rented())",
    "leases_property": "landlord_id = (SELECT directpay_asking()) OR id IN (SELECT property_id FROM leases_rented())",
    "leases_unit": "leases_own_property(property_id) OR id IN (SELECT unit_id FROM leases_rented())",
    "leases_lease": "leases_on(id)",
    "leases_party": "leases_on(lease_id)",
    "leases_renter": "leases_on(lease_id)",
    "leases_charge": "(party_id IS NULL AND leases_on(lease_id)) OR leases_deals(party_id)",
    "leases_rentstep": "leases_on(lease_id)",
    "leases_latefeepolicy": "leases_on(lease_id)",
    "leases_latefee": "(party_id IS NULL AND leases_on(lease_id)) OR leases_deals(party_id)",
    "leases_autopay": "user_id = (SELECT directpay_asking())",
    "leases_autopayrun": "leases_own_autopay(autopay_id)",
    "leases_autopayattempt": "leases_own_run(run_id)",
    "leases_credit": "leases_deals(party_id)",
    "leases_paymentpolicy": "leases_on(lease_id)",
    "leases_arrearscase": "leases_deals(party_id)",
    "leases_arrearspolicy": "payee_id IN (SELECT directpay_own_payees()) OR payee_id IN (SELECT payee_id FROM leases_rented())",
    "leases_arrearsstep": "leases_arrears_deals(case_id)",
    "leases_overpaymentrefund": "leases_deals(party_id)",
    "leases_overpaymentpart": "leases_overpayment_deals(refund_id)",
    "leases_paymentplan": "leases_deals(party_id)",
    "leases_planpart": "leases_plan_deals(plan_id)",
    "leases_coveredcharge": "leases_plan_deals(plan_id)",
    "leases_receipt": "leases_deals(party_id)",
    "leases_deposit": "leases_deals(party_id)",
    "leases_movement": "leases_deposit_deals(deposit_id)",
    "leases_trustbank": "payee_id IN (SELECT directpay_own_payees()) OR leases_kept_at(id)",
    "leases_moveout": "leases_on(lease_id)",
    "leases_move": "leases_on(old_id) OR leases_on(new_id)",
    "leases_transfer": "leases_deals(giver_id) OR leases_deals(taker_id)",
    "leases_bankcharge": "payee_id IN (SELECT directpay_own_payees())",
    "leases_damage": "leases_on_move_out(move_out_id) AND (party_id IS NULL OR leases_deals(party_id))",
    "leases_destination": "leases_deposit_deals(deposit_id)",
    "ledger_account": "leases_party_account(id) OR leases_deposit_account(id)",
    "ledger_entry": "leases_party_account(account_id)",
    "ledger_allocation": "leases_party_account(account_id)",
    "ledger_checkpoint": "leases_party_account(account_id)",
    "ledger_hold": "leases_party_account(account_id)",
    "ledger_book": "id IN (SELECT leases_rented_books())",
    "payments_payment": "leases_party_account(applies_to_id)",
    "payments_payout": "(party <> '' AND leases_deposit_order(party)) OR leases_overpayment_order(id)",
    "payments_claim": "leases_paid_on(payment_id)",
    "payments_railfee": "payee_id IN (SELECT payee_id FROM leases_rented())",
}
