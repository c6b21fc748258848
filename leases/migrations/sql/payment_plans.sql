-- Payment plans keep the rules of every guarded table (payments/migrations/sql/states.sql).
CREATE TRIGGER state BEFORE INSERT OR UPDATE ON leases_paymentplan FOR EACH ROW EXECUTE FUNCTION payments_guard_state('payment_plan');
CREATE CONSTRAINT TRIGGER event_of_insert AFTER INSERT ON leases_paymentplan DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payments_demand_event('payment_plan');
CREATE CONSTRAINT TRIGGER event_of_change AFTER UPDATE ON leases_paymentplan DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.version IS DISTINCT FROM NEW.version OR OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION payments_demand_event('payment_plan');

-- What was agreed is fixed, and its days once they stand.
CREATE FUNCTION leases_freeze_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.lease_id, NEW.party_id, NEW.amount_minor, NEW.grace_days, NEW.fees_go_on, NEW.proposed_by, NEW.created_at)
        IS DISTINCT FROM
       (OLD.lease_id, OLD.party_id, OLD.amount_minor, OLD.grace_days, OLD.fees_go_on, OLD.proposed_by, OLD.created_at)
        OR OLD.accepted_on IS NOT NULL AND NEW.accepted_on IS DISTINCT FROM OLD.accepted_on
        OR OLD.ended_on IS NOT NULL AND NEW.ended_on IS DISTINCT FROM OLD.ended_on THEN
        RAISE EXCEPTION 'the terms of payment plan % are frozen', OLD.public_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms BEFORE UPDATE ON leases_paymentplan FOR EACH ROW EXECUTE FUNCTION leases_freeze_plan();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON leases_planpart FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON leases_coveredcharge FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
