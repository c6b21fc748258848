-- Entries recorded before this moment are archived: their partitions were taken off (ledger/seals/actions/archive.py).
CREATE FUNCTION ledger_archived_until() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(max(until), '-infinity') FROM ledger_archivedmonth $$;
CREATE SCHEMA ledger_archive;
