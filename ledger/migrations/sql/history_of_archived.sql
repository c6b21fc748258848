-- Why nobody can say what was known at a moment, in the word that callers are told; null where it can be said. Of archived months the
-- entries are away, and only sums are left; `known_after` is when the last of a month was not committed yet, although the month was over.
-- Whatever was imported was made known by the import.
CREATE FUNCTION ledger_untold(asked timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM ledger_archivedmonth m WHERE asked < m.until OR asked <= m.known_after) THEN 'entries_archived'
        WHEN asked <= (SELECT l.known_after FROM ledger_limit l) THEN 'not_known_here'
    END
$$;

-- As in history.sql, but for what is archived: a checkpoint carries its sum where it was made after the last archived entry. With none
-- (the answer is of an earlier moment than the checkpoints that archiving made), the sums of the archive do.
CREATE OR REPLACE FUNCTION ledger_balance_as_of(account bigint, day date, known_at timestamptz, snapshot text) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    last record;
    earlier bigint;
    checked record;
BEGIN
    IF known_at IS NULL THEN
        SELECT a.last_seq AS seq, a.last_at AS at, a.balance_minor AS balance INTO last FROM ledger_account a WHERE a.id = account;
    ELSE
        SELECT e.seq, e.at, e.balance_after AS balance INTO last FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE e.account_id = account AND e.at <= known_at AND ledger_known(t.created_xid, snapshot)
        ORDER BY e.at DESC, e.seq DESC LIMIT 1;
    END IF;
    IF last.seq = 0 THEN RETURN 0; END IF;
    IF last.seq IS NOT NULL THEN
        IF day IS NULL THEN RETURN last.balance; END IF;
        SELECT c.through_seq AS seq, c.through_at AS at INTO checked FROM ledger_checkpoint c
        WHERE c.account_id = account AND c.through_seq <= last.seq ORDER BY c.through_seq DESC LIMIT 1;
        IF checked.at >= ledger_archived_until() THEN
            SELECT coalesce(sum(c.total_minor), 0) INTO earlier FROM ledger_checkpoint c
            WHERE c.account_id = account AND c.through_seq <= checked.seq AND c.effective_on <= day;
            RETURN earlier + coalesce((
                SELECT sum(e.amount_minor) FROM ledger_entry e
                WHERE e.account_id = account AND e.at >= checked.at AND e.seq > checked.seq AND e.at <= last.at AND e.seq <= last.seq
                  AND e.effective_on <= day), 0);
        END IF;
    END IF;
    SELECT coalesce(sum(r.debits_minor - r.credits_minor), 0) INTO earlier FROM ledger_archivedsum r
    WHERE r.account_id = account AND (day IS NULL OR r.effective_on <= day);
    IF last.seq IS NULL THEN RETURN earlier; END IF; -- nothing of what was known is left here: all of it is archived, or there never was any
    RETURN earlier + coalesce((
        SELECT sum(e.amount_minor) FROM ledger_entry e
        WHERE e.account_id = account AND e.at <= last.at AND e.seq <= last.seq AND e.effective_on <= day), 0);
END $$;

-- A day is over when it is over where it ends last, twelve hours behind UTC; an hour is left to clocks that differ. How far moments of
-- recording may lie ahead is a day, which is not meant here; what an owner allows beyond that is. What a closing knew is what is
-- committed at it: the newest watermark, and its moment.
CREATE OR REPLACE FUNCTION ledger_guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    over timestamptz;
BEGIN
    SELECT ledger_latest_moment() - least(interval '1 day', l.ahead - interval '1 hour') - interval '12 hours' INTO STRICT over FROM ledger_limit l;
    IF NEW.through_on >= (over AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'the day % is not over', NEW.through_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM ledger_period WHERE book_id = NEW.book_id AND through_on >= NEW.through_on) THEN
        RAISE EXCEPTION 'book % is closed beyond % already', NEW.book_id, NEW.through_on USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_watermark w WHERE w.id = NEW.watermark_id AND w.at = NEW.closed_at
            AND NOT EXISTS (SELECT FROM ledger_watermark x WHERE (x.at, x.id) > (w.at, w.id))) THEN
        RAISE EXCEPTION 'a book is closed as it is known at its closing' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION ledger_guard_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_minor <> 0 OR NEW.last_seq <> 0 OR NEW.held_minor <> 0 OR NEW.last_at IS NOT NULL THEN
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
