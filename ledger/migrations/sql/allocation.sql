-- Allocations: append-only; both entries on the named account, a credit paid a debit, and none beyond its amount.
CREATE OR REPLACE FUNCTION ledger_check_allocations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- By index, whatever the statistics of a young table say.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE accounts bigint[]; ids bigint[]; bad record;
BEGIN
    SELECT array_agg(DISTINCT account_id) INTO accounts FROM added;
    IF accounts IS NULL THEN RETURN NULL; END IF;
    PERFORM 1 FROM ledger_account WHERE id = ANY(accounts) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(DISTINCT x.id) INTO ids FROM (SELECT credit_entry_id AS id FROM added UNION ALL SELECT debit_entry_id FROM added) x;
    -- The entries are looked up once for all: by id alone that is a probe in every partition.
    WITH touched AS MATERIALIZED (SELECT e.id, e.account_id, e.amount_minor FROM ledger_entry e WHERE e.id = ANY(ids)),
    used AS MATERIALIZED (
        SELECT x.id, sum(x.amount_minor) AS total FROM (
            SELECT credit_entry_id AS id, amount_minor FROM ledger_allocation WHERE credit_entry_id = ANY(ids)
            UNION ALL SELECT debit_entry_id, amount_minor FROM ledger_allocation WHERE debit_entry_id = ANY(ids)) x
        GROUP BY x.id
    )
    SELECT NULL::bigint AS entry INTO bad FROM added n
    LEFT JOIN touched c ON c.id = n.credit_entry_id AND c.account_id = n.account_id AND c.amount_minor < 0
    LEFT JOIN touched d ON d.id = n.debit_entry_id AND d.account_id = n.account_id AND d.amount_minor > 0
    WHERE c.id IS NULL OR d.id IS NULL
    UNION ALL
    SELECT t.id FROM touched t JOIN used u ON u.id = t.id WHERE u.total < 0 OR u.total > abs(t.amount_minor)
    LIMIT 1;
    IF FOUND AND bad.entry IS NULL THEN
        RAISE EXCEPTION 'an allocation pairs a credit with a debit of the same account' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % would be allocated beyond its amount', bad.entry USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocations_fit AFTER INSERT ON ledger_allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_allocations();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_allocation FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_allocation FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
