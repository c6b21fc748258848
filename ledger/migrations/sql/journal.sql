-- Entries: append-only, partitioned by month of recording. The last judge of the books is here.
-- No foreign keys: what they would say is said once per statement by the trigger of part 2, which joins every entry with its
-- account and its transaction anyway; accounts, books and transactions cannot be deleted (part 4). docs/decisions/0006.
CREATE TABLE ledger_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id bigint NOT NULL,
    leg smallint NOT NULL CHECK (leg > 0),
    account_id bigint NOT NULL,
    book_id bigint NOT NULL,
    currency varchar(3) NOT NULL,
    fund varchar(9) NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    balance_after bigint NOT NULL,
    seq bigint NOT NULL,
    item varchar(60),
    effective_on date NOT NULL CHECK (effective_on BETWEEN '1900-01-01' AND '2999-12-31'),
    at timestamptz NOT NULL,
    PRIMARY KEY (id, at),
    UNIQUE (transaction_id, leg, at),
    UNIQUE (account_id, at, seq)  -- per account `at` never falls as `seq` rises: this is the order of recording
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entry_item ON ledger_entry (account_id, item) WHERE item IS NOT NULL;
-- A balance is updated in place for ever: room in its page keeps these updates off the indexes.
ALTER TABLE ledger_account SET (fillfactor = 50);

-- 1. A refusal that a caller can act on: HINT is its code, DETAIL the reference that it is about.
CREATE FUNCTION ledger_refuse(code text, about text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = message, DETAIL = coalesce(about, ''), HINT = code;
END $$;

CREATE FUNCTION ledger_code(number text, subject text, currency text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT number || CASE WHEN subject <> '' THEN '/' || subject ELSE '' END || '.' || currency $$;

-- 2. After each statement that adds entries: they are whole transactions (legs 1 to n, so that nothing can be appended later:
--    leg 1 stands already), of the moment and nature of their transaction and account; zero per book and currency, per fund of
--    a payee's book and per mirror group; at most one payee's book; no floor passed; and the accounts moved with them.
--    One pass that finds nothing wrong, or the reason is looked for.
CREATE FUNCTION ledger_judge_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- BOOKS.md rule 6; not an argument, so that no caller can widen it. A test compares it with the code.
    may_overdraw CONSTANT text[] := ARRAY['dispute.fee', 'dispute.opened', 'payment.fee', 'payment.returned', 'return.fee'];
    bad record;
BEGIN
    PERFORM 1 FROM (
        WITH seen AS MATERIALIZED (
            SELECT e.transaction_id, e.leg, e.account_id, e.book_id, e.currency, e.amount_minor, e.seq, e.at, e.effective_on,
                   a.number < 'P' AS payee, e.fund = 'trust' AS trust, a.number IN ('P2120', 'P2160') AS payable, a.mirror,
                   e.seq = a.last_seq AND e.balance_after = a.balance_minor AS latest,
                   a.id IS NULL OR e.fund <> a.fund OR e.currency <> a.currency OR e.book_id <> a.book_id
                   OR (a.floor <> 'any' AND a.normal * e.amount_minor < 0
                       AND a.normal * e.balance_after < CASE a.floor WHEN 'kinds' THEN a.held_minor ELSE 0 END) AS suspect
            FROM added e LEFT JOIN ledger_account a ON a.id = e.account_id
        )
        SELECT 1 FROM ( -- a transaction: a scan of it for each would cost more than to come back once with its sums
            SELECT transaction_id, count(*) AS legs, max(leg) AS last_leg, bool_or(suspect) AS suspect, min(at) AS lo, max(at) AS hi,
                   min(effective_on) AS first_on, max(effective_on) AS last_on,
                   min(book_id) FILTER (WHERE payee) <> max(book_id) FILTER (WHERE payee) AS payees, bool_or(payable) AND bool_or(trust) AS mixed
            FROM seen GROUP BY transaction_id) s
        LEFT JOIN ledger_transaction t ON t.id = s.transaction_id
        WHERE s.legs < 2 OR s.last_leg <> s.legs OR s.suspect OR s.payees OR s.mixed
           OR t.id IS NULL OR t.at <> s.lo OR t.at <> s.hi OR t.effective_on <> s.first_on OR t.effective_on <> s.last_on
        UNION ALL -- a book and currency; in a payee's book a fund
        SELECT 1 FROM seen GROUP BY transaction_id, book_id, payee AND trust, currency HAVING sum(amount_minor) <> 0
        UNION ALL
        SELECT 1 FROM seen WHERE mirror <> '' GROUP BY transaction_id, mirror, currency HAVING sum(amount_minor) <> 0
        UNION ALL -- an account
        SELECT 1 FROM seen GROUP BY account_id HAVING NOT bool_or(latest) OR max(seq) - min(seq) + 1 <> count(*)
    ) AS found LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;

    SELECT t.id IS NULL AS stray, a.id IS NULL AS unknown, e.transaction_id, e.account_id, t.reference INTO bad
    FROM added e LEFT JOIN ledger_transaction t ON t.id = e.transaction_id LEFT JOIN ledger_account a ON a.id = e.account_id
    WHERE t.id IS NULL OR a.id IS NULL OR e.at <> t.at OR e.effective_on <> t.effective_on
       OR e.fund <> a.fund OR e.currency <> a.currency OR e.book_id <> a.book_id ORDER BY e.id LIMIT 1;
    IF FOUND THEN
        PERFORM CASE
            WHEN bad.stray THEN ledger_refuse('transaction_unknown', NULL, format('transaction %s is not there', bad.transaction_id))
            WHEN bad.unknown THEN ledger_refuse('account_unknown', bad.reference, format('account %s is not there', bad.account_id))
            ELSE ledger_refuse('entry_contradicts', bad.reference,
                               format('an entry on account %s contradicts its account or transaction', bad.account_id)) END;
    END IF;
    SELECT t.reference, count(*) AS legs INTO bad FROM added e JOIN ledger_transaction t ON t.id = e.transaction_id
    GROUP BY t.id, t.reference HAVING count(*) < 2 OR max(e.leg) <> count(*) ORDER BY t.id LIMIT 1;
    IF FOUND THEN
        PERFORM ledger_refuse('too_few_legs', bad.reference, format('transaction %s has %s entry', bad.reference, bad.legs));
    END IF;
    SELECT t.reference, s.what, s.total, s.apart INTO bad FROM (
        SELECT e.transaction_id, x.what, sum(e.amount_minor) AS total, (
            SELECT sum(w.amount_minor) = 0 AND count(DISTINCT w.currency) > 1 FROM added w
            WHERE w.transaction_id = e.transaction_id AND w.book_id = min(e.book_id)) AS apart
        FROM added e JOIN ledger_account a ON a.id = e.account_id
        CROSS JOIN LATERAL (VALUES
            ('book ' || e.book_id || ' ' || e.currency),
            (CASE WHEN a.number < 'P' THEN 'fund ' || e.fund || ' of book ' || e.book_id || ' ' || e.currency END),
            (CASE WHEN a.mirror <> '' THEN 'mirror ' || a.mirror || ' ' || e.currency END)
        ) AS x(what)
        WHERE x.what IS NOT NULL GROUP BY e.transaction_id, x.what
    ) s JOIN ledger_transaction t ON t.id = s.transaction_id WHERE s.total <> 0 ORDER BY s.transaction_id, s.what LIMIT 1;
    IF FOUND THEN
        PERFORM ledger_refuse(
            CASE WHEN bad.what LIKE 'fund%' THEN 'funds_mixed' WHEN bad.what LIKE 'mirror%' THEN 'mirror_missing'
                 WHEN bad.apart THEN 'currencies_mixed' ELSE 'unbalanced' END,
            bad.reference, format('transaction %s is unbalanced by %s in %s', bad.reference, bad.total, bad.what));
    END IF;
    SELECT t.reference INTO bad FROM added e
    JOIN ledger_transaction t ON t.id = e.transaction_id JOIN ledger_account a ON a.id = e.account_id
    GROUP BY t.id, t.reference, t.kind
    HAVING count(DISTINCT e.book_id) FILTER (WHERE a.number < 'P') > 1
        OR (t.kind <> 'payment.returned' AND bool_or(a.number IN ('P2120', 'P2160')) AND bool_or(e.fund = 'trust'))
    ORDER BY t.id LIMIT 1;
    IF FOUND THEN -- I25: a returned deposit alone may touch both
        PERFORM ledger_refuse('books_mixed', bad.reference,
                              format('transaction %s mixes two payees, or available money and trust', bad.reference));
    END IF;
    -- Floors hold after every transaction, not only at the end of a set. Of what is available (floor `kinds`) the held part is not
    -- there to be taken by any other kind; accounts that record what a rail or bank did know only zero.
    SELECT t.reference, ledger_code(a.number, a.subject, a.currency) AS code, a.normal * last.after AS after, a.held_minor, a.floor INTO bad
    FROM (SELECT e.transaction_id, e.account_id, (array_agg(e.balance_after ORDER BY e.seq DESC))[1] AS after,
                 sum(e.amount_minor) AS moved FROM added e GROUP BY e.transaction_id, e.account_id) last
    JOIN ledger_account a ON a.id = last.account_id JOIN ledger_transaction t ON t.id = last.transaction_id
    WHERE a.floor <> 'any' AND a.normal * last.moved < 0
      AND a.normal * last.after < CASE WHEN a.floor = 'zero' THEN 0 WHEN NOT t.kind = ANY(may_overdraw) THEN a.held_minor END
    ORDER BY t.id LIMIT 1;
    IF FOUND THEN
        PERFORM ledger_refuse('balance_insufficient', bad.reference, format('%s would stand at %s after %s%s', bad.code, bad.after,
            bad.reference, CASE WHEN bad.floor = 'kinds' AND bad.held_minor > 0 THEN format(', with %s held', bad.held_minor) ELSE '' END));
    END IF;
    SELECT e.account_id INTO bad FROM added e JOIN ledger_account a ON a.id = e.account_id GROUP BY e.account_id
    HAVING NOT bool_or(e.seq = a.last_seq AND e.balance_after = a.balance_minor) OR max(e.seq) - min(e.seq) + 1 <> count(*) LIMIT 1;
    IF FOUND THEN
        PERFORM ledger_refuse('balance_moved_apart', NULL, format('account %s and its entries do not move together', bad.account_id));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_judged AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_judge_entries();

-- 3. After each statement that adds transactions: each is of this database transaction and came with its entries, in the same
--    statement (nothing deferred, so nothing that SET CONSTRAINTS could fire too early). A reversal is the exact opposite.
CREATE FUNCTION ledger_judge_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
    ids bigint[];
    lo timestamptz;
    hi timestamptz;
BEGIN
    SELECT t.reference INTO bad FROM made t WHERE t.created_xid <> pg_current_xact_id()::text::bigint LIMIT 1;
    IF FOUND THEN
        PERFORM ledger_refuse('transaction_unknown', bad.reference, format('transaction %s is not of this database transaction', bad.reference));
    END IF;
    -- By one scan of the index within the partitions concerned: a join row by row costs more than all other guards together.
    SELECT array_agg(t.id), min(t.at), max(t.at) INTO ids, lo, hi FROM made t;
    IF (SELECT count(*) FROM ledger_entry e WHERE e.transaction_id = ANY(ids) AND e.leg = 1 AND e.at BETWEEN lo AND hi) < cardinality(ids) THEN
        SELECT t.reference INTO bad FROM made t
        WHERE NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.transaction_id = t.id AND e.leg = 1 AND e.at = t.at) LIMIT 1;
        PERFORM ledger_refuse('too_few_legs', bad.reference, format('transaction %s has no entries', bad.reference));
    END IF;
    IF EXISTS (SELECT 1 FROM made WHERE reverses_id IS NOT NULL) THEN
        SELECT m.reference INTO bad FROM made m LEFT JOIN ledger_transaction o ON o.id = m.reverses_id
        WHERE m.reverses_id IS NOT NULL AND (o.id IS NULL OR o.id >= m.id OR o.reverses_id IS NOT NULL) LIMIT 1;
        IF FOUND THEN -- judged now: its foreign key would look at the end of the transaction only
            PERFORM ledger_refuse('reversal_differs', bad.reference,
                                  format('transaction %s reverses nothing that stands and is not a reversal itself', bad.reference));
        END IF;
        SELECT m.reference INTO bad FROM made m JOIN ledger_transaction o ON o.id = m.reverses_id
        JOIN LATERAL (
            SELECT sum(x.amount_minor) AS left_over FROM (
                SELECT e.account_id, e.item, e.amount_minor FROM ledger_entry e
                WHERE (e.transaction_id = m.id AND e.at = m.at) OR (e.transaction_id = o.id AND e.at = o.at)) x
            GROUP BY x.account_id, x.item HAVING sum(x.amount_minor) <> 0 LIMIT 1
        ) u ON true LIMIT 1;
        IF FOUND THEN
            PERFORM ledger_refuse('reversal_differs', bad.reference, format('transaction %s is not the exact opposite of what it reverses', bad.reference));
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transactions_judged AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_judge_transactions();

-- 4. Nothing recorded is changed or removed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER kept BEFORE DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON ledger_book FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER kept_truncate BEFORE TRUNCATE ON ledger_book FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();

-- 5. An account's nature is fixed once it is open; its balance is moved by posting alone (the runtime role may not update it).
CREATE FUNCTION ledger_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.book_id, NEW.number, NEW.subject, NEW.currency, NEW.normal, NEW.fund, NEW.floor, NEW.mirror, NEW.by_item, NEW.public_id)
        IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.number, OLD.subject, OLD.currency, OLD.normal, OLD.fund, OLD.floor, OLD.mirror,
                          OLD.by_item, OLD.public_id) THEN
        RAISE EXCEPTION 'the nature of account % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nature BEFORE UPDATE OF id, public_id, book_id, number, subject, currency, normal, fund, floor, mirror, by_item ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_account();
CREATE FUNCTION ledger_guard_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        RAISE EXCEPTION 'account % is closed for good', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.closed_at IS NOT NULL AND (NEW.balance_minor <> 0
        OR EXISTS (SELECT 1 FROM ledger_hold h WHERE h.account_id = NEW.id AND h.state = 'pending')) THEN
        RAISE EXCEPTION 'account % is closed at zero, with nothing held', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closes_at_zero BEFORE UPDATE OF closed_at ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_guard_closing();
CREATE FUNCTION ledger_guard_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_minor <> 0 OR NEW.last_seq <> 0 OR NEW.held_minor <> 0 THEN
        RAISE EXCEPTION 'an account opens at zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.number < 'P') <> ((SELECT kind FROM ledger_book WHERE id = NEW.book_id) = 'L') THEN
        RAISE EXCEPTION 'account % does not stand in a book of that kind', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opens_at_zero BEFORE INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_guard_new_account();

SELECT directpay_make_partitions('ledger_entry', '2026-01-01', '2028-12-31');
