-- A million payments and all that they stand on, without triggers and foreign keys: superuser, `SET session_replication_role = replica`.
-- %(n)s payments on %(leases)s leases of %(landlords)s landlords; the first landlord has a tenth of all. A payment every half minute.
CREATE TEMP TABLE shape AS
SELECT l, CASE WHEN l %% 10 = 0 THEN 1 ELSE 2 + l %% (%(landlords)s - 1) END AS owner FROM generate_series(1, %(leases)s) l;

INSERT INTO directpay_user (id, password, is_superuser, public_id, email, name, role, phone, locale, metadata, is_active, created_by_id, created_at, version)
SELECT 1000 + o, '!', false, 'usr_L' || o, 'landlord' || o || '@example.com', 'Landlord ' || o, 'landlord', '', 'en', '{}', true, NULL, %(start)s, 1
FROM generate_series(1, %(landlords)s) o;
INSERT INTO directpay_user (id, password, is_superuser, public_id, email, name, role, phone, locale, metadata, is_active, created_by_id, created_at, version)
SELECT 1000000 + l, '!', false, 'usr_R' || l, 'renter' || l || '@example.com', 'Renter ' || md5(l::text), 'renter', '+1614' || l, 'en',
    CASE WHEN l %% 20 = 0 THEN jsonb_build_object('number', l::text) ELSE '{}' END, true, 1000 + owner, %(start)s + l * interval '1 minute', 1
FROM shape;
INSERT INTO directpay_payee (id, public_id, owner_id, name, metadata, created_at)
SELECT 1000 + o, 'pye_L' || o, 1000 + o, 'Payee ' || o, '{}', %(start)s FROM generate_series(1, %(landlords)s) o;

INSERT INTO leases_property (id, public_id, landlord_id, payee_id, name, timezone, currency, line1, line2, city, state, postal_code, country, metadata, created_at)
SELECT 1000 + o, 'prop_' || o, 1000 + o, 1000 + o, 'Home ' || o, 'America/New_York', 'usd', '1 St', '', 'City ' || o %% 50, 'OH', '43215', 'US', '{}', %(start)s
FROM generate_series(1, %(landlords)s) o;
INSERT INTO leases_unit (id, public_id, property_id, name, metadata, created_at)
SELECT 1000 + l, 'unit_' || l, 1000 + owner, 'Unit ' || l, '{}', %(start)s + l * interval '1 minute' FROM shape;
INSERT INTO leases_lease (id, public_id, unit_id, rent_minor, deposit_minor, currency, start_on, end_on, due_day, version, metadata, created_at)
SELECT 1000 + l, 'lse_' || l, 1000 + l, 150000, 0, 'usd', '2026-01-01', '2026-12-31', 1, 1,
    CASE WHEN l %% 20 = 0 THEN jsonb_build_object('number', l::text) ELSE '{}' END, %(start)s + l * interval '1 minute'
FROM shape;

INSERT INTO ledger_book (id, kind, subject, created_at)
SELECT 1000 + o, 'L', 'pye_L' || o, %(start)s FROM generate_series(1, %(landlords)s) o
UNION ALL SELECT 1000, 'P', '', %(start)s WHERE NOT EXISTS (SELECT FROM ledger_book WHERE kind = 'P');
INSERT INTO ledger_account (id, public_id, book_id, number, subject, currency, normal, fund, floor, mirror, by_item, balance_minor, held_minor,
    last_seq, created_at, accepts_payments, payable_limit, pays_into)
SELECT 1000000 + l, 'acct_' || l, 1000 + owner, 'L1500', 'lse_' || l || ':joint', 'usd', 1, 'operating', 'any', '', false, 150000, 0, 0,
    %(start)s + l * interval '1 minute', true, 'balance', 'operating' FROM shape
UNION ALL SELECT 1000, 'acct_clearing', (SELECT id FROM ledger_book WHERE kind = 'P'), 'P1210', 'bench', 'usd', 1, 'operating', 'any', '', false, 0, 0, 0, %(start)s, false, 'closed', '';
INSERT INTO leases_party (id, lease_id, label, weight, account_id) SELECT 1000 + l, 1000 + l, 'joint', 1, 1000000 + l FROM shape;
INSERT INTO leases_renter (id, lease_id, user_id, party_id) SELECT 1000 + l, 1000 + l, 1000000 + l, 1000 + l FROM shape;
INSERT INTO leases_charge (public_id, lease_id, category, due_on, period_start, period_end, amount_minor, posted_at)
SELECT 'chg_' || l || '_' || m, 1000 + l, 'rent', make_date(2026, m, 1), make_date(2026, m, 1), make_date(2026, m, 28), 150000, %(start)s
FROM shape, generate_series(1, 3) m;
INSERT INTO payments_bankaccount (id, public_id, user_id, account_holder_name, account_holder_type, account_type, routing_number, number_encrypted,
    fingerprint, last4, bank_name, currency, status, version, verification_tries, verification_expires_at, micro_deposits_encrypted, metadata, created_at, changed_at)
SELECT 1000 + l, 'ba_' || l, 1000000 + l, 'R', 'individual', 'checking', '110000000', '', md5(l::text), '6789', 'STRIPE TEST BANK', 'usd',
    CASE WHEN l %% 100 = 0 THEN 'errored' ELSE 'verified' END, 1, 0, %(start)s, '', '{}', %(start)s + l * interval '1 minute', %(start)s
FROM shape;

CREATE TEMP TABLE paid AS
SELECT n, l, owner, %(start)s + n * interval '30 seconds' AS at,
    CASE WHEN n %% 100 < 93 THEN 'settled' WHEN n %% 100 < 95 THEN 'completed' WHEN n %% 100 < 96 THEN 'processing'
        WHEN n %% 100 < 98 THEN 'failed' WHEN n %% 100 < 99 THEN 'returned' ELSE 'canceled' END AS status
FROM generate_series(1, %(n)s) n JOIN shape ON l = 1 + (n * 7919::bigint) %% %(leases)s;
INSERT INTO payments_payment (id, public_id, status, version, rail, currency, amount_minor, fee_minor, fee_payer, tax_minor, charged_minor, net_minor,
    payer_id, payee_id, applies_to_id, bank_account_id, origin, metadata, created_at, changed_at, tendered_on, expected_at, expected_on,
    rail_reference, return_code, failure_code, failure_message)
SELECT 1000 + n, 'pay_' || n, status, 1, CASE WHEN n %% 100000 = 7 THEN 'wire' WHEN n %% 20 < 12 THEN 'ach' WHEN n %% 20 < 17 THEN 'instant' ELSE 'same_day_ach' END,
    'usd', 150000 + n %% 1000, 100, 'payee', 0, 150000 + n %% 1000, 149900 + n %% 1000, 1000000 + l, 1000 + owner, 1000000 + l, 1000 + l, 'lse_' || l,
    CASE WHEN n %% 20 = 0 THEN jsonb_build_object('number', n::text, 'month', (n / 86400)::text) ELSE '{}' END, at, at, at::date, at, at::date, '', '', '', ''
FROM paid ORDER BY n;
INSERT INTO payments_claim (payment_id, debit_reference, item, amount_minor)
SELECT 1000 + n, 'charge.due:chg_' || l || '_' || 1 + n %% 3, 'chg_' || l || '_' || 1 + n %% 3, 150000 + n %% 1000 FROM paid ORDER BY n;
INSERT INTO payments_paymentintent (public_id, secret, status, version, amount_minor, currency, rail, origin, payee_id, customer_id, bank_account_id,
    payment_id, created_by_id, description, capture_method, mandate_data, cancellation_reason, metadata, created_at, changed_at)
SELECT 'pi_' || n, 'x', 'confirmed', 1, 150000, 'usd', 'ach', 'lse_' || l, 1000 + owner, 1000000 + l, 1000 + l, 1000 + n, 1000 + owner, '', 'automatic', '{}', '',
    CASE WHEN n %% 20 = 0 THEN jsonb_build_object('number', n::text) ELSE '{}' END, at, at
FROM paid WHERE n %% 4 = 0 ORDER BY n;
INSERT INTO directpay_event (public_id, type, object_id, version, at, actor, request_id, account_ids, data)
SELECT 'evt_' || n, CASE WHEN n %% 1000 = 0 THEN 'payment.returned' ELSE 'payment.' || status END, 'pay_' || n, 1, at, 'system:due', 'req_1',
    jsonb_build_array('usr_R' || l, 'pye_L' || owner), jsonb_build_object('id', 'pay_' || n)
FROM paid ORDER BY n;
INSERT INTO ledger_transaction (id, public_id, reference, kind, effective_on, at, request_id, created_xid)
SELECT 1000 + n, 'txn_' || n, 'payment.completed:pay_' || n, CASE WHEN n %% 1000 = 0 THEN 'payment.returned' ELSE 'payment.completed' END,
    at::date, at, '', 1 FROM paid ORDER BY n;
INSERT INTO ledger_entry (transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq, effective_on, at)
SELECT 1000 + n, leg, CASE leg WHEN 1 THEN 1000 ELSE 1000000 + l END, CASE leg WHEN 1 THEN (SELECT id FROM ledger_book WHERE kind = 'P') ELSE 1000 + owner END,
    'usd', 'operating', CASE leg WHEN 1 THEN 150000 ELSE -150000 END, 0, n, at::date, at
FROM paid, generate_series(1, 2) leg ORDER BY n, leg;
