-- Beside rentday_fill.sql (and after it, in the same session): a renter of each lease who pays by itself on that day, with its account and
-- mandate; the run is planned, its notices and itself are promised.
INSERT INTO directpay_user (id, password, is_superuser, public_id, email, name, role, phone, locale, metadata, is_active, created_by_id, created_at, version)
SELECT 100000000 + l, '!', false, 'usr_A' || l, 'renter' || l || '@example.com', 'R', 'renter', '', 'en', '{}'::jsonb, true, NULL::bigint, %(start)s, 1 FROM shape;
INSERT INTO leases_renter (lease_id, user_id, party_id, share) SELECT l, 100000000 + l, l * 10 + 1, NULL FROM shape;
INSERT INTO payments_bankaccount (id, public_id, user_id, account_holder_name, account_holder_type, account_type, routing_number, number_encrypted,
    fingerprint, last4, bank_name, currency, status, version, verification_tries, verification_expires_at, micro_deposits_encrypted, metadata, created_at, changed_at)
SELECT 100000000 + l, 'ba_A' || l, 100000000 + l, 'R', 'individual', 'checking', '110000000', '', '', '0000', 'Bank', 'usd', 'verified', 2, 1, %(start)s, '', '{}', %(start)s, %(start)s FROM shape;
INSERT INTO payments_mandate (id, public_id, user_id, bank_account_id, text_version, language, text, acceptance, accepted_at, ip_address, user_agent,
    revoked_reason, version, created_at, metadata)
SELECT 100000000 + l, 'mandate_A' || l, 100000000 + l, 100000000 + l, '2026-11', 'en', 'I allow it.', 'offline', %(start)s, '', '', '', 1, %(start)s, '{}' FROM shape;
INSERT INTO leases_autopay (id, public_id, lease_id, party_id, user_id, mode, rail, bank_account_id, mandate_id, status, reason, by, version, created_at, changed_at, metadata)
SELECT 100000000 + l, 'auto_A' || l, l, l * 10 + 1, 100000000 + l, 'full_balance', 'ach', 100000000 + l, 100000000 + l, 'active', '', '', 1, %(start)s, %(start)s, '{}' FROM shape;
INSERT INTO leases_autopayrun (id, public_id, autopay_id, run_on, run_at, status, reason, version, created_at, changed_at)
SELECT 100000000 + l, 'run_A' || l, 100000000 + l, %(day)s, %(run_at)s, 'planned', '', 1, %(start)s, %(start)s FROM shape;
INSERT INTO directpay_due (queue, key, due_at, attempts, last_error, request_id)
SELECT 'autopay.notices', 'run_A' || l, %(notice_at)s, 0, '', '' FROM shape UNION ALL SELECT 'autopay.runs', 'run_A' || l, %(run_at)s, 0, '', '' FROM shape;
