-- Payment intents keep the rules of every guarded table (states.sql).
CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_paymentintent FOR EACH ROW EXECUTE FUNCTION payments_guard_state('payment_intent');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_paymentintent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('payment_intent');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_paymentintent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('payment_intent');

-- One attempt at a time: while a payment of an intent may still clear, or has, neither it nor what it is for is exchanged.
CREATE FUNCTION payments_freeze_intent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.secret, NEW.created_at, NEW.created_by_id) IS DISTINCT FROM (OLD.secret, OLD.created_at, OLD.created_by_id) THEN
        RAISE EXCEPTION 'the origin of payment intent % is fixed', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.payment_id IS NOT NULL
        AND (NEW.payment_id, NEW.amount_minor, NEW.currency, NEW.rail, NEW.applies_to_id, NEW.origin, NEW.payee_id, NEW.customer_id,
             NEW.bank_account_id)
            IS DISTINCT FROM
            (OLD.payment_id, OLD.amount_minor, OLD.currency, OLD.rail, OLD.applies_to_id, OLD.origin, OLD.payee_id, OLD.customer_id,
             OLD.bank_account_id)
        OR OLD.status = 'confirmed' AND NEW.status IN ('open', 'awaiting_action'))
        AND (NEW.payment_id IS NULL OR EXISTS (SELECT 1 FROM payments_payment p WHERE p.id = OLD.payment_id AND p.status <> 'failed')) THEN
        RAISE EXCEPTION 'payment intent % has an attempt that has not failed', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON payments_paymentintent FOR EACH ROW EXECUTE FUNCTION payments_freeze_intent();
