-- Until limits.sql says how far ahead of our clock a moment may lie, any is believed.
CREATE FUNCTION ledger_refuse_ahead(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
END $$;
