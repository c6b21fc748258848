-- As before; what a charge's transaction is named for need not be the charge.
CREATE OR REPLACE FUNCTION leases_open_charges(the_lease bigint, the_account bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    the_party bigint := (SELECT id FROM leases_party WHERE account_id = the_account);
    ahead date := (SELECT min(due_on) FROM leases_charge
                   WHERE lease_id = the_lease AND (party_id IS NULL OR party_id = the_party) AND posted_at IS NULL);
    found jsonb;
BEGIN
    WITH items AS MATERIALIZED (
        SELECT reference, amount_minor, paired_minor FROM ledger_items(the_account)
    ), paid AS (
        SELECT reference, sum(paired_minor)::bigint AS minor FROM items WHERE amount_minor > 0 GROUP BY reference
    ), charges AS (
        SELECT c.*, c.posted_as || ':' || coalesce(nullif(c.posted_for, ''), c.public_id) AS reference FROM leases_charge c
        WHERE c.lease_id = the_lease AND (c.party_id IS NULL OR c.party_id = the_party) AND (c.posted_at IS NOT NULL OR c.due_on <= ahead)
    )
    SELECT jsonb_build_object(
        'waiting', EXISTS (SELECT FROM items WHERE amount_minor < 0 AND -amount_minor > paired_minor),
        'charges', coalesce(jsonb_agg(jsonb_build_array(
            coalesce(paid.minor, 0), coalesce(claimed.minor, 0), c.id, c.public_id, c.party_id, c.category, c.posted_as,
            c.posted_for, c.scheduled, c.description, c.due_on, c.period_start, c.period_end, c.amount_minor, c.posted_at
        ) ORDER BY c.posted_at IS NULL, c.due_on, c.id), '[]'::jsonb)
    ) INTO found
    FROM charges c
    LEFT JOIN paid USING (reference)
    LEFT JOIN LATERAL (
        SELECT sum(k.amount_minor)::bigint AS minor FROM payments_claim k JOIN payments_payment p ON p.id = k.payment_id
        WHERE k.debit_reference = c.reference AND p.applies_to_id = the_account AND payments_is_live(p.status)
    ) claimed ON true;
    RETURN found;
END $$;
