-- What was agreed is frozen. Of a promise, less may be taken than was promised: that alone lowers what is agreed, once, when it is taken.
CREATE OR REPLACE FUNCTION payments_freeze_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.currency, NEW.payer_id, NEW.payee_id, NEW.applies_to_id, NEW.bank_account_id, NEW.card_id, NEW.mandate_id, NEW.captures_later,
        NEW.rail, NEW.origin, NEW.created_at, NEW.tendered_on, NEW.expected_at, NEW.expected_on)
        IS DISTINCT FROM
       (OLD.currency, OLD.payer_id, OLD.payee_id, OLD.applies_to_id, OLD.bank_account_id, OLD.card_id, OLD.mandate_id, OLD.captures_later,
        OLD.rail, OLD.origin, OLD.created_at, OLD.tendered_on, OLD.expected_at, OLD.expected_on)
    OR (NEW.amount_minor, NEW.fee_minor, NEW.fee_payer, NEW.tax_minor, NEW.charged_minor, NEW.net_minor)
        IS DISTINCT FROM
       (OLD.amount_minor, OLD.fee_minor, OLD.fee_payer, OLD.tax_minor, OLD.charged_minor, OLD.net_minor)
        AND NOT (OLD.status = 'authorized' AND NEW.status = 'processing' AND NEW.amount_minor < OLD.amount_minor)
    OR OLD.authorized_minor IS NOT NULL AND NEW.authorized_minor IS DISTINCT FROM OLD.authorized_minor THEN
        RAISE EXCEPTION 'the terms of payment % are frozen', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
