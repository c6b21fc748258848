-- The event log: append-only, partitioned by month.
CREATE TABLE directpay_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    public_id varchar(40) NOT NULL,
    type varchar(60) NOT NULL,
    object_id varchar(40) NOT NULL,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    actor varchar(60) NOT NULL,
    request_id varchar(64) NOT NULL,
    account_ids jsonb NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX directpay_event_object ON directpay_event (object_id, version);
CREATE INDEX directpay_event_public_id ON directpay_event (public_id);
CREATE INDEX directpay_event_accounts ON directpay_event USING gin (account_ids jsonb_path_ops);

CREATE FUNCTION directpay_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON directpay_event FOR EACH ROW EXECUTE FUNCTION directpay_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON directpay_event FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only();

-- Partitions by month, made ahead. Row triggers are cloned to them; the statement trigger on TRUNCATE is not, so it is
-- put on each. A table is made apart and attached, which lets others go on inserting; PARTITION OF would lock them all out,
-- and could deadlock with them. Runs as the owner, so that the runtime role may ask for partitions and yet owns nothing.
CREATE FUNCTION directpay_make_partitions(parent regclass, first_month date, last_month date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month date := date_trunc('month', first_month)::date;
    child text;
    made integer := 0;
BEGIN
    IF parent::text NOT IN ('directpay_event', 'ledger_entry') THEN
        RAISE EXCEPTION '% is not partitioned by month', parent;
    END IF;
    IF last_month > first_month + 3700 THEN
        RAISE EXCEPTION 'at most ten years of partitions at once';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('partitions ' || parent::text));
    WHILE month <= last_month LOOP
        child := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
            EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only()', child);
            IF parent::text = 'ledger_entry' THEN
                EXECUTE format('CREATE TRIGGER entries_judged AFTER INSERT ON %I REFERENCING NEW TABLE AS added
                    FOR EACH STATEMENT EXECUTE FUNCTION ledger_judge_entries()', child);
            END IF;
            EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
                month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
SELECT directpay_make_partitions('directpay_event', '2026-01-01', '2028-12-31');
