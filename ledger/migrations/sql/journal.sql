-- Entries: append-only, partitioned by month of recording. The last judge of the books is here.
CREATE TABLE ledger_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id bigint NOT NULL,
    account_id bigint NOT NULL,
    book_id bigint NOT NULL,
    currency varchar(3) NOT NULL,
    fund varchar(9) NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    balance_after bigint NOT NULL,
    seq bigint NOT NULL,
    item varchar(60),
    effective_on date NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (id, at),
    UNIQUE (account_id, seq, at),
    FOREIGN KEY (account_id, book_id, currency) REFERENCES ledger_account (id, book_id, currency)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_entry_transaction ON ledger_entry (transaction_id);
CREATE INDEX ledger_entry_item ON ledger_entry (account_id, item) WHERE item IS NOT NULL;

-- 1. A transaction belongs to the database transaction that made it; nobody may claim another one.
CREATE FUNCTION ledger_stamp_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.created_xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE INSERT ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION ledger_stamp_transaction();

-- 2. What a set of transactions must satisfy; raises, or returns.
--    Planned once and by index, whatever statistics say of a young table: planning anew over two dozen partitions would cost
--    more than the check. An entry stands at the moment of its transaction, so the bounds leave one partition to look into.
CREATE FUNCTION ledger_check_transactions(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    broken record;
    lo timestamptz;
    hi timestamptz;
BEGIN
    SELECT min(at), max(at) INTO lo, hi FROM ledger_transaction WHERE id = ANY(ids);
    SELECT e.transaction_id, t.reference, count(*) AS legs INTO broken
    FROM ledger_entry e LEFT JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE e.transaction_id = ANY(ids) AND e.at BETWEEN lo AND hi
    GROUP BY e.transaction_id, t.reference, t.id
    HAVING count(*) < 2 OR t.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % has % entry', coalesce(broken.reference, broken.transaction_id::text), broken.legs
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- zero per book and currency, per fund of a payee's book, and per mirror group
    SELECT s.transaction_id, s.what, s.total INTO broken FROM (
        SELECT e.transaction_id, x.what, sum(e.amount_minor) AS total
        FROM ledger_entry e
        JOIN ledger_account a ON a.id = e.account_id
        JOIN ledger_book b ON b.id = e.book_id
        CROSS JOIN LATERAL (VALUES
            ('book ' || e.book_id || ' ' || e.currency),
            (CASE WHEN b.kind = 'L' THEN 'fund ' || e.fund || ' of book ' || e.book_id || ' ' || e.currency END),
            (CASE WHEN a.mirror <> '' THEN 'mirror ' || a.mirror || ' ' || e.currency END)
        ) AS x(what)
        WHERE e.transaction_id = ANY(ids) AND e.at BETWEEN lo AND hi AND x.what IS NOT NULL
        GROUP BY e.transaction_id, x.what
    ) s WHERE s.total <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % is unbalanced by % in %',
            (SELECT reference FROM ledger_transaction WHERE id = broken.transaction_id), broken.total, broken.what
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- at most one payee's book; available money and trust never in one transaction (I25), but for a returned deposit
    SELECT t.reference INTO broken
    FROM ledger_entry e
    JOIN ledger_transaction t ON t.id = e.transaction_id
    JOIN ledger_account a ON a.id = e.account_id
    JOIN ledger_book b ON b.id = e.book_id
    WHERE e.transaction_id = ANY(ids) AND e.at BETWEEN lo AND hi
    GROUP BY t.id, t.reference, t.kind
    HAVING count(DISTINCT b.id) FILTER (WHERE b.kind = 'L') > 1
        OR (t.kind <> 'payment.returned' AND bool_or(a.number IN ('P2120', 'P2160')) AND bool_or(b.kind = 'L' AND e.fund = 'trust'))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % mixes two payees, or available money and trust', broken.reference
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

-- 3. At commit: a transaction has entries and balances (catches the one without entries).
CREATE FUNCTION ledger_check_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_entry WHERE transaction_id = NEW.id AND at = NEW.at) THEN
        RAISE EXCEPTION 'transaction % has no entries', NEW.reference USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM ledger_check_transactions(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER complete AFTER INSERT ON ledger_transaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_check_at_commit();

-- 4. After each statement that adds entries: their transactions were made by this very database transaction and balance.
--    A deferred check alone can be fired early by SET CONSTRAINTS and appended to behind its back.
CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off AS $$
DECLARE ids bigint[]; stranger bigint;
BEGIN
    SELECT array_agg(DISTINCT transaction_id) INTO ids FROM added;
    IF ids IS NULL THEN RETURN NULL; END IF;
    SELECT i INTO stranger FROM unnest(ids) AS i LEFT JOIN ledger_transaction t ON t.id = i
    WHERE t.id IS NULL OR t.created_xid <> pg_current_xact_id()::text::bigint LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries may not be appended to transaction %', stranger USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT n.account_id INTO stranger FROM added n JOIN ledger_account a ON a.id = n.account_id
        JOIN ledger_transaction t ON t.id = n.transaction_id
    WHERE n.fund <> a.fund OR n.effective_on <> t.effective_on OR n.at <> t.at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an entry on account % contradicts its account or transaction', stranger
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    PERFORM ledger_check_transactions(ids);
    RETURN NULL;
END $$;
CREATE TRIGGER entries_complete AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();

-- 5. Nothing recorded is changed or removed.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();

-- 6. An account's nature is fixed once it is open; its balance is moved by posting alone (the runtime role may not update it).
CREATE FUNCTION ledger_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.book_id, NEW.number, NEW.subject, NEW.currency, NEW.normal, NEW.fund, NEW.floor, NEW.mirror, NEW.by_item)
        IS DISTINCT FROM (OLD.book_id, OLD.number, OLD.subject, OLD.currency, OLD.normal, OLD.fund, OLD.floor, OLD.mirror, OLD.by_item) THEN
        RAISE EXCEPTION 'the nature of account % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nature BEFORE UPDATE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_guard_account();
CREATE FUNCTION ledger_guard_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.balance_minor <> 0 OR NEW.last_seq <> 0 THEN
        RAISE EXCEPTION 'an account opens at zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER opens_at_zero BEFORE INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_guard_new_account();

-- 7. The one way to post. A set of transactions, all or nothing, in one round trip; a single posting is a set of one.
--    items: [{"reference", "public_id", "kind", "effective_on", "at", "hash", "request_id",
--             "entries": [[account_id, signed amount, item or null], …]}, …]
--    Idempotent by reference: the same content again is answered with what stands; other content is refused.
--    Accounts are locked in order of id, entries carry balance_after by window sum, each balance is updated once.
CREATE FUNCTION ledger_post(items jsonb)
RETURNS TABLE (reference text, transaction_id bigint, posted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    -- BOOKS.md rule 6; not an argument, so that no caller can widen it. A test compares it with the code.
    may_overdraw CONSTANT text[] := ARRAY['dispute.fee', 'dispute.opened', 'payment.fee', 'payment.returned', 'return.fee'];
    account_ids bigint[];
    fresh text[];
    broken record;
    lo timestamptz;
    hi timestamptz;
BEGIN
    SELECT min((i->>'at')::timestamptz), max((i->>'at')::timestamptz) INTO lo, hi FROM jsonb_array_elements(items) AS i;
    SELECT array_agg(DISTINCT (leg->>0)::bigint) INTO account_ids
    FROM jsonb_array_elements(items) AS item, jsonb_array_elements(item->'entries') AS leg;
    PERFORM 1 FROM ledger_account WHERE id = ANY(account_ids) ORDER BY id FOR NO KEY UPDATE;

    WITH inserted AS (
        INSERT INTO ledger_transaction (reference, public_id, kind, effective_on, at, content_hash, request_id, created_xid)
        SELECT i->>'reference', i->>'public_id', i->>'kind', (i->>'effective_on')::date, (i->>'at')::timestamptz,
               i->>'hash', i->>'request_id', 0
        FROM jsonb_array_elements(items) WITH ORDINALITY AS x(i, n) ORDER BY n
        ON CONFLICT ON CONSTRAINT ledger_transaction_reference_key DO NOTHING
        RETURNING ledger_transaction.reference
    ) SELECT coalesce(array_agg(inserted.reference), '{}') INTO fresh FROM inserted;

    SELECT t.reference AS ref INTO broken
    FROM jsonb_array_elements(items) AS i JOIN ledger_transaction t ON t.reference = i->>'reference'
    WHERE t.content_hash <> i->>'hash' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'reference % stands already with other content', broken.ref
            USING ERRCODE = 'unique_violation', DETAIL = broken.ref, HINT = 'reference_reused';
    END IF;

    WITH legs AS (
        SELECT n AS item_n, m AS leg_n, t.id AS transaction_id, (leg->>0)::bigint AS account_id, (leg->>1)::bigint AS amount,
               leg->>2 AS item, t.effective_on, t.at
        FROM jsonb_array_elements(items) WITH ORDINALITY AS x(i, n)
        JOIN ledger_transaction t ON t.reference = i->>'reference' AND t.reference = ANY(fresh)
        CROSS JOIN LATERAL jsonb_array_elements(i->'entries') WITH ORDINALITY AS y(leg, m)
    ), running AS (
        SELECT legs.*, a.book_id, a.currency, a.fund,
               a.balance_minor + sum(amount) OVER w AS balance_after, a.last_seq + row_number() OVER w AS seq
        FROM legs JOIN ledger_account a ON a.id = legs.account_id
        WINDOW w AS (PARTITION BY legs.account_id ORDER BY item_n, leg_n)
    )
    INSERT INTO ledger_entry (transaction_id, account_id, book_id, currency, fund, amount_minor, balance_after, seq, item, effective_on, at)
    SELECT running.transaction_id, account_id, book_id, currency, fund, amount, balance_after, seq, item, effective_on, at
    FROM running ORDER BY item_n, leg_n;

    -- Floors hold after every transaction of the set, not only at its end.
    SELECT a.number || '/' || a.subject || '.' || a.currency AS code, t.reference AS ref, last.after INTO broken
    FROM (
        SELECT e.transaction_id, e.account_id, a.normal * (array_agg(e.balance_after ORDER BY e.seq DESC))[1] AS after,
               a.normal * sum(e.amount_minor) AS moved
        FROM ledger_transaction t2 JOIN ledger_entry e ON e.transaction_id = t2.id JOIN ledger_account a ON a.id = e.account_id
        WHERE t2.reference = ANY(fresh) AND e.at BETWEEN lo AND hi GROUP BY e.transaction_id, e.account_id, a.normal
    ) last
    JOIN ledger_account a ON a.id = last.account_id JOIN ledger_transaction t ON t.id = last.transaction_id
    WHERE last.after < 0 AND (a.floor = 'zero' OR (a.floor = 'kinds' AND last.moved < 0 AND NOT t.kind = ANY(may_overdraw)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% would stand at % after %', broken.code, broken.after, broken.ref
            USING ERRCODE = 'check_violation', DETAIL = broken.code, HINT = 'below_floor';
    END IF;

    UPDATE ledger_account a SET balance_minor = a.balance_minor + moved.amount, last_seq = a.last_seq + moved.legs
    FROM (SELECT e.account_id, sum(e.amount_minor) AS amount, count(*) AS legs
          FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
          WHERE t.reference = ANY(fresh) AND e.at BETWEEN lo AND hi GROUP BY e.account_id) AS moved
    WHERE a.id = moved.account_id;

    RETURN QUERY SELECT t.reference::text, t.id, t.reference = ANY(fresh)
    FROM jsonb_array_elements(items) WITH ORDINALITY AS x(i, n) JOIN ledger_transaction t ON t.reference = i->>'reference'
    ORDER BY n;
END $$;

SELECT directpay_make_partitions('ledger_entry', '2026-01-01', '2028-12-31');
