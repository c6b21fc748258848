-- A state moves along a known edge, with its event of the same version, or not at all.
-- Guarded tables have: public_id, status, version, changed_at. The trigger's argument names the machine.
CREATE FUNCTION payments_guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted text := TG_ARGV[0];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.version <> 1 OR NOT EXISTS (
            SELECT 1 FROM payments_transition t WHERE t.machine = wanted AND t.source = '' AND t.target = NEW.status) THEN
            RAISE EXCEPTION '% may not begin as % (version %)', wanted, NEW.status, NEW.version USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.public_id <> OLD.public_id THEN
        RAISE EXCEPTION 'the identity of % is fixed', wanted USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.version <> OLD.version AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION '% % may not jump from version % to %', wanted, OLD.public_id, OLD.version, NEW.version
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status <> OLD.status THEN
        IF NEW.version <> OLD.version + 1 THEN
            RAISE EXCEPTION '% % may not change from % to % without a version of its own', wanted, OLD.public_id, OLD.status, NEW.status
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM payments_transition t
            WHERE t.machine = wanted AND t.source = OLD.status AND t.target = NEW.status) THEN
            RAISE EXCEPTION '% % may not go from % to %', wanted, OLD.public_id, OLD.status, NEW.status
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- At commit: each version has its event, with the state that it brought.
CREATE FUNCTION payments_demand_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM directpay_event e WHERE e.object_id = NEW.public_id AND e.version = NEW.version
                   AND e.at = NEW.changed_at AND e.data->>'status' = NEW.status) THEN
        RAISE EXCEPTION '% % reached version % (%) without its event', TG_ARGV[0], NEW.public_id, NEW.version, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_payment FOR EACH ROW EXECUTE FUNCTION payments_guard_state('payment');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_payment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('payment');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_payment DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('payment');

CREATE TRIGGER state BEFORE INSERT OR UPDATE ON payments_bankaccount FOR EACH ROW EXECUTE FUNCTION payments_guard_state('bank_account');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON payments_bankaccount DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('bank_account');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON payments_bankaccount DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('bank_account');

-- What was agreed is frozen: the figures, the parties, the account.
CREATE FUNCTION payments_freeze_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.amount_minor, NEW.currency, NEW.fee_minor, NEW.fee_payer, NEW.tax_minor, NEW.charged_minor, NEW.net_minor, NEW.payer_id,
        NEW.payee_id, NEW.applies_to_id, NEW.bank_account_id, NEW.rail, NEW.origin, NEW.created_at, NEW.tendered_on, NEW.expected_at,
        NEW.expected_on)
        IS DISTINCT FROM
       (OLD.amount_minor, OLD.currency, OLD.fee_minor, OLD.fee_payer, OLD.tax_minor, OLD.charged_minor, OLD.net_minor, OLD.payer_id,
        OLD.payee_id, OLD.applies_to_id, OLD.bank_account_id, OLD.rail, OLD.origin, OLD.created_at, OLD.tendered_on, OLD.expected_at,
        OLD.expected_on) THEN
        RAISE EXCEPTION 'the terms of payment % are frozen', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON payments_payment FOR EACH ROW EXECUTE FUNCTION payments_freeze_terms();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON payments_claim FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
