-- Which copy of the database this is (0034_instance.sql).

-- name: instance_look
-- returns: one
SELECT i.instance_id, i.accepted_at, i.beat, i.beat_at, i.system_id, i.timeline, i.table_oid,
       h.system_id AS here_system_id, h.timeline AS here_timeline, h.table_oid AS here_table_oid,
       pg_is_in_recovery() AS in_recovery
  FROM instance i
 CROSS JOIN instance_place() h;

-- name: instance_beat
-- returns: one
-- One beat a second, whatever the number of processes; the columns are those of instance_look. What
-- others have added is committed, since it is visible.
WITH beaten AS (
    UPDATE instance SET beat = beat + 1, beat_at = clock_timestamp()
     WHERE beat_at < clock_timestamp() - interval '800 milliseconds' OR beat_at > clock_timestamp()
 RETURNING beat
)
SELECT i.instance_id, i.accepted_at, coalesce(b.beat, i.beat) AS beat, i.beat_at, i.system_id,
       i.timeline, i.table_oid, h.system_id AS here_system_id, h.timeline AS here_timeline,
       h.table_oid AS here_table_oid, pg_is_in_recovery() AS in_recovery
  FROM instance i
  LEFT JOIN beaten b ON true
 CROSS JOIN instance_place() h;

-- name: instance_promoted
-- params: timeline:bigint
-- returns: none
UPDATE instance SET timeline = $1 WHERE timeline < $1;

-- name: instance_accept
-- params: later_than:timestamptz
-- returns: none
UPDATE instance
   SET accepted_at = greatest(clock_timestamp(), $1 + interval '1 millisecond'),
       beat = beat + 1, beat_at = clock_timestamp(),
       system_id = h.system_id, timeline = h.timeline, table_oid = h.table_oid
  FROM instance_place() h;

-- name: restored_sequences
-- params: by:bigint
-- returns: one
-- Ids are given to others too, so none may be given twice. Only bigint ones have room.
SELECT count(setval(s.seqrelid::regclass,
                    coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart) + $1)) AS n
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
 WHERE c.relnamespace = to_regnamespace('cowry') AND s.seqmax = 9223372036854775807;

-- name: restored_events
-- params: by:bigint
-- returns: one
UPDATE event_feed SET sequence = sequence + $1 RETURNING sequence;

-- name: restored_deliveries
-- returns: many
-- Deliveries that may have been made after the point of the restore.
SELECT s.url, s.mode, count(*) AS n, min(d.created_at) AS since
  FROM webhook_delivery d
  JOIN webhook_subscription s USING (subscription_id)
 WHERE d.status = 'pending'
 GROUP BY s.subscription_id
 ORDER BY s.subscription_id;

-- name: restored_payments
-- params: most:integer
-- returns: many
-- Payments whose outcome may have been known after the point of the restore.
SELECT public_id, provider, withdrawal, status, amount, currency, reference, created_at
  FROM payment
 WHERE status IN ('pending', 'review')
 ORDER BY created_at
 LIMIT $1;

