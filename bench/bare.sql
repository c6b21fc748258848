-- The peer: what anybody would write who wants these rows, these locks and these running balances and nothing else. The same
-- tables, indexes and guards; no idempotency, no refusals, no moment that never falls.
CREATE OR REPLACE FUNCTION bench_post(
    moment timestamptz, refs text[], public_ids text[], kinds text[], days date[],
    leg_of integer[], leg_no integer[], accounts bigint[], amounts bigint[], items text[]
) RETURNS SETOF bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    locks bigint[];
    ids bigint[];
BEGIN
    SELECT array_agg(DISTINCT x) INTO locks FROM unnest(accounts) AS x;
    PERFORM 1 FROM ledger_account a WHERE a.id = ANY(locks) ORDER BY a.id FOR NO KEY UPDATE;
    SELECT array_agg(nextval('ledger_transaction_id_seq')) INTO ids FROM generate_subscripts(refs, 1);
    WITH made AS (
        INSERT INTO ledger_transaction (id, reference, public_id, kind, effective_on, at, request_id, created_xid)
        SELECT x.id, x.ref, x.public_id, x.kind, x.day, moment, '', pg_current_xact_id()::text::bigint
        FROM unnest(ids, refs, public_ids, kinds, days) AS x(id, ref, public_id, kind, day)
    ), added AS (
        INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq,
                                  item, effective_on, at)
        SELECT ids[l.n], l.leg, l.account, a.book_id, a.currency, a.fund, l.amount,
               a.balance_minor + sum(l.amount) OVER running, a.last_seq + row_number() OVER running, l.item, days[l.n], moment
        FROM unnest(leg_of, leg_no, accounts, amounts, items) AS l(n, leg, account, amount, item)
        JOIN ledger_account a ON a.id = l.account
        WINDOW running AS (PARTITION BY l.account ORDER BY l.n, l.leg ROWS UNBOUNDED PRECEDING)
        ORDER BY l.n, l.leg
        RETURNING ledger_entry.account_id, ledger_entry.amount_minor
    )
    UPDATE ledger_account a SET balance_minor = a.balance_minor + moved.amount, last_seq = a.last_seq + moved.legs, last_at = moment
    FROM (SELECT added.account_id, sum(added.amount_minor) AS amount, count(*) AS legs FROM added GROUP BY added.account_id) moved
    WHERE a.id = moved.account_id;
    RETURN QUERY SELECT unnest(ids);
END $$;
