-- Outgoing webhooks: subscriptions, events, and deliveries.

-- name: webhook_project_lock
-- params: project_id:bigint
-- returns: one
-- So that two concurrent subscriptions do not exceed the limit together.
SELECT project_id FROM project WHERE project_id = $1 FOR NO KEY UPDATE;

-- name: webhook_count
-- params: project_id:bigint
-- returns: one
SELECT count(*) AS subscriptions
  FROM webhook_subscription
 WHERE project_id = $1 AND deleted_at IS NULL;

-- name: webhook_insert
-- params: public_id:uuid project_id:bigint mode:text url:text description:text event_types:text[] secret:bytea batch_size:integer
-- returns: none
-- Without URL no event is ever after its position.
INSERT INTO webhook_subscription (public_id, project_id, mode, url, description, event_types,
                                  secret_sealed, batch_size, since_place, since_event)
VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, 1),
        CASE WHEN $4 IS NULL THEN 9223372036854775807 ELSE journal_end() END,
        CASE WHEN $4 IS NULL THEN 9223372036854775807 ELSE event_end() END);

-- name: webhook_find
-- params: project_id:bigint public_id:uuid
-- returns: maybe
SELECT subscription_id, public_id, mode, url, description,
       array_to_string(event_types, ',') AS event_types, batch_size::bigint AS batch_size,
       CASE WHEN is_active THEN 'active' ELSE 'inactive' END AS status, problem,
       CASE WHEN previous_until > clock_timestamp() THEN previous_until END AS previous_until,
       created_at, updated_at
  FROM webhook_subscription
 WHERE project_id = $1 AND public_id = $2 AND deleted_at IS NULL;

-- name: webhook_list
-- params: project_id:bigint after:bigint most:bigint
-- returns: many
SELECT subscription_id, public_id, mode, url, description,
       array_to_string(event_types, ',') AS event_types, batch_size::bigint AS batch_size,
       CASE WHEN is_active THEN 'active' ELSE 'inactive' END AS status, problem,
       CASE WHEN previous_until > clock_timestamp() THEN previous_until END AS previous_until,
       created_at, updated_at
  FROM webhook_subscription
 WHERE project_id = $1 AND deleted_at IS NULL AND subscription_id < coalesce($2, 9223372036854775807)
 ORDER BY subscription_id DESC
 LIMIT $3;

-- name: webhook_update
-- params: subscription_id:bigint url:text description:text event_types:text[] is_active:boolean batch_size:integer
-- returns: none
-- NULL values and empty lists are not changed. What gets its first URL is told of what comes after.
UPDATE webhook_subscription
   SET url = coalesce($2, url),
       since_place = CASE WHEN url IS NULL AND $2 IS NOT NULL THEN journal_end() ELSE since_place END,
       since_event = CASE WHEN url IS NULL AND $2 IS NOT NULL THEN event_end() ELSE since_event END,
       description = coalesce($3, description),
       event_types = CASE WHEN cardinality($4) > 0 THEN $4 ELSE event_types END,
       is_active = coalesce($5, is_active),
       batch_size = coalesce($6, batch_size),
       problem = CASE WHEN $5 THEN NULL ELSE problem END,
       updated_at = clock_timestamp()
 WHERE subscription_id = $1;

-- name: webhook_rotate
-- params: subscription_id:bigint secret:bytea kept_s:bigint
-- returns: none
UPDATE webhook_subscription
   SET previous_sealed = secret_sealed,
       previous_until = clock_timestamp() + make_interval(secs => $3),
       secret_sealed = $2,
       updated_at = clock_timestamp()
 WHERE subscription_id = $1;

-- name: webhook_delete
-- params: subscription_id:bigint
-- returns: none
UPDATE webhook_subscription
   SET is_active = false, secret_sealed = NULL, previous_sealed = NULL, previous_until = NULL,
       deleted_at = clock_timestamp(), updated_at = clock_timestamp()
 WHERE subscription_id = $1;

-- name: webhook_gone
-- params: subscription_id:bigint problem:text
-- returns: none
-- Deactivated by the receiver.
UPDATE webhook_subscription
   SET is_active = false, problem = $2, updated_at = clock_timestamp()
 WHERE subscription_id = $1 AND is_active;

-- name: delivery_abandon
-- params: subscription_id:bigint problem:text
-- returns: none
-- In the order of ids, as everywhere several of them are locked.
UPDATE webhook_delivery d
   SET status = 'failed', next_at = NULL, busy_since = NULL, crowded_at = NULL, problem = $2
  FROM (SELECT delivery_id
          FROM webhook_delivery
         WHERE subscription_id = $1 AND status = 'pending'
         ORDER BY delivery_id
           FOR UPDATE) p
 WHERE d.delivery_id = p.delivery_id;

-- name: event_add
-- params: public_id:uuid ledger_id:bigint type:text object:uuid data:text
-- returns: none
-- If there is a subscription.
INSERT INTO event (public_id, project_id, mode, object, type, data)
SELECT $1, l.project_id, l.mode, $4, $3, $5::json
  FROM ledger l
 WHERE l.ledger_id = $2
   AND EXISTS (SELECT 1
                 FROM webhook_subscription s
                WHERE s.project_id = l.project_id AND s.mode = l.mode
                  AND s.is_active AND s.deleted_at IS NULL
                  AND s.event_types && ARRAY[$3, '*']);

-- name: event_stream_claim
-- params:
-- returns: maybe
-- One reader at a time.
SELECT one FROM event_feed FOR UPDATE SKIP LOCKED;

-- name: event_stream_place
-- params: most:bigint
-- returns: one
-- After it is claimed, so that the snapshot is later than the row: the position in the journal, and
-- whether the recorded end is final by now. A future xid belongs to the cluster from which these
-- data were dumped: none of its transactions are in progress here.
-- piece_id is where the next so many transactions end: ids may have wide gaps.
SELECT done_id, next_id, sequence,
       coalesce((SELECT t.transaction_id
                   FROM transaction t
                  WHERE t.transaction_id > f.done_id AND t.transaction_id <= f.next_id
                  ORDER BY t.transaction_id
                 OFFSET $1 - 1 LIMIT 1), next_id) AS piece_id,
       pg_snapshot_xmin(pg_current_snapshot()) >= next_xid
           OR next_xid >= pg_snapshot_xmax(pg_current_snapshot()) AS is_final,
       EXISTS (SELECT 1
                 FROM webhook_subscription
                WHERE is_active AND deleted_at IS NULL) AS is_wanted
  FROM event_feed f;

-- name: event_stream_journal
-- params: after:bigint upto:bigint
-- returns: many
-- The postings of transactions of projects with subscriptions, in the order of the journal. Accounts
-- of kind 1 are wallets. The first posting of an order comes after the fee that a reversal gives back.
SELECT t.transaction_id, t.public_id, t.type, t.reference, t.metadata, t.created_at, t.project_id,
       t.mode, p.line, p.currency, p.amount, p.from_balance, p.to_balance,
       f.public_id AS source, f.kind = 1 AS source_is_wallet,
       o.public_id AS destination, o.kind = 1 AS destination_is_wallet,
       r.public_id AS reverses, coalesce(h.public_id, c.public_id) AS hold, c.hold_id IS NOT NULL AS hold_stays,
       coalesce(e.line = p.line, false) AS is_fee, p.line = CASE e.line WHEN 0 THEN 1 ELSE 0 END AS is_order,
       e.amount AS fee
  FROM (SELECT j.transaction_id, j.public_id, j.type, j.reference, j.metadata, j.created_at,
               j.reverses, l.project_id, l.mode
          FROM transaction j
          JOIN ledger l USING (ledger_id)
         WHERE j.transaction_id > $1 AND j.transaction_id <= $2
           AND EXISTS (SELECT 1
                         FROM webhook_subscription s
                        WHERE s.project_id = l.project_id AND s.mode = l.mode
                          AND s.is_active AND s.deleted_at IS NULL)) t
  JOIN posting p ON p.transaction_id = t.transaction_id AND p.transaction_id > $1 AND p.transaction_id <= $2
  JOIN account f ON f.account_id = p.from_id
  JOIN account o ON o.account_id = p.to_id
  LEFT JOIN transaction r ON r.transaction_id = t.reverses
  LEFT JOIN transaction_fee e ON e.transaction_id = t.transaction_id
  LEFT JOIN hold h ON h.transaction_id = t.transaction_id
  LEFT JOIN (hold_capture d JOIN hold c USING (hold_id))
    ON d.transaction_id = t.transaction_id AND t.type = 'capture'
 ORDER BY t.transaction_id, p.line;

-- name: event_insert
-- params: public_ids:uuid[] project_ids:bigint[] modes:text[] objects:uuid[] types:text[] data:text[] created_at:timestamptz[] places:bigint[]
-- returns: none
-- Those with a subscription, in this order.
INSERT INTO event (public_id, project_id, mode, object, type, data, created_at, place, is_added)
SELECT e.public_id, e.project_id, e.mode, e.object, e.type, e.data::json, e.created_at, e.place,
       false
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY
       AS e (public_id, project_id, mode, object, type, data, created_at, place, number)
 WHERE EXISTS (SELECT 1
                 FROM webhook_subscription s
                WHERE s.project_id = e.project_id AND s.mode = e.mode
                  AND s.is_active AND s.deleted_at IS NULL
                  AND s.event_types && ARRAY[e.type, '*'])
 ORDER BY e.number;

-- name: event_publish
-- params: sequence:bigint upto:bigint most:bigint
-- returns: one
-- Number the waiting events, in the order of the journal up to where it was read; returns their
-- number. By position and not by time, which may step back. Materialized, because a planner that
-- assumes an empty table would compute them again for each row. The data are an object with members,
-- written by us without surrounding white space; jsonb would not preserve its numbers.
WITH waiting AS MATERIALIZED (
    SELECT event_id, $1 + row_number() OVER (ORDER BY place, is_added, event_id) AS sequence
      FROM (SELECT event_id, place, is_added
              FROM event
             WHERE sequence IS NULL AND place <= $2
             ORDER BY place, is_added, event_id
             LIMIT $3) e
), published AS (
    UPDATE event e
       SET sequence = w.sequence,
           data = (left(e.data::text, -1)
                   || format(',"mode":%s,"sequence":%s}', to_json(e.mode), w.sequence))::json
      FROM waiting w
     WHERE e.event_id = w.event_id
    RETURNING 1
)
SELECT count(*) AS published FROM published;

-- name: delivery_wanted
-- params: after:bigint upto:bigint
-- returns: many
-- The subscriptions to the events with these numbers. Events from before a subscription are not
-- delivered to it. OFFSET, so that subscriptions are looked for by events, never all events by each of many
-- subscriptions.
SELECT e.event_id, s.subscription_id, e.object, e.sequence
  FROM event e
 CROSS JOIN LATERAL (
       SELECT w.subscription_id
         FROM webhook_subscription w
        WHERE w.project_id = e.project_id AND w.mode = e.mode
          AND w.is_active AND w.deleted_at IS NULL
          AND w.event_types && ARRAY[e.type, '*']
          AND CASE WHEN e.is_added THEN e.event_id > w.since_event ELSE e.place > w.since_place END
       OFFSET 0) s
 WHERE e.sequence > $1 AND e.sequence <= $2
 ORDER BY e.sequence, s.subscription_id;

-- name: delivery_line_lock
-- params: subscription_ids:bigint[] objects:uuid[]
-- returns: many
-- Lock the last ones of the queues that new deliveries join: a concurrent end of one of them either
-- comes first, and is seen, or sees the new deliveries.
SELECT d.delivery_id
  FROM (SELECT DISTINCT subscription_id, object
          FROM unnest($1, $2) AS u (subscription_id, object)) l
 CROSS JOIN LATERAL (
       SELECT w.delivery_id
         FROM webhook_delivery w
        WHERE w.subscription_id = l.subscription_id AND w.object = l.object
          AND w.status = 'pending'
        ORDER BY w.sequence DESC
        LIMIT 1
          FOR SHARE) d;

-- name: delivery_insert
-- params: public_ids:uuid[] subscription_ids:bigint[] event_ids:bigint[] objects:uuid[] sequences:bigint[]
-- returns: none
-- Only the first of each queue is due.
INSERT INTO webhook_delivery (public_id, subscription_id, event_id, object, sequence, next_at)
SELECT n.public_id, n.subscription_id, n.event_id, n.object, n.sequence,
       CASE WHEN row_number() OVER (PARTITION BY n.subscription_id, n.object ORDER BY n.sequence) = 1
             AND NOT EXISTS (SELECT 1
                               FROM webhook_delivery w
                              WHERE w.subscription_id = n.subscription_id
                                AND w.object = n.object AND w.status = 'pending')
            THEN clock_timestamp() END
  FROM unnest($1, $2, $3, $4, $5)
       AS n (public_id, subscription_id, event_id, object, sequence);

-- name: event_stream_done
-- params: done_id:bigint sequence:bigint
-- returns: none
UPDATE event_feed SET done_id = $1, sequence = $2;

-- name: event_stream_look
-- params:
-- returns: one
-- The last id assigned at this moment; whether there are new entries since the last time.
SELECT s.last_id, s.last_id > f.next_id AS is_news
  FROM event_feed f
 CROSS JOIN (SELECT journal_end() AS last_id) s;

-- name: event_stream_note
-- params: next_id:bigint
-- returns: none
-- In a transaction that had no xid before: its own is then higher than that of all transactions that
-- got an id up to next_id. next_at is for readers of the previous release.
UPDATE event_feed
   SET next_id = $1, next_at = greatest(next_at, clock_timestamp()),
       next_xid = pg_current_xact_id()
 WHERE done_id = next_id AND next_id < $1;

-- name: webhook_lane_claim
-- params: holder:uuid held:bigint[] lease_s:bigint
-- returns: many
-- Hold the subscriptions of which something is due, and renew those that are held with deliveries in
-- progress; none that another runner holds, and none that are held for long enough. Returns those that were
-- taken or renewed. Each step finds the next subscription with the time of its first delivery.
WITH RECURSIVE scheduled AS (
    (SELECT subscription_id, next_at
       FROM webhook_delivery
      WHERE next_at IS NOT NULL
      ORDER BY subscription_id, next_at
      LIMIT 1)
     UNION ALL
    SELECT n.subscription_id, n.next_at
      FROM scheduled s
     CROSS JOIN LATERAL (
           SELECT d.subscription_id, d.next_at
             FROM webhook_delivery d
            WHERE d.next_at IS NOT NULL AND d.subscription_id > s.subscription_id
            ORDER BY d.subscription_id, d.next_at
            LIMIT 1) n
), wanted AS (
    SELECT subscription_id FROM scheduled WHERE next_at <= clock_timestamp()
     UNION
    SELECT unnest($2)
)
INSERT INTO webhook_lane AS l (subscription_id, holder, held_until)
SELECT subscription_id, $1, clock_timestamp() + make_interval(secs => $3)
  FROM wanted
 ORDER BY subscription_id
ON CONFLICT (subscription_id) DO UPDATE
   SET holder = excluded.holder, held_until = excluded.held_until
 WHERE l.held_until < clock_timestamp()
    OR l.holder = $1 AND l.held_until < clock_timestamp() + make_interval(secs => $3) * 2 / 3
RETURNING subscription_id;

-- name: webhook_lane_release
-- params: holder:uuid subscription_ids:bigint[]
-- returns: none
-- Of a runner that ends: others need not wait.
UPDATE webhook_lane l
   SET held_until = clock_timestamp()
  FROM unnest($2) AS u (subscription_id)
 WHERE l.subscription_id = u.subscription_id AND l.holder = $1 AND l.held_until > clock_timestamp();

-- name: webhook_lane_receivers
-- params: subscription_ids:bigint[]
-- returns: many
-- Where their deliveries go, in the order of the list.
SELECT l.number, s.public_id AS subscription, s.mode, s.url,
       s.is_active AND s.deleted_at IS NULL AS is_wanted, s.batch_size::bigint AS batch_size,
       s.secret_sealed,
       CASE WHEN s.previous_until > clock_timestamp() THEN s.previous_sealed END AS previous_sealed
  FROM unnest($1) WITH ORDINALITY AS l (subscription_id, number)
  JOIN webhook_subscription s USING (subscription_id)
 ORDER BY l.number;

-- name: delivery_fetch
-- params: subscription_ids:bigint[] rooms:bigint[] froms:timestamptz[] lengths:bigint[] held:bigint[]
-- returns: many
-- For each subscription that this runner holds: those that have been due for the longest time, since a
-- time, except those that it has already; and behind each the later ones of its object, which wait for
-- it. One that a runner of the release before is attempting is left to it.
SELECT l.number, h.next_at, h.delivery_id AS head, d.delivery_id, d.public_id, d.object, d.sequence,
       d.next_at IS NOT NULL AS is_scheduled,
       d.attempts::bigint AS attempts, d.tries::bigint AS tries,
       extract(epoch FROM clock_timestamp() - d.begun_at)::bigint AS age_s,
       e.public_id AS event, e.type, e.data, e.created_at
  FROM unnest($1, $2, $3, $4) WITH ORDINALITY
       AS l (subscription_id, room, since, length, number)
 CROSS JOIN LATERAL (
       SELECT w.delivery_id, w.object, w.sequence, w.next_at
         FROM webhook_delivery w
        WHERE w.subscription_id = l.subscription_id
          AND w.next_at >= coalesce(l.since, '-infinity')
          AND w.next_at <= (SELECT clock_timestamp())
          AND (w.busy_since IS NULL OR w.busy_since < clock_timestamp() - interval '15 seconds')
          AND w.delivery_id NOT IN (SELECT unnest($5))
        ORDER BY w.next_at
        LIMIT l.room) h
 CROSS JOIN LATERAL (
       SELECT f.delivery_id, f.public_id, f.event_id, f.object, f.sequence, f.next_at, f.attempts,
              f.tries, f.begun_at
         FROM webhook_delivery f
        WHERE f.subscription_id = l.subscription_id AND f.object = h.object
          AND f.sequence >= h.sequence AND f.status = 'pending'
        ORDER BY f.sequence
        LIMIT l.length) d
  JOIN event e ON e.event_id = d.event_id
 ORDER BY l.number, h.next_at, h.delivery_id, d.sequence;

-- name: delivery_record
-- params: delivery_ids:bigint[] attempts:bigint[] statuses:text[] response_statuses:bigint[] problems:text[] delays_s:bigint[]
-- returns: many
-- The outcomes of attempts. Each is effective while its attempt is the latest: attempts is the number
-- before it. A negative delay: it waits for an earlier one of its object. Returns those that were
-- effective. The lists are in the order of ids, in which the rows are locked. The form of the last
-- condition keeps a planner away from the index of what is pending, which it may believe to be empty.
UPDATE webhook_delivery d
   SET status = o.status, attempts = d.attempts + 1, tries = d.tries + 1,
       busy_since = NULL, crowded_at = NULL,
       next_at = CASE WHEN o.status = 'pending' AND o.delay_s >= 0
                      THEN clock_timestamp() + make_interval(secs => o.delay_s) END,
       response_status = nullif(o.response_status, 0)::integer, problem = o.problem,
       attempted_at = clock_timestamp(),
       delivered_at = CASE WHEN o.status = 'delivered' THEN clock_timestamp() END
  FROM unnest($1, $2, $3, $4, $5, $6)
       AS o (delivery_id, attempts, status, response_status, problem, delay_s)
 WHERE d.delivery_id = o.delivery_id AND d.attempts = o.attempts
   AND d.status NOT IN ('delivered', 'failed')
RETURNING d.delivery_id;

-- name: delivery_next
-- params: subscription_ids:bigint[] objects:uuid[]
-- returns: none
-- The first ones that wait in these lines are due, if they waited for an earlier one that has ended.
UPDATE webhook_delivery d
   SET next_at = clock_timestamp()
  FROM (SELECT DISTINCT subscription_id, object
          FROM unnest($1, $2) AS u (subscription_id, object)) l
 CROSS JOIN LATERAL (
       SELECT w.delivery_id
         FROM webhook_delivery w
        WHERE w.subscription_id = l.subscription_id AND w.object = l.object
          AND w.status = 'pending'
        ORDER BY w.sequence
        LIMIT 1) n
 WHERE d.delivery_id = n.delivery_id AND d.next_at IS NULL
   AND d.status NOT IN ('delivered', 'failed');

-- name: delivery_tell
-- params:
-- returns: one
-- Job runners look for deliveries at once, after the commit.
SELECT pg_notify('cowry_jobs', 'webhook_delivery');

-- name: delivery_list
-- params: subscription_id:bigint status:text after:bigint most:bigint
-- returns: many
-- Newest first; of all subscriptions if none is given.
SELECT d.delivery_id, d.public_id, s.public_id AS subscription, p.public_id AS project, s.url,
       'evt_' || e.public_id AS event, e.type, d.object, d.sequence, d.status,
       d.attempts::bigint AS attempts, d.response_status::bigint AS response_status, d.problem,
       d.next_at, d.attempted_at, d.delivered_at, d.created_at
  FROM webhook_delivery d
  JOIN event e USING (event_id)
  JOIN webhook_subscription s USING (subscription_id)
  JOIN project p ON p.project_id = s.project_id
 WHERE coalesce(d.subscription_id = $1, $1 IS NULL)
   AND coalesce(d.status = $2, $2 IS NULL)
   AND d.delivery_id < coalesce($3, 9223372036854775807)
 ORDER BY d.delivery_id DESC
 LIMIT $4;

-- name: delivery_find
-- params: subscription_id:bigint public_id:uuid
-- returns: maybe
SELECT d.delivery_id, d.public_id, s.public_id AS subscription, p.public_id AS project, s.url,
       'evt_' || e.public_id AS event, e.type, d.object, d.sequence, d.status,
       d.attempts::bigint AS attempts, d.response_status::bigint AS response_status, d.problem,
       d.next_at, d.attempted_at, d.delivered_at, d.created_at
  FROM webhook_delivery d
  JOIN event e USING (event_id)
  JOIN webhook_subscription s USING (subscription_id)
  JOIN project p ON p.project_id = s.project_id
 WHERE d.public_id = $2 AND coalesce(d.subscription_id = $1, $1 IS NULL);

-- name: delivery_replay
-- params: delivery_id:bigint
-- returns: maybe
-- Restart it, if it has ended and its subscription is active.
UPDATE webhook_delivery d
   SET status = 'pending', tries = 0, begun_at = clock_timestamp(), next_at = clock_timestamp(),
       delivered_at = NULL
  FROM webhook_subscription s
 WHERE d.delivery_id = $1 AND d.status <> 'pending'
   AND s.subscription_id = d.subscription_id AND s.is_active AND s.deleted_at IS NULL
RETURNING d.public_id;

-- name: sealed_webhook
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Secrets under an older key, with their sealing contexts; locked.
SELECT subscription_id AS id, 'webhook ' || public_id AS context, secret_sealed AS sealed
  FROM webhook_subscription
 WHERE subscription_id > $2 AND substr(secret_sealed, 1, length($1)) <> $1
 ORDER BY subscription_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_webhook
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE webhook_subscription SET secret_sealed = $2 WHERE subscription_id = $1;

-- name: sealed_webhook_previous
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Secrets before the last rotation under an older key, with their sealing contexts; locked.
SELECT subscription_id AS id, 'webhook ' || public_id AS context, previous_sealed AS sealed
  FROM webhook_subscription
 WHERE subscription_id > $2 AND substr(previous_sealed, 1, length($1)) <> $1
 ORDER BY subscription_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_webhook_previous
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE webhook_subscription SET previous_sealed = $2 WHERE subscription_id = $1;
