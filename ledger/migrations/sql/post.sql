-- The one way to post: a set of transactions in one round trip; a single posting is a set of one.
--
--   moment       when it is recorded (raised to the latest recording on any account that is touched)
--   each_alone   a bad transaction is refused alone; otherwise it refuses the set
--   refs …       one element per transaction
--   leg_of …     one element per leg, in order: the number of its transaction (from 1), its own number in it, account, signed
--                amount, item
--
-- Answers with a row per transaction: its number, its id and whether it is new, or the code of its refusal, the reference that
-- it is about and a sentence; when the set is refused, with the row of the first reason alone. A refusal is an answer and not an
-- error: nothing of what is refused is written, and the database transaction goes on.
-- Idempotent by reference. Accounts are locked in order of id; entries carry balance_after by window sum, each balance is updated
-- once, and all of it is one statement, which the triggers of journal.sql judge.
CREATE OR REPLACE FUNCTION ledger_post(
    moment timestamptz, request text, each_alone boolean,
    refs text[], public_ids text[], kinds text[], days date[], reverses bigint[],
    leg_of integer[], leg_no integer[], accounts bigint[], amounts bigint[], items text[]
) RETURNS TABLE (n integer, transaction_id bigint, posted boolean, code text, about text, message text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- Planned once and by index, whatever the statistics of a young table say and however large the first set was.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    locks bigint[];
    ids bigint[];
    locked record;
    failed record;
    half integer;
    cut integer;
    state text; hit text; hint text; detail text; said text;
BEGIN
    PERFORM ledger_refuse_ahead(moment);
    SELECT array_agg(DISTINCT x) INTO locks FROM unnest(accounts) AS x;
    SELECT count(*) AS n, max(l.last_at) AS last_at, bool_or(l.closed_at IS NOT NULL) AS closed INTO locked
    FROM (SELECT a.last_at, a.closed_at FROM ledger_account a WHERE a.id = ANY(locks) ORDER BY a.id FOR NO KEY UPDATE) l;
    moment := greatest(moment, locked.last_at);
    BEGIN
        IF locked.n < cardinality(locks) OR locked.closed THEN PERFORM ledger_refuse_accounts(refs, leg_of, accounts); END IF;
        SELECT array_agg(nextval('ledger_transaction_id_seq')) INTO ids FROM generate_subscripts(refs, 1);
        WITH made AS (
            INSERT INTO ledger_transaction (id, reference, public_id, kind, effective_on, at, request_id, reverses_id, created_xid)
            SELECT x.id, x.ref, x.public_id, x.kind, x.day, moment, request, x.reverses, pg_current_xact_id()::text::bigint
            FROM unnest(ids, refs, public_ids, kinds, days, reverses) AS x(id, ref, public_id, kind, day, reverses)
        ), added AS (
            INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq,
                                      item, effective_on, at)
            SELECT ids[l.n], l.leg, l.account, a.book_id, a.currency, a.fund, l.amount,
                   a.balance_minor + sum(l.amount) OVER running, a.last_seq + row_number() OVER running,
                   l.item, days[l.n], moment
            FROM unnest(leg_of, leg_no, accounts, amounts, items) AS l(n, leg, account, amount, item)
            JOIN ledger_account a ON a.id = l.account
            WINDOW running AS (PARTITION BY l.account ORDER BY l.n, l.leg ROWS UNBOUNDED PRECEDING)
            ORDER BY l.n, l.leg
            RETURNING ledger_entry.account_id, ledger_entry.amount_minor
        )
        UPDATE ledger_account a SET balance_minor = a.balance_minor + moved.amount, last_seq = a.last_seq + moved.legs, last_at = moment
        FROM (SELECT added.account_id, sum(added.amount_minor) AS amount, count(*) AS legs FROM added GROUP BY added.account_id) moved
        WHERE a.id = moved.account_id;
        RETURN QUERY SELECT x.n::integer, x.id, true, NULL::text, NULL::text, NULL::text FROM unnest(ids) WITH ORDINALITY AS x(id, n);
        RETURN;
    EXCEPTION WHEN integrity_constraint_violation OR unique_violation OR check_violation OR numeric_value_out_of_range
            OR string_data_right_truncation THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, hit = CONSTRAINT_NAME, hint = PG_EXCEPTION_HINT,
            detail = PG_EXCEPTION_DETAIL, said = MESSAGE_TEXT;
    END;

    -- Something was refused. References that stand are answered with what stands, and the rest is tried without them.
    IF EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.reference = ANY(refs)) THEN
        RETURN QUERY SELECT * FROM ledger_post_rest(
            moment, request, each_alone, refs, public_ids, kinds, days, reverses, leg_of, leg_no, accounts, amounts, items);
    ELSIF each_alone AND cardinality(refs) > 1 THEN
        IF EXISTS (SELECT 1 FROM (SELECT owner, lag(owner) OVER (ORDER BY k) AS before
                                  FROM unnest(leg_of) WITH ORDINALITY AS x(owner, k)) AS legs WHERE owner < before) THEN
            RAISE EXCEPTION 'legs come in the order of their transactions' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- The first half, then the second: what is bad is found by halving, and what is good is still posted in sets.
        half := cardinality(refs) / 2;
        SELECT count(*) INTO cut FROM unnest(leg_of) AS owner WHERE owner <= half;
        RETURN QUERY SELECT * FROM ledger_post(
            moment, request, true, refs[:half], public_ids[:half], kinds[:half], days[:half], reverses[:half],
            leg_of[:cut], leg_no[:cut], accounts[:cut], amounts[:cut], items[:cut]);
        RETURN QUERY SELECT p.n + half, p.transaction_id, p.posted, p.code, p.about, p.message FROM ledger_post(
            moment, request, true, refs[half + 1:], public_ids[half + 1:], kinds[half + 1:], days[half + 1:], reverses[half + 1:],
            (SELECT array_agg(x.owner - half ORDER BY x.k) FROM unnest(leg_of[cut + 1:]) WITH ORDINALITY AS x(owner, k)),
            leg_no[cut + 1:], accounts[cut + 1:], amounts[cut + 1:], items[cut + 1:]) AS p;
    ELSE
        SELECT * INTO failed FROM ledger_reason(state, hit, hint, detail, said, refs, leg_of, accounts, amounts);
        IF failed.code IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = state, MESSAGE = said, DETAIL = coalesce(detail, ''), CONSTRAINT = coalesce(hit, '');
        END IF;
        RETURN QUERY SELECT coalesce(array_position(refs, failed.about), 1), NULL::bigint, false, failed.code, failed.about, failed.message;
    END IF;
END $$;

-- The part of a set that does not stand yet. Same arguments, same answer.
CREATE OR REPLACE FUNCTION ledger_post_rest(
    moment timestamptz, request text, each_alone boolean,
    refs text[], public_ids text[], kinds text[], days date[], reverses bigint[],
    leg_of integer[], leg_no integer[], accounts bigint[], amounts bigint[], items text[]
) RETURNS TABLE (n integer, transaction_id bigint, posted boolean, code text, about text, message text)
LANGUAGE plpgsql AS $$
DECLARE
    place integer[]; -- the number of each within the rest; 0 for what stands
    reused integer[];
    rest record;
    legs record;
BEGIN
    SELECT array_agg(CASE WHEN x.standing THEN 0 ELSE x.missing END ORDER BY x.i) INTO place
    FROM (SELECT r.i, t.id IS NOT NULL AS standing, count(*) FILTER (WHERE t.id IS NULL) OVER (ORDER BY r.i) AS missing
          FROM unnest(refs) WITH ORDINALITY AS r(ref, i) LEFT JOIN ledger_transaction t ON t.reference = r.ref) AS x;
    -- Compared with what stands itself: kind, date, reversal, and every leg. All at once: what is on one side alone is left over.
    SELECT array_agg(DISTINCT x.i ORDER BY x.i) INTO reused FROM (
        SELECT r.i FROM unnest(refs, kinds, days, reverses) WITH ORDINALITY AS r(ref, kind, day, reversed, i)
        JOIN ledger_transaction t ON t.reference = r.ref
        WHERE (t.kind, t.effective_on, t.reverses_id) IS DISTINCT FROM (r.kind, r.day, r.reversed)
        UNION ALL
        SELECT both_sides.i FROM (
            SELECT l.owner AS i, l.leg, l.account, l.amount, l.item, 1 AS side
            FROM unnest(leg_of, leg_no, accounts, amounts, items) AS l(owner, leg, account, amount, item) WHERE place[l.owner] = 0
            UNION ALL
            SELECT r.i, e.leg, e.account_id, e.amount_minor, e.item, -1
            FROM unnest(refs) WITH ORDINALITY AS r(ref, i) JOIN ledger_transaction t ON t.reference = r.ref
            JOIN ledger_entry e ON e.transaction_id = t.id AND e.at = t.at
        ) AS both_sides GROUP BY i, leg, account, amount, item HAVING sum(side) <> 0
    ) AS x;
    IF reused IS NOT NULL AND NOT each_alone THEN
        RETURN QUERY SELECT reused[1], NULL::bigint, false, 'reference_reused', refs[reused[1]],
            format('reference %s stands already with other content', refs[reused[1]]);
        RETURN;
    END IF;
    SELECT array_agg(x.i ORDER BY x.i) AS numbers, array_agg(x.ref ORDER BY x.i) AS refs, array_agg(x.public_id ORDER BY x.i) AS public_ids,
           array_agg(x.kind ORDER BY x.i) AS kinds, array_agg(x.day ORDER BY x.i) AS days, array_agg(x.reversed ORDER BY x.i) AS reverses
    INTO rest FROM unnest(refs, public_ids, kinds, days, reverses) WITH ORDINALITY AS x(ref, public_id, kind, day, reversed, i)
    WHERE place[x.i] > 0;
    IF rest.numbers IS NOT NULL THEN
        SELECT array_agg(place[l.owner] ORDER BY l.k) AS owners, array_agg(l.leg ORDER BY l.k) AS numbers,
               array_agg(l.account ORDER BY l.k) AS accounts, array_agg(l.amount ORDER BY l.k) AS amounts, array_agg(l.item ORDER BY l.k) AS items
        INTO legs FROM unnest(leg_of, leg_no, accounts, amounts, items) WITH ORDINALITY AS l(owner, leg, account, amount, item, k)
        WHERE place[l.owner] > 0;
        FOR n, transaction_id, posted, code, about, message IN
            SELECT rest.numbers[p.n], p.transaction_id, p.posted, p.code, p.about, p.message FROM ledger_post(
                moment, request, each_alone, rest.refs, rest.public_ids, rest.kinds, rest.days, rest.reverses,
                legs.owners, legs.numbers, legs.accounts, legs.amounts, legs.items) AS p
        LOOP
            RETURN NEXT;
            IF code IS NOT NULL AND NOT each_alone THEN RETURN; END IF;
        END LOOP;
    END IF;
    RETURN QUERY SELECT x.i::integer, t.id, false,
        CASE WHEN other THEN 'reference_reused' END, CASE WHEN other THEN x.ref END,
        CASE WHEN other THEN format('reference %s stands already with other content', x.ref) END
    FROM unnest(refs) WITH ORDINALITY AS x(ref, i) JOIN ledger_transaction t ON t.reference = x.ref
    CROSS JOIN LATERAL (SELECT x.i = ANY(reused) AS other) AS compared
    WHERE place[x.i] = 0;
END $$;

CREATE OR REPLACE FUNCTION ledger_refuse_accounts(refs text[], leg_of integer[], accounts bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE bad record;
BEGIN
    SELECT refs[l.owner] AS ref, l.account, a.id AS known INTO bad FROM unnest(leg_of, accounts) WITH ORDINALITY AS l(owner, account, k)
    LEFT JOIN ledger_account a ON a.id = l.account WHERE a.id IS NULL OR a.closed_at IS NOT NULL ORDER BY l.k LIMIT 1;
    IF bad.known IS NULL THEN
        PERFORM ledger_refuse('account_unknown', bad.ref, format('account %s is not there', bad.account));
    END IF;
    PERFORM ledger_refuse('account_closed', bad.ref, format('account %s is closed', bad.account));
END $$;

-- Code, reference and sentence for what the database said; no code when it is nothing that a caller could act on.
CREATE OR REPLACE FUNCTION ledger_reason(
    state text, hit text, hint text, detail text, said text, refs text[], leg_of integer[], accounts bigint[], amounts bigint[],
    OUT code text, OUT about text, OUT message text
) LANGUAGE plpgsql AS $$
BEGIN
    about := CASE WHEN cardinality(refs) = 1 THEN refs[1] END;
    message := said;
    IF hint <> '' THEN
        code := hint;
        about := nullif(detail, '');
    ELSIF state = '22003' THEN
        code := 'amount_too_large';
        message := 'an amount or balance is beyond 64 bits';
    ELSIF state = '22001' THEN
        code := 'text_too_long';
        message := 'a reference has at most 120 characters, an item 60, a kind 40';
        SELECT r INTO about FROM unnest(refs) AS r WHERE length(r) > 120 LIMIT 1;
    ELSIF hit = 'ledger_entry_effective_on_check' THEN
        code := 'date_invalid';
        message := 'an effective date lies between 1900 and 2999';
    ELSIF hit = 'transaction_reversed_once' THEN
        code := 'already_reversed';
        message := 'this transaction is reversed already';
    ELSIF hit = 'ledger_entry_amount_minor_check' THEN
        code := 'amount_invalid';
        SELECT refs[l.owner] INTO about FROM unnest(leg_of, amounts) AS l(owner, amount) WHERE l.amount = 0 LIMIT 1;
    ELSIF hit = 'account_floor' THEN
        code := 'balance_insufficient';
        SELECT refs[r.owner], format('%s would stand at %s after %s', ledger_code(a.number, a.subject, a.currency), a.normal * r.after, refs[r.owner])
        INTO about, message
        FROM (SELECT l.owner, l.account, x.balance_minor + sum(l.amount) OVER (PARTITION BY l.account ORDER BY l.k) AS after,
                     lead(l.owner) OVER (PARTITION BY l.account ORDER BY l.k) AS next, l.k
              FROM unnest(leg_of, accounts, amounts) WITH ORDINALITY AS l(owner, account, amount, k)
              JOIN ledger_account x ON x.id = l.account) r
        JOIN ledger_account a ON a.id = r.account
        WHERE a.floor = 'zero' AND a.normal * r.after < 0 AND r.next IS DISTINCT FROM r.owner ORDER BY r.k LIMIT 1;
    END IF;
END $$;
