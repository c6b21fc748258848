-- What the books take from whoever writes to them, whatever it says: no moment far ahead of our clock (it would drag `last_at` and
-- what is known along for good), no account of a nature that its kind does not have, no closing of days that are not over.

-- The latest moment that is believed. Our clock is the machine's, or the sandbox's row; how far ahead of it others may go is the
-- owner's to say.
CREATE FUNCTION ledger_latest_moment() RETURNS timestamptz LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ours record;
    allowed interval;
BEGIN
    SELECT c.frozen_at, c.offset_microseconds INTO ours FROM directpay_clock c;
    SELECT l.ahead INTO STRICT allowed FROM ledger_limit l;
    RETURN coalesce(ours.frozen_at, clock_timestamp() + coalesce(ours.offset_microseconds, 0) * interval '1 microsecond') + allowed;
END $$;

CREATE OR REPLACE FUNCTION ledger_refuse_ahead(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF moment > ledger_latest_moment() THEN
        RAISE EXCEPTION 'the moment % lies far ahead of our clock', moment USING ERRCODE = 'invalid_parameter_value';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ledger_guard_watermark() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.watermark'));
    PERFORM ledger_refuse_ahead(NEW.at);
    IF NEW.at < (SELECT max(at) FROM ledger_watermark) THEN
        RAISE EXCEPTION 'a watermark never goes back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.snapshot := pg_current_snapshot()::text;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.through_on >= (ledger_latest_moment() AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'the day % is not over', NEW.through_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_period WHERE book_id = NEW.book_id AND through_on >= NEW.through_on) THEN
        RAISE EXCEPTION 'book % is closed beyond % already', NEW.book_id, NEW.through_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_guard_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_minor <> 0 OR NEW.last_seq <> 0 OR NEW.held_minor <> 0 THEN
        RAISE EXCEPTION 'an account opens at zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.number < 'P') <> ((SELECT kind FROM ledger_book WHERE id = NEW.book_id) = 'L') THEN
        RAISE EXCEPTION 'account % does not stand in a book of that kind', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM ledger_kind k WHERE (k.number, k.normal, k.fund, k.floor, k.by_item, k.mirror)
            = (NEW.number, NEW.normal, NEW.fund, NEW.floor, NEW.by_item, split_part(NEW.mirror, ':', 1))) THEN
        PERFORM ledger_refuse('account_nature', NULL, format('account %s has not the nature of its kind', NEW.number));
    END IF;
    RETURN NEW;
END $$;

DO $$ DECLARE kept text; BEGIN
    FOREACH kept IN ARRAY ARRAY['ledger_kind', 'ledger_limit'] LOOP
        EXECUTE format('CREATE TRIGGER kept BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION directpay_append_only()', kept);
        EXECUTE format('CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only()', kept);
    END LOOP;
END $$;
