-- Setup intents keep the rules of every guarded table (states.sql).
CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_setupintent FOR EACH ROW EXECUTE FUNCTION payments_guard_state('setup_intent');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_setupintent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('setup_intent');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_setupintent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('setup_intent');

-- What was set up stays what it was, and whose; nothing is exchanged while the processor is asked about it.
CREATE FUNCTION payments_freeze_setup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.secret, NEW.created_at, NEW.created_by_id, NEW.usage) IS DISTINCT FROM (OLD.secret, OLD.created_at, OLD.created_by_id, OLD.usage) THEN
        RAISE EXCEPTION 'the origin of setup intent % is fixed', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status IN ('processing', 'succeeded', 'canceled')
        AND (NEW.customer_id, NEW.card_id, NEW.bank_account_id) IS DISTINCT FROM (OLD.customer_id, OLD.card_id, OLD.bank_account_id)
        OR OLD.status IN ('succeeded', 'canceled') AND NEW.mandate_id IS DISTINCT FROM OLD.mandate_id THEN
        RAISE EXCEPTION 'what setup intent % sets up is fixed', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON payments_setupintent FOR EACH ROW EXECUTE FUNCTION payments_freeze_setup();
