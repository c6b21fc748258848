-- What a seal covers is decided by the database transaction that made a row, not by its id: a lower id may commit later. The rows
-- that stand already get this migration's own, which is past. The index finds the young ones and costs next to nothing.
DO $$ DECLARE logged text; BEGIN
    FOREACH logged IN ARRAY ARRAY['ledger_book', 'ledger_account', 'ledger_hold', 'ledger_allocation', 'directpay_event'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN created_xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint', logged);
    END LOOP;
    FOREACH logged IN ARRAY ARRAY['ledger_transaction', 'ledger_allocation', 'directpay_event'] LOOP
        EXECUTE format('CREATE INDEX %I ON %I USING brin (created_xid) WITH (pages_per_range = 32, autosummarize = on)', logged || '_xid', logged);
    END LOOP;
    FOREACH logged IN ARRAY ARRAY['ledger_account', 'ledger_hold'] LOOP -- updated in place: their rows do not lie in order
        EXECUTE format('CREATE INDEX %I ON %I (created_xid)', logged || '_xid', logged);
    END LOOP;
    FOREACH logged IN ARRAY ARRAY['ledger_leaf', 'ledger_seal'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION directpay_append_only()', logged);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only()', logged);
    END LOOP;
END $$;

-- A seal follows the last one, and its leaves are there: no gap, no fork, nothing half sealed.
CREATE FUNCTION ledger_guard_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record; leaves record;
BEGIN
    SELECT coalesce(max(id), 0) AS id, coalesce(max(through), 0) AS through INTO last FROM ledger_seal;
    SELECT count(*) AS rows, max(id) AS through INTO leaves FROM ledger_leaf WHERE id > last.through;
    IF NEW.id <> last.id + 1
        OR NEW.previous <> coalesce((SELECT hash FROM ledger_seal WHERE id = last.id), decode(repeat('00', 32), 'hex'))
        OR (NEW.through, NEW.rows) IS DISTINCT FROM (leaves.through, leaves.rows) OR NEW.through <> last.through + NEW.rows
        OR NEW.head IS DISTINCT FROM (SELECT hash FROM ledger_leaf WHERE id = NEW.through) THEN
        RAISE EXCEPTION 'seal % does not follow seal %', NEW.id, last.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON ledger_seal FOR EACH ROW EXECUTE FUNCTION ledger_guard_seal();
