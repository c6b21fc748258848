-- What was known: a transaction is, if the database transaction that made it had ended when the snapshot was taken.
CREATE FUNCTION ledger_known(created_xid bigint, snapshot text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_visible_in_snapshot(created_xid::text::xid8, snapshot::pg_snapshot) $$;

-- A book is closed forwards only, and what is closed, marked or summed up stays as it is.
CREATE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_period WHERE book_id = NEW.book_id AND through_on >= NEW.through_on) THEN
        RAISE EXCEPTION 'book % is closed beyond % already', NEW.book_id, NEW.through_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER forwards BEFORE INSERT ON ledger_period FOR EACH ROW EXECUTE FUNCTION ledger_guard_period();
DO $$ DECLARE kept text; BEGIN
    FOREACH kept IN ARRAY ARRAY['ledger_period', 'ledger_watermark', 'ledger_checkpoint'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION directpay_append_only()', kept);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only()', kept);
    END LOOP;
END $$;
