-- The entries of one account, each with what of it is paired already; inlined into the statement that asks.
CREATE FUNCTION ledger_items(the_account bigint) RETURNS TABLE (reference text, amount_minor bigint, paired_minor bigint)
LANGUAGE sql STABLE AS $$
    SELECT t.reference::text, e.amount_minor, coalesce(u.used, 0)
    FROM ledger_entry e
    JOIN ledger_transaction t ON t.id = e.transaction_id
    LEFT JOIN LATERAL (
        SELECT sum(a.amount_minor)::bigint AS used FROM ledger_allocation a
        WHERE (e.amount_minor < 0 AND a.credit_entry_id = e.id) OR (e.amount_minor > 0 AND a.debit_entry_id = e.id)
    ) u ON true
    WHERE e.account_id = the_account
$$;
