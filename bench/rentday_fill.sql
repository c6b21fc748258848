-- Leases of which each owes a month's rent on one day, without triggers and foreign keys: superuser, `SET session_replication_role = replica`.
-- %(n)s leases from number %(first)s on, a hundred to a landlord; every fourth is shared by two parties, every tenth has money waiting.
DROP TABLE IF EXISTS shape, seats;
CREATE TEMP TABLE shape AS
SELECT l, %(first)s + (l - %(first)s) / 100 AS owner FROM generate_series(%(first)s::bigint, %(first)s + %(n)s - 1) l;
CREATE TEMP TABLE seats AS
SELECT l, owner, seat, l * 10 + seat AS id, CASE WHEN l %% 4 = 0 THEN 75000 ELSE 150000 END AS share, seat = 1 AND l %% 10 = 3 AS ahead
FROM shape, generate_series(1, CASE WHEN l %% 4 = 0 THEN 2 ELSE 1 END) seat;

INSERT INTO directpay_user (id, password, is_superuser, public_id, email, name, role, phone, locale, metadata, is_active, created_by_id, created_at, version)
SELECT DISTINCT owner, '!', false, 'usr_L' || owner, 'landlord' || owner || '@example.com', 'L', 'landlord', '', 'en', '{}'::jsonb, true, NULL::bigint, %(start)s, 1 FROM shape;
INSERT INTO directpay_payee (id, public_id, owner_id, name, metadata, created_at)
SELECT DISTINCT owner, 'pye_L' || owner, owner, 'L', '{}'::jsonb, %(start)s FROM shape;
INSERT INTO leases_property (id, public_id, landlord_id, payee_id, name, timezone, currency, line1, line2, city, state, postal_code, country, metadata, created_at)
SELECT DISTINCT owner, 'prop_' || owner, owner, owner, 'Home', 'America/New_York', 'usd', '1 St', '', 'Columbus', 'OH', '43215', 'US', '{}'::jsonb, %(start)s FROM shape;
INSERT INTO leases_unit (id, public_id, property_id, name, metadata, created_at) SELECT l, 'unit_' || l, owner, 'Unit ' || l, '{}', %(start)s FROM shape;
INSERT INTO leases_lease (id, public_id, unit_id, rent_minor, deposit_minor, currency, start_on, end_on, due_day, version, metadata, created_at)
SELECT l, 'lse_' || l, l, 150000, 0, 'usd', %(day)s::date - 60, NULL, 1, 1, '{}', %(start)s FROM shape;

INSERT INTO ledger_book (id, kind, subject, created_at) SELECT DISTINCT owner, 'L', 'pye_L' || owner, %(start)s FROM shape;
INSERT INTO ledger_account (id, public_id, book_id, number, subject, currency, normal, fund, floor, mirror, by_item, balance_minor, held_minor,
    last_seq, created_at, accepts_payments, payable_limit, pays_into)
SELECT id, 'acct_' || id, owner, 'L1500', 'lse_' || l || ':' || seat, 'usd', 1, 'operating', 'any', '', false,
    CASE WHEN ahead THEN -share ELSE 0 END, 0, ahead::int, %(start)s, true, 'balance', 'operating' FROM seats
UNION ALL
SELECT owner * 10 + 8, 'acct_i' || owner, owner, 'L4100', 'prop_' || owner, 'usd', -1, 'operating', 'any', '', false, 0, 0, 0, %(start)s, false, 'closed', ''
FROM (SELECT DISTINCT owner FROM shape)
UNION ALL
SELECT owner * 10 + 9, 'acct_b' || owner, owner, 'L1200', 'pye_L' || owner, 'usd', 1, 'operating', 'any', '', false, sum(share) FILTER (WHERE ahead),
    0, count(*) FILTER (WHERE ahead), %(start)s, false, 'closed', '' FROM seats GROUP BY owner HAVING bool_or(ahead);
INSERT INTO leases_party (id, lease_id, label, weight, account_id) SELECT id, l, 'usr_R' || id, share, id FROM seats;
INSERT INTO leases_charge (public_id, lease_id, category, due_on, period_start, period_end, amount_minor, posted_at)
SELECT 'chg_' || l, l, 'rent', %(day)s, %(day)s, %(day)s::date + 30, 150000, NULL FROM shape ORDER BY l;
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
SELECT %(queue)s, 'chg_' || l, %(due)s, 0, '', '' FROM shape ORDER BY l;

-- Money that waits: given by hand and brought to the owner's bank a month before.
INSERT INTO leases_receipt (public_id, lease_id, party_id, method, amount_minor, received_on, number, note, banked_on, slip, version, created_at, metadata)
SELECT 'rcp_' || id, l, id, 'check', share, %(start)s::date, '', '', %(start)s::date, 'slip_' || owner, 2, %(start)s, '{}' FROM seats WHERE ahead;
WITH made AS (
    INSERT INTO ledger_transaction (public_id, reference, kind, effective_on, at, request_id, created_xid)
    SELECT 'txn_' || id, 'opening.seed:' || id, 'receipt.recorded', %(start)s::date, %(start)s, '', 1 FROM seats WHERE ahead ORDER BY id
    RETURNING id, substring(reference FROM 14)::bigint AS seat
)
INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq, effective_on, at)
SELECT made.id, leg, CASE leg WHEN 1 THEN owner * 10 + 9 ELSE s.id END, owner, 'usd', 'operating', CASE leg WHEN 1 THEN share ELSE -share END,
    CASE leg WHEN 1 THEN sum(share) OVER (PARTITION BY owner, leg ORDER BY s.id) ELSE -share END,
    CASE leg WHEN 1 THEN row_number() OVER (PARTITION BY owner, leg ORDER BY s.id) ELSE 1 END, %(start)s::date, %(start)s
FROM made JOIN seats s ON s.id = made.seat, generate_series(1, 2) leg ORDER BY s.id, leg;
