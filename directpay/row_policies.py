"""Whose rows these are: people know themselves and those whom they have brought; a payee is its owner's."""

from typing import Final

FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION directpay_own_payees() RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT id FROM directpay_payee WHERE owner_id = directpay_asking() $$;

-- Public ids under which events name whom they concern: the person's, and those of its payees.
CREATE OR REPLACE FUNCTION directpay_asking_names() RETURNS jsonb[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT array_agg(jsonb_build_array(public_id)) FROM (
        SELECT public_id FROM directpay_user WHERE id = directpay_asking()
        UNION ALL SELECT public_id FROM directpay_payee WHERE owner_id = directpay_asking()
    ) AS names
$$;

CREATE OR REPLACE FUNCTION directpay_own_saga(the_saga bigint) RETURNS boolean LANGUAGE plpgsql STABLE COST 5000 SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM directpay_saga s
        WHERE s.id = the_saga AND s.account_ids @> ANY (coalesce((SELECT directpay_asking_names()), '{}'))
    );
END $$;
"""
POLICIES: Final = {
    "directpay_user": "id = (SELECT directpay_asking()) OR created_by_id = (SELECT directpay_asking())",
    "directpay_payee": "owner_id = (SELECT directpay_asking())",
    "directpay_saga": "account_ids @> ANY (coalesce((SELECT directpay_asking_names()), '{}'))",
    "directpay_sagastep": "directpay_own_saga(saga_id)",
    "directpay_event": "account_ids @> ANY (coalesce((SELECT directpay_asking_names()), '{}'))",
}
