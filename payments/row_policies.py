"""Whose rows these are: payments are seen by who pays and who is paid, and with them the two of each other."""

from typing import Final

FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION payments_own(the_payment bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM payments_payment p LEFT JOIN directpay_payee y ON y.id = p.payee_id
        WHERE p.id = the_payment AND directpay_asking() IN (p.payer_id, y.owner_id)
    );
END $$;

CREATE OR REPLACE FUNCTION payments_knows_bank_account(the_bank_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000
SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM payments_payment p WHERE p.bank_account_id = the_bank_account AND p.payee_id IN (SELECT directpay_own_payees())
    ) OR EXISTS (
        SELECT FROM payments_paymentintent i
        WHERE i.bank_account_id = the_bank_account
            AND (directpay_asking() IN (i.customer_id, i.created_by_id) OR i.payee_id IN (SELECT directpay_own_payees()))
    ) OR EXISTS (
        SELECT FROM payments_setupintent s
        WHERE s.bank_account_id = the_bank_account AND directpay_asking() IN (s.customer_id, s.created_by_id)
    ) OR EXISTS (
        SELECT FROM payments_payout o WHERE o.bank_account_id = the_bank_account AND o.payee_id IN (SELECT directpay_own_payees())
    );
END $$;

CREATE OR REPLACE FUNCTION payments_knows_card(the_card bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM payments_payment p WHERE p.card_id = the_card AND p.payee_id IN (SELECT directpay_own_payees())
    ) OR EXISTS (
        SELECT FROM payments_paymentintent i
        WHERE i.card_id = the_card
            AND (directpay_asking() IN (i.customer_id, i.created_by_id) OR i.payee_id IN (SELECT directpay_own_payees()))
    ) OR EXISTS (
        SELECT FROM payments_setupintent s WHERE s.card_id = the_card AND directpay_asking() IN (s.customer_id, s.created_by_id)
    );
END $$;

CREATE OR REPLACE FUNCTION payments_own_bank_account(the_bank_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000
SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_bankaccount b WHERE b.id = the_bank_account AND b.user_id = directpay_asking());
END $$;

CREATE OR REPLACE FUNCTION payments_own_settlement(the_settlement bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM payments_settlement s WHERE s.id = the_settlement AND s.payee_id IN (SELECT directpay_own_payees())
    );
END $$;

-- Whether this person is the payer: whoever is paid does not learn how.
CREATE OR REPLACE FUNCTION payments_paid_by_me(the_payment bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_payment p WHERE p.id = the_payment AND p.payer_id = directpay_asking());
END $$;

-- Whether this person has paid, or was to pay, this payee.
CREATE OR REPLACE FUNCTION payments_pays(the_payee bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_payment p WHERE p.payer_id = directpay_asking() AND p.payee_id = the_payee)
        OR EXISTS (
            SELECT FROM payments_payout o JOIN payments_bankaccount b ON b.id = o.bank_account_id
            WHERE b.user_id = directpay_asking() AND o.payee_id = the_payee
        )
        OR EXISTS (
            SELECT FROM payments_paymentintent i
            WHERE i.payee_id = the_payee AND directpay_asking() IN (i.customer_id, i.created_by_id)
        );
END $$;

-- Whether these two have to do with each other: one pays or is to pay what the other gets or asked for.
CREATE OR REPLACE FUNCTION payments_knows(the_user bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_payment p WHERE p.payer_id = the_user AND p.payee_id IN (SELECT directpay_own_payees()))
        OR EXISTS (
            SELECT FROM payments_payout o JOIN payments_bankaccount b ON b.id = o.bank_account_id
            WHERE b.user_id = the_user AND o.payee_id IN (SELECT directpay_own_payees())
        )
        OR EXISTS (SELECT FROM directpay_payee y WHERE y.owner_id = the_user AND payments_pays(y.id))
        OR EXISTS (
            SELECT FROM payments_paymentintent i
            WHERE the_user IN (i.customer_id, i.created_by_id)
                AND (directpay_asking() IN (i.customer_id, i.created_by_id) OR i.payee_id IN (SELECT directpay_own_payees()))
        )
        OR EXISTS (
            SELECT FROM payments_setupintent s
            WHERE the_user IN (s.customer_id, s.created_by_id) AND directpay_asking() IN (s.customer_id, s.created_by_id)
        );
END $$;

-- The account that a payment or an intent of this person's pays.
CREATE OR REPLACE FUNCTION payments_pays_on(the_account bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM payments_payment p WHERE p.applies_to_id = the_account AND p.payer_id = directpay_asking())
        OR EXISTS (
            SELECT FROM payments_paymentintent i
            WHERE i.applies_to_id = the_account AND directpay_asking() IN (i.customer_id, i.created_by_id)
        );
END $$;

CREATE OR REPLACE FUNCTION payments_books_paid() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
    SELECT a.book_id FROM payments_payment p JOIN ledger_account a ON a.id = p.applies_to_id WHERE p.payer_id = directpay_asking()
    UNION SELECT a.book_id FROM payments_paymentintent i JOIN ledger_account a ON a.id = i.applies_to_id
    WHERE directpay_asking() IN (i.customer_id, i.created_by_id)
$$;
"""
PAID_TO_ME: Final = "payee_id IN (SELECT directpay_own_payees())"
POLICIES: Final = {
    "directpay_user": "payments_knows(id)",
    "directpay_payee": "payments_pays(id)",
    "ledger_account": "payments_pays_on(id)",
    "ledger_book": "id IN (SELECT payments_books_paid())",
    "payments_payment": f"payer_id = (SELECT directpay_asking()) OR {PAID_TO_ME}",
    "payments_claim": "payments_own(payment_id)",
    "payments_paymentintent": f"(SELECT directpay_asking()) IN (created_by_id, customer_id) OR {PAID_TO_ME}",
    "payments_setupintent": "(SELECT directpay_asking()) IN (created_by_id, customer_id)",
    "payments_defaultmethod": "user_id = (SELECT directpay_asking())",
    "payments_bankaccount": "user_id = (SELECT directpay_asking()) OR payments_knows_bank_account(id)",
    "payments_card": "(SELECT directpay_asking()) IN (user_id, created_by_id) OR payments_knows_card(id)",
    "payments_cardtoken": "created_by_id = (SELECT directpay_asking())",
    "payments_mandate": "user_id = (SELECT directpay_asking())",
    "payments_retry": "payments_paid_by_me(first_id)",
    "payments_reattempt": "payments_paid_by_me(payment_id)",
    "payments_payout": f"{PAID_TO_ME} OR payments_own_bank_account(bank_account_id)",
    "payments_refund": f"payer_id = (SELECT directpay_asking()) OR {PAID_TO_ME}",
    "payments_refundpolicy": PAID_TO_ME,
    "payments_settlement": PAID_TO_ME,
    "payments_settlementline": "payments_own_settlement(settlement_id) OR payments_own(payment_id)",
    "payments_railfee": f"{PAID_TO_ME} OR payments_pays(payee_id)",
}
