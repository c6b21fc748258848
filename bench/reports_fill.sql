-- One landlord's %(n)s leases in four properties, and twelve months of each: rent due on the 1st, paid with a fee on the 3rd (the last month
-- by two of three), each payment allocated to its charge. Without triggers and foreign keys: superuser, `SET session_replication_role = replica`.
INSERT INTO directpay_user (id, password, is_superuser, public_id, email, name, role, phone, locale, metadata, is_active, created_by_id, created_at, version)
SELECT 1000 + l, '!', false, 'usr_' || l, 'person' || l || '@example.com', 'Person ' || l, CASE l WHEN 0 THEN 'landlord' ELSE 'renter' END, '', 'en', '{}', true, NULL, %(start)s, 1
FROM generate_series(0, %(n)s) l;
INSERT INTO directpay_payee (id, public_id, owner_id, name, metadata, created_at) VALUES (1000, 'pye_Large', 1000, 'Large', '{}', %(start)s);
INSERT INTO leases_property (id, public_id, landlord_id, payee_id, name, timezone, currency, line1, line2, city, state, postal_code, country, metadata, created_at)
SELECT 1000 + h, 'prop_' || h, 1000, 1000, 'House ' || h, 'America/New_York', 'usd', '1 St', '', 'City', 'OH', '43215', 'US', '{}', %(start)s FROM generate_series(0, 3) h;
INSERT INTO leases_unit (id, public_id, property_id, name, metadata, created_at)
SELECT 1000 + l, 'unit_' || l, 1000 + l %% 4, 'Unit ' || l, '{}', %(start)s FROM generate_series(1, %(n)s) l;
INSERT INTO leases_lease (id, public_id, unit_id, rent_minor, deposit_minor, currency, start_on, end_on, due_day, version, metadata, created_at)
SELECT 1000 + l, 'lse_' || l, 1000 + l, 150000, 0, 'usd', '2026-01-01', NULL, 1, 1, '{}', %(start)s FROM generate_series(1, %(n)s) l;
INSERT INTO ledger_book (id, kind, subject, created_at) VALUES (1000, 'L', 'pye_Large', %(start)s);
INSERT INTO ledger_account (id, public_id, book_id, number, subject, currency, normal, fund, floor, mirror, by_item, balance_minor, held_minor,
    last_seq, created_at, accepts_payments, payable_limit, pays_into)
SELECT 1000000 + l, 'acct_' || l, 1000, 'L1500', 'lse_' || l || ':joint', 'usd', 1, 'operating', 'any', '', false, CASE l %% 3 WHEN 0 THEN 150000 ELSE 0 END,
    0, CASE l %% 3 WHEN 0 THEN 23 ELSE 24 END, %(start)s, true, 'balance', 'operating' FROM generate_series(1, %(n)s) l
UNION ALL SELECT 1000, 'acct_here', 1000, 'L1100', 'pye_Large', 'usd', 1, 'operating', 'any', '', false, 0, 0, 0, %(start)s, false, 'closed', ''
UNION ALL SELECT 1001 + h, 'acct_rent' || h, 1000, 'L4100', 'prop_' || h, 'usd', -1, 'operating', 'any', '', false, 0, 0, 0, %(start)s, false, 'closed', '' FROM generate_series(0, 3) h
UNION ALL SELECT 1005 + h, 'acct_fee' || h, 1000, 'L6100', 'prop_' || h, 'usd', 1, 'operating', 'any', '', false, 0, 0, 0, %(start)s, false, 'closed', '' FROM generate_series(0, 3) h;
INSERT INTO leases_party (id, lease_id, label, weight, account_id) SELECT 1000 + l, 1000 + l, 'joint', 1, 1000000 + l FROM generate_series(1, %(n)s) l;
INSERT INTO leases_renter (id, lease_id, user_id, party_id) SELECT 1000 + l, 1000 + l, 1000 + l, 1000 + l FROM generate_series(1, %(n)s) l;

CREATE TEMP TABLE happened AS
SELECT 1000 + row_number() OVER (ORDER BY m, paid, l) AS tx, l, m, paid, make_timestamptz(2026, m, 1 + 2 * paid, 12, 0, 0, 'UTC') AS at
FROM generate_series(1, %(n)s) l, generate_series(1, 12) m, generate_series(0, 1) paid WHERE NOT (m = 12 AND paid = 1 AND l %% 3 = 0);
INSERT INTO ledger_transaction (id, public_id, reference, kind, effective_on, at, request_id, created_xid)
SELECT tx, 'txn_' || tx, kind || ':' || l || '_' || m, kind, at::date, at, '', 1
FROM (SELECT *, CASE paid WHEN 0 THEN 'charge.due' ELSE 'payment.completed' END AS kind FROM happened) h ORDER BY tx;
INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq, effective_on, at)
SELECT tx, leg, account, 1000, 'usd', 'operating', minor, sum(minor) OVER w, row_number() OVER w, at::date, at FROM (
    SELECT tx, at, 1 AS leg, 1000000 + l AS account, CASE paid WHEN 0 THEN 150000 ELSE -150000 END AS minor FROM happened
    UNION ALL SELECT tx, at, 2, 1001 + l %% 4, -150000 FROM happened WHERE paid = 0
    UNION ALL SELECT tx, at, 2, 1000, 149800 FROM happened WHERE paid = 1
    UNION ALL SELECT tx, at, 3, 1005 + l %% 4, 200 FROM happened WHERE paid = 1
) legs WINDOW w AS (PARTITION BY account ORDER BY tx) ORDER BY tx, leg;
INSERT INTO ledger_allocation (account_id, credit_entry_id, debit_entry_id, amount_minor, rule, reason, at)
SELECT c.account_id, c.id, d.id, 150000, 'oldest_first', '', p.at
FROM happened p JOIN happened h ON h.l = p.l AND h.m = p.m AND h.paid = 0
JOIN ledger_entry c ON c.transaction_id = p.tx AND c.leg = 1 JOIN ledger_entry d ON d.transaction_id = h.tx AND d.leg = 1
WHERE p.paid = 1 ORDER BY p.tx;
UPDATE ledger_account a SET last_seq = e.seq, last_at = e.at, balance_minor = e.balance_after
FROM (SELECT DISTINCT ON (account_id) account_id, seq, at, balance_after FROM ledger_entry WHERE book_id = 1000 ORDER BY account_id, seq DESC) e
WHERE e.account_id = a.id;
