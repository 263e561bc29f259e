-- Published events, as they are polled.

-- name: event_list
-- params: ledger_id:bigint after:bigint since:timestamptz upto:timestamptz type:text object:uuid looked_at:bigint most:bigint
-- returns: many
-- Of a project and mode, in the order of publication, after a number. Numbers are given by one transaction at a
-- time (event_stream_claim), so none appears below one that was seen. As many are looked at as $7 says; last is the
-- number up to which they were, is_cut whether there are more. The first row has them also if nothing is found;
-- then its event is NULL. A time is looked for from an hour before it on, and up to an hour after: numbers are in
-- the order of time except for clocks that step and transactions that take long.
WITH bounds AS MATERIALIZED (
    SELECT l.project_id, l.mode,
           greatest($2, (SELECT sequence
                           FROM event
                          WHERE created_at < $3 - interval '1 hour' AND sequence IS NOT NULL
                          ORDER BY created_at DESC
                          LIMIT 1)) AS after,
           coalesce((SELECT sequence
                       FROM event
                      WHERE created_at > $4 + interval '1 hour' AND sequence IS NOT NULL
                      ORDER BY created_at
                      LIMIT 1), 9223372036854775807) AS before
      FROM ledger l
     WHERE l.ledger_id = $1
), looked AS MATERIALIZED (
    SELECT e.event_id, e.sequence, e.type, e.created_at
      FROM bounds b
     CROSS JOIN LATERAL (
               SELECT event_id, sequence, type, created_at
                 FROM event
                WHERE project_id = b.project_id AND mode = b.mode
                  AND sequence > b.after AND sequence < b.before
                ORDER BY sequence
                LIMIT $7) e
     WHERE $6 IS NULL
     UNION ALL
    SELECT o.event_id, o.sequence, o.type, o.created_at
      FROM bounds b
     CROSS JOIN LATERAL (
               SELECT event_id, project_id, mode, sequence, type, created_at
                 FROM event
                WHERE object = $6 AND sequence > b.after AND sequence < b.before
                ORDER BY sequence
                LIMIT $7) o
     WHERE o.project_id = b.project_id AND o.mode = b.mode
), matched AS MATERIALIZED (
    SELECT event_id
      FROM looked
     WHERE type = coalesce($5, type)
       AND created_at BETWEEN coalesce($3, '-infinity') AND coalesce($4, 'infinity')
     ORDER BY sequence
     LIMIT $8
)
SELECT e.sequence, e.public_id, e.type, e.data, e.created_at,
       coalesce(n.last, (SELECT after FROM bounds), $2) AS last, n.is_cut
  FROM (SELECT max(sequence) AS last, count(*) >= $7 AS is_cut FROM looked) n
  LEFT JOIN (matched m JOIN event e USING (event_id)) ON true
 ORDER BY e.sequence;

-- name: event_find
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- Without a ledger: in any.
SELECT e.sequence, e.public_id, e.type, e.data, e.created_at
  FROM event e
 WHERE e.public_id = $2 AND e.sequence IS NOT NULL
   AND ($1 IS NULL
        OR EXISTS (SELECT
                     FROM ledger l
                    WHERE l.ledger_id = $1 AND l.project_id = e.project_id AND l.mode = e.mode));
