-- Payouts keep the rules of every guarded table (states.sql).
CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_guard_state('payout');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_payout DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('payout');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_payout DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('payout');

-- What was ordered is fixed: an order that changed could be sent twice.
CREATE FUNCTION payments_freeze_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.purpose, NEW.rail, NEW.payee_id, NEW.bank_account_id, NEW.currency, NEW.amount_minor, NEW.interest_minor, NEW.origin,
        NEW.trust_bank, NEW.party, NEW.created_at, NEW.expected_on)
        IS DISTINCT FROM
       (OLD.purpose, OLD.rail, OLD.payee_id, OLD.bank_account_id, OLD.currency, OLD.amount_minor, OLD.interest_minor, OLD.origin,
        OLD.trust_bank, OLD.party, OLD.created_at, OLD.expected_on)
        OR OLD.placed_at IS NOT NULL AND NEW.placed_at IS DISTINCT FROM OLD.placed_at THEN
        RAISE EXCEPTION 'the terms of payout % are frozen', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_freeze_payout();
