-- What was known: a transaction is, if the database transaction that made it had ended when the snapshot was taken.
CREATE FUNCTION ledger_known(created_xid bigint, snapshot text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT pg_visible_in_snapshot(created_xid::text::xid8, snapshot::pg_snapshot) $$;

-- A watermark says what the database had committed when it was made, whoever inserts it, and never goes back.
CREATE FUNCTION ledger_guard_watermark() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.watermark'));
    IF NEW.at < (SELECT max(at) FROM ledger_watermark) THEN
        RAISE EXCEPTION 'a watermark never goes back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.snapshot := pg_current_snapshot()::text;
    RETURN NEW;
END $$;
CREATE TRIGGER truthful BEFORE INSERT ON ledger_watermark FOR EACH ROW EXECUTE FUNCTION ledger_guard_watermark();

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

-- Signed balance of an account: of the entries effective on or before `day` (null: whenever) that were known (null: now).
-- What is known of an account is a prefix of its entries, since whoever posts holds its row until the commit. So: find the last
-- entry of the prefix; with no day its running balance is the answer; else add up the checkpoints inside it and the few entries
-- after the last of those.
CREATE FUNCTION ledger_balance_as_of(account bigint, day date, known_at timestamptz, snapshot text) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    last record;
    sum_of_checkpoints bigint;
    checked record;
BEGIN
    IF known_at IS NULL THEN
        SELECT a.last_seq AS seq, a.last_at AS at, a.balance_minor AS balance INTO last FROM ledger_account a WHERE a.id = account;
    ELSE
        SELECT e.seq, e.at, e.balance_after AS balance INTO last FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE e.account_id = account AND e.at <= known_at AND ledger_known(t.created_xid, snapshot)
        ORDER BY e.at DESC, e.seq DESC LIMIT 1;
    END IF;
    IF last.seq IS NULL THEN -- nothing is left of what was known: all of it is archived, or there never was any
        RETURN coalesce((SELECT sum(r.debits_minor - r.credits_minor) FROM ledger_archivedsum r
                         WHERE r.account_id = account AND (day IS NULL OR r.effective_on <= day)), 0);
    END IF;
    IF last.seq = 0 THEN RETURN 0; END IF;
    IF day IS NULL THEN RETURN last.balance; END IF;
    SELECT c.through_seq AS seq, c.through_at AS at INTO checked FROM ledger_checkpoint c
    WHERE c.account_id = account AND c.through_seq <= last.seq ORDER BY c.through_seq DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e
                         WHERE e.account_id = account AND e.at <= last.at AND e.seq <= last.seq AND e.effective_on <= day), 0);
    END IF;
    SELECT coalesce(sum(c.total_minor), 0) INTO sum_of_checkpoints FROM ledger_checkpoint c
    WHERE c.account_id = account AND c.through_seq <= checked.seq AND c.effective_on <= day;
    RETURN sum_of_checkpoints + coalesce((
        SELECT sum(e.amount_minor) FROM ledger_entry e
        WHERE e.account_id = account AND e.at >= checked.at AND e.seq > checked.seq AND e.at <= last.at AND e.seq <= last.seq
          AND e.effective_on <= day), 0);
END $$;

-- Sum up the accounts with at least `entries` since their last checkpoint, `accounts` of them at most; says how many it did.
-- One statement sees one snapshot: an account's last_seq and its entries up to there belong together.
CREATE FUNCTION ledger_make_checkpoints(entries bigint, accounts integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.checkpoint'));
    WITH grown AS (
        SELECT a.id, a.last_seq, a.last_at, coalesce(c.through_seq, 0) AS since_seq, coalesce(c.through_at, '-infinity') AS since_at
        FROM ledger_account a
        LEFT JOIN LATERAL (SELECT through_seq, through_at FROM ledger_checkpoint WHERE account_id = a.id
                           ORDER BY through_seq DESC LIMIT 1) c ON true
        WHERE a.last_seq >= coalesce(c.through_seq, 0) + greatest(entries, 1) ORDER BY a.id LIMIT accounts
    ), added AS (
        INSERT INTO ledger_checkpoint (account_id, through_seq, through_at, effective_on, total_minor)
        SELECT g.id, g.last_seq, g.last_at, e.effective_on, sum(e.amount_minor)
        FROM grown g JOIN ledger_entry e ON e.account_id = g.id AND e.at BETWEEN g.since_at AND g.last_at AND e.seq > g.since_seq AND e.seq <= g.last_seq
        GROUP BY g.id, g.last_seq, g.last_at, e.effective_on RETURNING account_id
    ) SELECT count(DISTINCT account_id) INTO made FROM added;
    RETURN made;
END $$;
