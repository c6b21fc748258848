-- Allocations: append-only; both entries on the named account, a credit paid a debit, and none beyond its amount.
CREATE FUNCTION ledger_check_allocations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE accounts bigint[]; bad record;
BEGIN
    SELECT array_agg(DISTINCT account_id) INTO accounts FROM added;
    IF accounts IS NULL THEN RETURN NULL; END IF;
    PERFORM 1 FROM ledger_account WHERE id = ANY(accounts) ORDER BY id FOR NO KEY UPDATE;
    SELECT n.id INTO bad FROM added n
    LEFT JOIN ledger_entry c ON c.id = n.credit_entry_id AND c.account_id = n.account_id AND c.amount_minor < 0
    LEFT JOIN ledger_entry d ON d.id = n.debit_entry_id AND d.account_id = n.account_id AND d.amount_minor > 0
    WHERE c.id IS NULL OR d.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an allocation pairs a credit with a debit of the same account' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT e.id INTO bad FROM ledger_entry e
    JOIN (SELECT credit_entry_id AS id FROM added UNION SELECT debit_entry_id FROM added) touched USING (id)
    JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS used FROM ledger_allocation
        WHERE credit_entry_id = e.id OR debit_entry_id = e.id) AS u ON true
    WHERE u.used < 0 OR u.used > abs(e.amount_minor) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % would be allocated beyond its amount', bad.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER allocations_fit AFTER INSERT ON ledger_allocation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_allocations();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_allocation FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger_allocation FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();
