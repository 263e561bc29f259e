-- Which copy of the database this is, so that one that was restored from a backup is noticed.

SET LOCAL search_path TO cowry;

-- Workers add a beat every second. One that has seen a higher beat than there is now knows that the
-- database lacks committed work.
CREATE TABLE instance (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    instance_id uuid NOT NULL DEFAULT gen_random_uuid(),
    accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),   -- now, or by cowry restored
    beat        bigint NOT NULL DEFAULT 0,
    beat_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    system_id   bigint NOT NULL,                   -- where it was then: the cluster,
    timeline    bigint NOT NULL,                   -- its timeline, which every promotion raises,
    table_oid   bigint NOT NULL                    -- and this table, which a dump creates again
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 1000);
GRANT UPDATE (beat, beat_at, timeline) ON instance TO cowry_worker;

-- Where the database is at this moment. A standby has no timeline of its own.
CREATE FUNCTION instance_place(OUT system_id bigint, OUT timeline bigint, OUT table_oid bigint)
LANGUAGE sql STABLE AS $$
    SELECT c.system_identifier,
           CASE WHEN pg_is_in_recovery() THEN 0
                ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint
           END,
           'cowry.instance'::regclass::oid::bigint
      FROM pg_control_system() c
$$;
GRANT EXECUTE ON FUNCTION instance_place() TO cowry_worker, cowry_auditor;
INSERT INTO instance (system_id, timeline, table_oid)
SELECT system_id, timeline, table_oid FROM instance_place();
