-- Refunds keep the rules of every guarded table (states.sql).
CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_refund FOR EACH ROW EXECUTE FUNCTION payments_guard_state('refund');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_refund DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('refund');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_refund DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('refund');

-- What was ordered is fixed: an order that changed could be sent twice.
CREATE FUNCTION payments_freeze_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.payment_id, NEW.payer_id, NEW.payee_id, NEW.rail, NEW.currency, NEW.amount_minor, NEW.reason, NEW.gives_fee_back,
        NEW.clawed_minor, NEW.payer_fee_minor, NEW.from_pending, NEW.once, NEW.created_at, NEW.expected_on)
        IS DISTINCT FROM
       (OLD.payment_id, OLD.payer_id, OLD.payee_id, OLD.rail, OLD.currency, OLD.amount_minor, OLD.reason, OLD.gives_fee_back,
        OLD.clawed_minor, OLD.payer_fee_minor, OLD.from_pending, OLD.once, OLD.created_at, OLD.expected_on)
        OR OLD.placed_at IS NOT NULL AND NEW.placed_at IS DISTINCT FROM OLD.placed_at THEN
        RAISE EXCEPTION 'the terms of refund % are frozen', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON payments_refund FOR EACH ROW EXECUTE FUNCTION payments_freeze_refund();

-- Whoever asks: of one payment never more goes back than was paid, two at once wait for each other, and nothing of one that did not clear.
CREATE FUNCTION payments_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid payments_payment;
BEGIN
    SELECT * INTO paid FROM payments_payment p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
    IF paid.status NOT IN ('completed', 'settled') THEN
        RAISE EXCEPTION 'payment % is %: nothing of it goes back', paid.public_id, paid.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (SELECT sum(r.amount_minor) FROM payments_refund r
        WHERE r.payment_id = NEW.payment_id AND r.status NOT IN ('failed', 'canceled', 'returned')) > paid.amount_minor THEN
        RAISE EXCEPTION 'more than payment % would go back', paid.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER within AFTER INSERT ON payments_refund FOR EACH ROW EXECUTE FUNCTION payments_refund_within();
