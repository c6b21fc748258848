-- Of these charges (by public id) and all on these leases: the rent whose lease says what lateness costs on its due date, by which policy,
-- and when the day after grace begins. What was recorded after that is a debt of before: nobody was told of a fee on it.
CREATE FUNCTION leases_judged(the_charges text[], the_leases bigint[])
RETURNS TABLE (id bigint, public_id text, lease_id bigint, party_id bigint, due_on date, amount_minor bigint, policy_id bigint,
    last_of_grace date, judged_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT c.id, c.public_id::text, c.lease_id, c.party_id, c.due_on, c.amount_minor, p.id, c.due_on + p.grace_days,
        (c.due_on + p.grace_days + 1)::timestamp AT TIME ZONE h.timezone
    FROM leases_charge c
    JOIN leases_lease l ON l.id = c.lease_id
    JOIN leases_unit u ON u.id = l.unit_id
    JOIN leases_property h ON h.id = u.property_id
    CROSS JOIN LATERAL (
        SELECT * FROM leases_latefeepolicy q WHERE q.lease_id = c.lease_id AND q.from_on <= c.due_on
        ORDER BY q.from_on DESC, q.id DESC LIMIT 1
    ) p
    WHERE (c.public_id = ANY (the_charges) OR c.lease_id = ANY (the_leases))
        AND c.category = 'rent' AND c.posted_at IS NOT NULL AND p.mode <> 'off'
        AND (p.flat_minor IS NOT NULL OR p.percent_bps IS NOT NULL OR p.daily_minor IS NOT NULL)
        AND (c.due_on + p.grace_days + 1)::timestamp AT TIME ZONE h.timezone > coalesce(c.created_at, l.created_at)
$$;
