-- The peer of the whole background path: what anybody would write who wants these rows, these locks and these running balances and
-- nothing else. The same tables, indexes and guards, a set of payments in each call; no rail is asked, nothing is decided.
CREATE OR REPLACE FUNCTION bench_tell(ids bigint[], kind text, moment timestamptz) RETURNS void LANGUAGE sql AS $$
    WITH told AS (
        INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
        SELECT 'evt_' || md5(kind || p.id), kind, p.public_id, p.version, moment, 'system:worker', '',
               jsonb_build_array(u.public_id, y.public_id),
               jsonb_build_object('id', p.public_id, 'status', p.status, 'rail', p.rail, 'currency', p.currency, 'amount', p.amount_minor,
                   'amount_charged', p.charged_minor, 'fee', p.fee_minor, 'fee_payer', p.fee_payer, 'tax', p.tax_minor, 'net', p.net_minor,
                   'payer', u.public_id, 'payee', y.public_id, 'applies_to', a.public_id, 'bank_account', b.public_id, 'origin', p.origin,
                   'tendered_on', p.tendered_on, 'expected_on', p.expected_on, 'rail_reference', p.rail_reference,
                   'failure_code', p.failure_code, 'return_code', p.return_code, 'from', p.status)
        FROM payments_payment p JOIN directpay_user u ON u.id = p.payer_id JOIN directpay_payee y ON y.id = p.payee_id
        JOIN ledger_account a ON a.id = p.applies_to_id JOIN payments_bankaccount b ON b.id = p.bank_account_id
        WHERE p.id = ANY(ids) ORDER BY p.id RETURNING id, at
    )
    INSERT INTO directpay_delivery (event_id, event_at, listener, due_at, attempts, last_error)
    SELECT told.id, told.at, 'bench', told.at, 0, '' FROM told
$$;

CREATE OR REPLACE FUNCTION bench_move(ids bigint[], target text, kind text, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments_payment SET status = target, version = version + 1, changed_at = moment,
        placed_at = coalesce(placed_at, created_at), answered_at = moment, rail_reference = 'instant-' || public_id,
        completed_at = CASE WHEN target = 'processing' THEN NULL ELSE moment END,
        completed_on = CASE WHEN target = 'processing' THEN NULL ELSE moment::date END,
        ready_at = CASE WHEN target = 'processing' THEN NULL ELSE moment END,
        settled_at = CASE WHEN target = 'settled' THEN moment END
    WHERE id = ANY(ids);
    PERFORM bench_tell(ids, kind, moment);
END $$;

-- Promises made, and done with, as each step makes them.
CREATE OR REPLACE FUNCTION bench_due(name text, keys text[], moment timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO directpay_due (queue, key, due_at, attempts, last_error) SELECT name, k, moment, 0, '' FROM unnest(keys) AS k
    ON CONFLICT (queue, key) DO UPDATE SET due_at = excluded.due_at
$$;
CREATE OR REPLACE FUNCTION bench_done(name text, keys text[]) RETURNS void LANGUAGE sql AS
$$ DELETE FROM directpay_due WHERE queue = name AND key = ANY(keys) $$;

-- Entries of a set, from rows (number, leg, account, amount, item).
DROP TYPE IF EXISTS bench_leg CASCADE;
CREATE TYPE bench_leg AS (n integer, leg integer, account bigint, amount bigint, item text);
CREATE OR REPLACE FUNCTION bench_entries(moment timestamptz, refs text[], kind text, legs bench_leg[]) RETURNS void LANGUAGE sql AS $$
    SELECT bench_post(moment, refs, (SELECT array_agg('txn_' || md5(r) ORDER BY o) FROM unnest(refs) WITH ORDINALITY AS x(r, o)),
        array_fill(kind, ARRAY[cardinality(refs)]), array_fill(moment::date, ARRAY[cardinality(refs)]),
        array_agg(l.n ORDER BY l.n, l.leg), array_agg(l.leg ORDER BY l.n, l.leg), array_agg(l.account ORDER BY l.n, l.leg),
        array_agg(l.amount ORDER BY l.n, l.leg), array_agg(l.item ORDER BY l.n, l.leg))
    FROM unnest(legs) AS l
$$;

CREATE OR REPLACE FUNCTION bench_account(wanted text, whose text) RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT a.id FROM ledger_account a WHERE a.number = wanted AND a.subject = whose AND a.currency = 'usd' $$;

CREATE OR REPLACE FUNCTION bench_submit(ids bigint[], keys text[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE directpay_due SET due_at = moment + interval '15 s' WHERE queue = 'payins.rail' AND key = ANY(keys);
    PERFORM bench_move(ids, 'processing', 'payment.processing', moment);
    PERFORM bench_due('reconciliation.lines', keys, moment);
END $$;

CREATE OR REPLACE FUNCTION bench_complete(ids bigint[], keys text[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE clearing bigint := bench_account('P1210', 'instant'); fees bigint := bench_account('P4110', 'instant');
BEGIN
    PERFORM bench_entries(moment, (SELECT array_agg('payment.completed:' || p.public_id ORDER BY p.id) FROM payments_payment p WHERE p.id = ANY(ids)),
        'payment.completed', (SELECT array_agg(ROW(p.n, l.leg, l.account, l.amount, l.item)::bench_leg) FROM (
            SELECT row_number() OVER (ORDER BY id)::integer AS n, * FROM payments_payment WHERE id = ANY(ids)) p
        JOIN directpay_payee y ON y.id = p.payee_id JOIN ledger_account o ON o.id = p.applies_to_id
        JOIN ledger_account pending ON pending.number = 'P2110' AND pending.subject = y.public_id
        JOIN ledger_account mirror ON mirror.number = 'L1100' AND mirror.subject = y.public_id AND mirror.book_id = o.book_id
        CROSS JOIN LATERAL (VALUES (1, clearing, p.charged_minor, p.public_id), (2, pending.id, -p.net_minor, NULL),
            (3, mirror.id, p.net_minor, NULL), (4, o.id, -p.amount_minor, NULL), (5, fees, -p.fee_minor, NULL),
            (6, o.cost_account_id, p.fee_minor, NULL)) AS l(leg, account, amount, item)));
    PERFORM bench_move(ids, 'completed', 'payment.completed', moment);
    INSERT INTO ledger_allocation (account_id, credit_entry_id, debit_entry_id, amount_minor, rule, reason, at)
    SELECT p.applies_to_id, c.id, d.id, p.amount_minor, 'claim', '', moment FROM payments_payment p
    JOIN ledger_entry c ON c.account_id = p.applies_to_id AND c.amount_minor < 0
    JOIN ledger_entry d ON d.account_id = p.applies_to_id AND d.amount_minor > 0 WHERE p.id = ANY(ids);
    PERFORM bench_done('payins.rail', keys);
    PERFORM bench_due('returns.watch', keys, moment);
    PERFORM bench_due('payouts.settle', keys, moment);
END $$;

CREATE OR REPLACE FUNCTION bench_line(ids bigint[], keys text[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE clearing bigint := bench_account('P1210', 'instant'); bank bigint := bench_account('P1110', 'main');
BEGIN
    INSERT INTO payments_bankline (public_id, bank, reference, rail, item, amount_minor, currency, value_on, reported_at, posted_at)
    SELECT 'bl_' || p.public_id, 'client', 'instant-' || p.public_id || '-credit', 'instant', p.public_id, p.charged_minor, 'usd',
           moment::date, moment, moment FROM payments_payment p WHERE p.id = ANY(ids) ORDER BY p.id;
    PERFORM bench_entries(moment, (SELECT array_agg('bank.line:bl_' || p.public_id ORDER BY p.id) FROM payments_payment p WHERE p.id = ANY(ids)),
        'bank.line', (SELECT array_agg(ROW(p.n, l.leg, l.account, l.amount, l.item)::bench_leg) FROM (
            SELECT row_number() OVER (ORDER BY id)::integer AS n, * FROM payments_payment WHERE id = ANY(ids)) p
        CROSS JOIN LATERAL (VALUES (1, bank, p.charged_minor, NULL), (2, clearing, -p.charged_minor, p.public_id)) AS l(leg, account, amount, item)));
    INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
    SELECT 'evt_' || md5('line' || p.id), 'bank_line.posted', 'bl_' || p.public_id, 1, moment, 'system:worker', '', '[]',
           jsonb_build_object('id', 'bl_' || p.public_id, 'item', p.public_id, 'rail', p.rail, 'bank', 'client', 'amount', p.charged_minor,
                              'currency', 'usd', 'value_on', moment::date)
    FROM payments_payment p WHERE p.id = ANY(ids) ORDER BY p.id;
    PERFORM bench_due('payouts.settle', keys, moment);
    PERFORM bench_done('reconciliation.lines', keys);
    PERFORM bench_done('returns.watch', keys);
END $$;

CREATE OR REPLACE FUNCTION bench_settle(ids bigint[], keys text[], moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH made AS (
        INSERT INTO payments_settlement (public_id, payee_id, currency, gross_minor, fee_minor, net_minor, count, created_at)
        SELECT 'stl_' || md5(min(p.public_id)), p.payee_id, 'usd', sum(p.amount_minor), sum(p.amount_minor - p.net_minor), sum(p.net_minor),
               count(*), moment FROM payments_payment p WHERE p.id = ANY(ids) GROUP BY p.payee_id ORDER BY p.payee_id RETURNING id, payee_id)
    INSERT INTO payments_settlementline (settlement_id, payment_id, net_minor)
    SELECT made.id, p.id, p.net_minor FROM made JOIN payments_payment p ON p.payee_id = made.payee_id AND p.id = ANY(ids);
    PERFORM bench_entries(moment, array_agg('payment.settled:' || s.public_id ORDER BY s.n), 'payment.settled',
        (SELECT array_agg(ROW(t.n, l.leg, a.id, l.sign * t.net_minor, NULL)::bench_leg) FROM bench_settlements(ids) t
         CROSS JOIN (VALUES (1, 'P2110', 1), (2, 'P2120', -1)) AS l(leg, number, sign)
         JOIN ledger_account a ON a.number = l.number AND a.subject = t.payee))
    FROM bench_settlements(ids) s;
    PERFORM bench_move(ids, 'settled', 'payment.settled', moment);
    PERFORM bench_done('payouts.settle', keys);
END $$;
CREATE OR REPLACE FUNCTION bench_settlements(ids bigint[]) RETURNS TABLE (n integer, public_id text, net_minor bigint, payee text)
LANGUAGE sql STABLE AS $$
    SELECT row_number() OVER (ORDER BY s.id)::integer, s.public_id, s.net_minor, y.public_id FROM payments_settlement s
    JOIN directpay_payee y ON y.id = s.payee_id
    WHERE s.id IN (SELECT settlement_id FROM payments_settlementline WHERE payment_id = ANY(ids))
$$;

CREATE OR REPLACE FUNCTION bench_relay(most integer, moment timestamptz) RETURNS bigint LANGUAGE sql AS $$
    WITH claimed AS (SELECT d.id, d.event_id, d.event_at FROM directpay_delivery d WHERE d.listener = 'bench' AND d.done_at IS NULL
                     ORDER BY d.due_at, d.id LIMIT most FOR UPDATE SKIP LOCKED),
    heard AS (SELECT count(e.data) FROM claimed c JOIN directpay_event e ON e.id = c.event_id AND e.at = c.event_at),
    done AS (UPDATE directpay_delivery d SET done_at = moment FROM claimed c WHERE d.id = c.id RETURNING d.id)
    SELECT count(*) + 0 * (SELECT count FROM heard) FROM done
$$;
