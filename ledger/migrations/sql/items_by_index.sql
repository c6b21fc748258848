-- As before; the transaction of each entry is looked up by its key. Of a join the planner thinks that a row comes from every month's
-- partition, reads all transactions for it while they are few, and keeps that plan in the session while they become many.
CREATE OR REPLACE FUNCTION ledger_items(the_account bigint) RETURNS TABLE (reference text, amount_minor bigint, paired_minor bigint)
LANGUAGE sql STABLE AS $$
    SELECT (SELECT t.reference::text FROM ledger_transaction t WHERE t.id = e.transaction_id), e.amount_minor, coalesce(u.used, 0)
    FROM ledger_entry e
    LEFT JOIN LATERAL (
        SELECT sum(a.amount_minor)::bigint AS used FROM ledger_allocation a
        WHERE (e.amount_minor < 0 AND a.credit_entry_id = e.id) OR (e.amount_minor > 0 AND a.debit_entry_id = e.id)
    ) u ON true
    WHERE e.account_id = the_account
$$;
