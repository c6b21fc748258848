-- A hold is resolved once; what it promises is fixed; and what is held stands on the account that it would lower.
CREATE FUNCTION ledger_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'pending' THEN
        RAISE EXCEPTION 'hold % is resolved', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.public_id, NEW.account_id, NEW.amount_minor, NEW.reference, NEW.expires_at, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.public_id, OLD.account_id, OLD.amount_minor, OLD.reference, OLD.expires_at, OLD.created_at) THEN
        RAISE EXCEPTION 'what hold % promises is fixed', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.posted_minor < 0 OR NEW.posted_minor > abs(NEW.amount_minor) OR (NEW.posted_minor > 0) <> (NEW.state = 'posted') THEN
        RAISE EXCEPTION 'hold % is posted up to its amount, or not at all', OLD.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER resolved_once BEFORE UPDATE ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_guard_hold();

CREATE FUNCTION ledger_guard_new_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'pending' OR NEW.posted_minor <> 0 THEN
        RAISE EXCEPTION 'hold % begins as pending', NEW.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER begins_pending BEFORE INSERT ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_guard_new_hold();

-- As the owner, since nobody else may move what stands on an account. One that would raise it never counts.
CREATE FUNCTION ledger_count_hold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    held record;
    lowers boolean;
BEGIN
    UPDATE ledger_account a SET held_minor = a.held_minor + CASE WHEN NEW.state = 'pending' THEN 1 ELSE -1 END * abs(NEW.amount_minor)
    WHERE a.id = NEW.account_id AND a.normal * NEW.amount_minor < 0
    RETURNING a.floor, a.normal * a.balance_minor AS shown, a.held_minor,
              ledger_code(a.number, a.subject, a.currency) AS code INTO held;
    lowers := FOUND;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM ledger_account a WHERE a.id = NEW.account_id AND a.closed_at IS NOT NULL) THEN
        PERFORM ledger_refuse('account_closed', NEW.reference, format('account %s is closed', NEW.account_id));
    END IF;
    IF lowers AND TG_OP = 'INSERT' AND held.floor <> 'any' AND held.shown < held.held_minor THEN
        PERFORM ledger_refuse('balance_insufficient', NEW.reference, format('%s has not that much available', held.code));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counted AFTER INSERT ON ledger_hold FOR EACH ROW EXECUTE FUNCTION ledger_count_hold();
CREATE TRIGGER counted_off AFTER UPDATE ON ledger_hold FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
    EXECUTE FUNCTION ledger_count_hold();
CREATE TRIGGER kept BEFORE DELETE ON ledger_hold FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON ledger_hold FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
