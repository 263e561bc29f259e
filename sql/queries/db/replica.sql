-- How far a replica is behind: positions in the WAL, in bytes.

-- name: wal_written
-- returns: one
-- Of the primary. Everything that was committed before is at a lower position.
SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS position;

-- name: wal_replayed
-- returns: one
-- Of a replica, before its snapshot for the next statement is taken; of a server that has been promoted,
-- the same as above.
SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
             ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn)::bigint AS position;
