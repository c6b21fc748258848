"""Statements that write rows of the log, as its canonical form has them: each takes an array of such rows and writes all of them."""

GIVEN = "WITH given AS (SELECT r::jsonb AS r, n FROM unnest(%s::text[]) WITH ORDINALITY AS g(r, n))"
LEAVES = """
INSERT INTO ledger_leaf (id, kind, row_id, hash)
SELECT %s + n, kind, row_id, hash FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[]) WITH ORDINALITY AS l(kind, row_id, hash, n)
"""
# Tables that must be empty before a log is imported.
EMPTY = (
    "ledger_book", "ledger_account", "ledger_transaction", "ledger_entry", "ledger_hold", "ledger_allocation", "directpay_event",
    "ledger_leaf", "ledger_seal", "ledger_period", "ledger_checkpoint",
)  # fmt: skip
INSERTS = {
    "book": """INSERT INTO ledger_book (id, kind, subject, created_at)
        SELECT (r->>'id')::bigint, r->>'type', r->>'subject', (r->>'created_at')::timestamptz FROM given ORDER BY n""",
    "account": """INSERT INTO ledger_account (id, public_id, book_id, number, subject, currency, normal, fund, floor, mirror,
            by_item, created_at, balance_minor, held_minor, last_seq, accepts_payments, payable_limit, pays_into)
        SELECT (r->>'id')::bigint, r->>'public_id', (r->>'book')::bigint, r->>'number', r->>'subject', r->>'currency',
            (r->>'normal')::smallint, r->>'fund', r->>'floor', r->>'mirror', (r->>'by_item')::boolean,
            (r->>'created_at')::timestamptz, 0, 0, 0, false, 'closed', '' FROM given ORDER BY n""",
    # Transactions, their entries and the balances in one statement: that is what the triggers of journal.sql judge.
    "transaction": """, legs AS (
            SELECT g.r, g.n, e, (e->>'account')::bigint AS account, (e->>'amount')::bigint AS amount
            FROM given g, jsonb_array_elements(g.r->'entries') AS e
        ), made AS (
            INSERT INTO ledger_transaction (id, public_id, reference, kind, effective_on, at, request_id, reverses_id, created_xid)
            SELECT (r->>'id')::bigint, r->>'public_id', r->>'reference', r->>'type', (r->>'effective_on')::date,
                (r->>'at')::timestamptz, r->>'request_id', (r->>'reverses')::bigint, pg_current_xact_id()::text::bigint
            FROM given ORDER BY n
        ), added AS (
            INSERT INTO ledger_entry (id, transaction_id, leg, account_id, book_id, currency, fund, amount_minor, balance_after, seq,
                item, effective_on, at) OVERRIDING SYSTEM VALUE
            SELECT (e->>'id')::bigint, (r->>'id')::bigint, (e->>'leg')::smallint, account, (e->>'book')::bigint, e->>'currency',
                e->>'fund', amount, (e->>'after')::bigint, (e->>'seq')::bigint, e->>'item', (r->>'effective_on')::date,
                (r->>'at')::timestamptz
            FROM legs ORDER BY n, (e->>'leg')::smallint
        )
        UPDATE ledger_account a
        SET balance_minor = a.balance_minor + moved.amount, last_seq = a.last_seq + moved.legs, last_at = moved.last_at
        FROM (SELECT account, sum(amount)::bigint AS amount, count(*) AS legs, max((r->>'at')::timestamptz) AS last_at
              FROM legs GROUP BY account) moved
        WHERE a.id = moved.account""",
    "hold": """INSERT INTO ledger_hold (id, public_id, reference, account_id, amount_minor, posted_minor, state, expires_at,
            created_at)
        SELECT (r->>'id')::bigint, r->>'public_id', r->>'reference', (r->>'account')::bigint, (r->>'amount')::bigint, 0, 'pending',
            (r->>'expires_at')::timestamptz, (r->>'created_at')::timestamptz FROM given ORDER BY n""",
    "allocation": """INSERT INTO ledger_allocation (id, account_id, credit_entry_id, debit_entry_id, amount_minor, rule,
            reason, at)
        SELECT (r->>'id')::bigint, (r->>'account')::bigint, (r->>'credit_entry')::bigint, (r->>'debit_entry')::bigint,
            (r->>'amount')::bigint, r->>'rule', r->>'reason', (r->>'at')::timestamptz FROM given ORDER BY n""",
    "event": """INSERT INTO directpay_event (id, public_id, type, object_id, version, at, actor, request_id, account_ids, data)
            OVERRIDING SYSTEM VALUE
        SELECT (r->>'id')::bigint, r->>'public_id', r->>'type', r->>'object_id', (r->>'version')::integer, (r->>'at')::timestamptz,
            r->>'actor', r->>'request_id', r->'account_ids', r->'data' FROM given ORDER BY n""",
}
HOLD_STATES = """UPDATE ledger_hold h
    SET state = r->>'state', posted_minor = (r->>'posted')::bigint, resolved_at = (r->>'resolved_at')::timestamptz
    FROM given WHERE h.id = (r->>'id')::bigint AND r->>'state' <> 'pending'"""
ACCOUNT_STATES = """UPDATE ledger_account a
    SET held_minor = (r->>'held')::bigint, accepts_payments = (r->>'accepts_payments')::boolean, payable_limit = r->>'payable_limit',
        pays_into = r->>'pays_into', cost_account_id = (r->>'cost_account')::bigint, closed_at = (r->>'closed_at')::timestamptz
    FROM given WHERE a.id = (r->>'id')::bigint"""
SEQUENCES = [
    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"  # noqa: S608
    for table in (
        "ledger_book", "ledger_account", "ledger_transaction", "ledger_entry", "ledger_hold", "ledger_allocation", "directpay_event",
    )
]  # fmt: skip
