-- The peer of rent day: what anybody would write who wants these rows, these locks and these running balances and nothing else. The same
-- tables, indexes and guards, a set of charges in each call. Needs bare.sql and background.sql.
CREATE OR REPLACE FUNCTION bench_rent(most integer, moment timestamptz) RETURNS integer LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE ids bigint[]; keys text[];
BEGIN
    SELECT array_agg(d.id), array_agg(d.key) INTO ids, keys FROM (
        SELECT id, key FROM directpay_due WHERE queue = 'bench.charges' AND due_at <= moment ORDER BY due_at, id LIMIT most FOR UPDATE SKIP LOCKED) d;
    IF ids IS NULL THEN RETURN 0; END IF;
    DELETE FROM directpay_due WHERE id = ANY(ids);
    SELECT array_agg(c.id ORDER BY c.id), array_agg(c.public_id ORDER BY c.id) INTO ids, keys FROM leases_charge c WHERE c.public_id = ANY(keys);
    PERFORM 1 FROM leases_lease l WHERE l.id IN (SELECT lease_id FROM leases_charge WHERE id = ANY(ids)) ORDER BY l.id FOR UPDATE;
    PERFORM bench_entries(moment, (SELECT array_agg('charge.due:' || k ORDER BY n) FROM unnest(keys) WITH ORDINALITY AS x(k, n)), 'charge.due', (
        SELECT array_agg(ROW(n, leg, account, amount, NULL)::bench_leg) FROM (SELECT n, row_number() OVER (PARTITION BY n)::integer AS leg, account, amount FROM (
            SELECT x.n::integer AS n, y.account_id AS account, y.weight AS amount
            FROM unnest(ids) WITH ORDINALITY AS x(id, n) JOIN leases_charge c ON c.id = x.id JOIN leases_party y ON y.lease_id = c.lease_id
            UNION ALL
            SELECT x.n::integer, a.id, -c.amount_minor FROM unnest(ids) WITH ORDINALITY AS x(id, n) JOIN leases_charge c ON c.id = x.id
            JOIN leases_lease l ON l.id = c.lease_id JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property h ON h.id = u.property_id
            JOIN directpay_payee p ON p.id = h.payee_id JOIN ledger_book b ON b.kind = 'L' AND b.subject = p.public_id
            JOIN ledger_account a ON a.book_id = b.id AND a.number = 'L4100' AND a.subject = h.public_id AND a.currency = l.currency) legs) numbered));
    UPDATE leases_charge SET posted_at = moment WHERE id = ANY(ids);
    INSERT INTO ledger_allocation (account_id, credit_entry_id, debit_entry_id, amount_minor, rule, reason, at)
    SELECT e.account_id, e.id, d.id, -e.amount_minor, 'oldest_first', '', moment FROM leases_charge c JOIN leases_party y ON y.lease_id = c.lease_id
    JOIN ledger_entry e ON e.account_id = y.account_id AND e.amount_minor < 0 JOIN ledger_entry d ON d.account_id = y.account_id AND d.amount_minor > 0
    WHERE c.id = ANY(ids);
    INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
    SELECT 'evt_' || md5(c.public_id), 'charge.due', c.public_id, 1, moment, 'system:worker', '', jsonb_build_array(o.public_id, p.public_id),
        jsonb_build_object('id', c.public_id, 'lease', l.public_id, 'category', c.category, 'due_date', c.due_on, 'amount', c.amount_minor, 'currency', l.currency)
    FROM leases_charge c JOIN leases_lease l ON l.id = c.lease_id JOIN leases_unit u ON u.id = l.unit_id JOIN leases_property h ON h.id = u.property_id
    JOIN directpay_payee p ON p.id = h.payee_id JOIN directpay_user o ON o.id = h.landlord_id WHERE c.id = ANY(ids) ORDER BY c.id;
    RETURN cardinality(ids);
END $$;
