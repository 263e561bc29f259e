-- What monitoring reads from the database: rows of a metric (src/app/operation/gauges.c has the
-- list), up to three labels, and a whole number. Times are seconds since 1970, ages are seconds,
-- amounts are minor units. The cost is bounded: what may have many rows is counted up to 100,000,
-- or of the latest 10,000 rows.

-- name: gauges_system
-- params:
-- returns: many
WITH last AS (
    SELECT ended_at, violations, complete
      FROM verification
     ORDER BY verification_id DESC
     LIMIT 1
)
SELECT 'schema' AS metric, '' AS a, '' AS b, '' AS c, max(number)::numeric AS value
  FROM cowry_meta.migration
 UNION ALL
SELECT 'runner_seen', '', '', '', floor(extract(epoch FROM max(seen_at)))
  FROM job_runner
HAVING max(seen_at) IS NOT NULL
 UNION ALL
SELECT 'runners', '', '', '',
       count(*) FILTER (WHERE seen_at > statement_timestamp() - interval '1 minute')
  FROM job_runner
 UNION ALL
SELECT 'verify_time', '', '', '', floor(extract(epoch FROM ended_at)) FROM last
 UNION ALL
SELECT 'verify_violations', '', '', '', violations FROM last
 UNION ALL
SELECT 'verify_complete', '', '', '', complete::integer FROM last
 UNION ALL
SELECT 'books_unchecked', '', '', '',
       floor(extract(epoch FROM greatest(statement_timestamp() - coalesce(previous_at, started_at), '0')))
  FROM book_audit
 UNION ALL
SELECT 'books_round', '', '', '', floor(extract(epoch FROM ended_at)) FROM book_audit WHERE ended_at IS NOT NULL
 UNION ALL
SELECT 'books_differences', '', '', '', count(*) FROM book_difference WHERE resolved_at IS NULL
 UNION ALL
SELECT 'ledgers_stopped', '', '', '', count(DISTINCT ledger_id)
  FROM book_difference
 WHERE stops AND resolved_at IS NULL
 UNION ALL
SELECT 'connections', coalesce(state, 'other'), '', '', count(*)
  FROM pg_stat_activity
 WHERE datname = current_database()
 GROUP BY state
 UNION ALL
SELECT 'connections_max', '', '', '', current_setting('max_connections')::numeric;

-- name: gauges_queue
-- params:
-- returns: many
WITH j AS (
    SELECT kind, due_at, problem IS NOT NULL AS has_failed,
           CASE WHEN parked_at IS NOT NULL THEN 'parked'
                WHEN claimed_until > statement_timestamp() THEN 'running'
                ELSE 'waiting' END AS status
      FROM job
)
SELECT 'jobs' AS metric, kind AS a, s.status AS b, '' AS c,
       count(*) FILTER (WHERE j.status = s.status)::numeric AS value
  FROM j
 CROSS JOIN (VALUES ('waiting'), ('running'), ('parked')) AS s (status)
 GROUP BY kind, s.status
 UNION ALL
SELECT 'jobs_failing', kind, '', '', count(*) FILTER (WHERE has_failed AND status <> 'parked')
  FROM j
 GROUP BY kind
 UNION ALL
SELECT 'jobs_overdue', kind, '', '',
       coalesce(floor(extract(epoch FROM greatest(
           statement_timestamp() - min(due_at) FILTER (WHERE status = 'waiting'), '0'))), 0)
  FROM j
 GROUP BY kind;

-- name: gauges_events
-- params:
-- returns: many
WITH waiting AS (
    SELECT begun_at FROM webhook_delivery WHERE status = 'pending' LIMIT 100000
), recent AS (
    SELECT status FROM webhook_delivery ORDER BY delivery_id DESC LIMIT 10000
), unread AS (
    SELECT t.created_at
      FROM event_feed f
      JOIN LATERAL (SELECT created_at
                      FROM transaction
                     WHERE transaction_id > f.done_id
                     ORDER BY transaction_id
                     LIMIT 1) t ON true
), unsealed AS (
    SELECT t.created_at
      FROM seal_feed f
      JOIN LATERAL (SELECT created_at
                      FROM transaction
                     WHERE transaction_id > f.done_id
                     ORDER BY transaction_id
                     LIMIT 100000) t ON true
), unpublished AS (
    SELECT created_at FROM event WHERE sequence IS NULL ORDER BY created_at LIMIT 1
)
SELECT 'deliveries_pending' AS metric, '' AS a, '' AS b, '' AS c, count(*)::numeric AS value
  FROM waiting
 UNION ALL
SELECT 'deliveries_oldest', '', '', '',
       coalesce(floor(extract(epoch FROM statement_timestamp() - min(begun_at))), 0)
  FROM waiting
 UNION ALL
SELECT 'deliveries_recent', status, '', '', count(*) FROM recent GROUP BY status
 UNION ALL
SELECT 'subscriptions_disabled', '', '', '', count(*)
  FROM webhook_subscription
 WHERE problem IS NOT NULL AND deleted_at IS NULL
 UNION ALL
SELECT 'events_lag', '', '', '',
       coalesce(floor(extract(epoch FROM greatest(statement_timestamp() - min(created_at), '0'))), 0)
  FROM (SELECT created_at FROM unread UNION ALL SELECT created_at FROM unpublished) u
 UNION ALL
SELECT 'seals_waiting', '', '', '', count(*) FROM unsealed
 UNION ALL
SELECT 'seals_lag', '', '', '',
       coalesce(floor(extract(epoch FROM greatest(statement_timestamp() - min(created_at), '0'))), 0)
  FROM unsealed
 UNION ALL
SELECT 'seals_size', mode, '', '', size FROM seal_tree
 UNION ALL
SELECT 'seals_signed', mode, '', '', floor(extract(epoch FROM signed_at))
  FROM seal_tree
 WHERE signed_at IS NOT NULL
 UNION ALL
SELECT 'journal_end', '', '', '', journal_end()
 UNION ALL
SELECT 'journal_read', '', '', '', done_id FROM event_feed
 UNION ALL
SELECT 'events_published', '', '', '', sequence FROM event_feed;

-- name: gauges_payments
-- params:
-- returns: many
WITH pending AS (
    SELECT provider, withdrawal, created_at FROM payment WHERE status = 'pending' LIMIT 100000
), recent AS (
    (SELECT 'payment' AS kind, status FROM payment ORDER BY payment_id DESC LIMIT 10000)
    UNION ALL
    (SELECT 'purchase', status FROM purchase ORDER BY purchase_id DESC LIMIT 10000)
    UNION ALL
    (SELECT 'drop', status FROM drop_payment ORDER BY drop_payment_id DESC LIMIT 10000)
    UNION ALL
    (SELECT 'bank', status FROM bank_payment ORDER BY bank_payment_id DESC LIMIT 10000)
)
SELECT 'payments_pending' AS metric, provider AS a,
       CASE WHEN withdrawal THEN 'withdrawal' ELSE 'deposit' END AS b, '' AS c,
       count(*)::numeric AS value
  FROM pending
 GROUP BY provider, withdrawal
 UNION ALL
SELECT 'payments_oldest', provider, CASE WHEN withdrawal THEN 'withdrawal' ELSE 'deposit' END, '',
       floor(extract(epoch FROM statement_timestamp() - min(created_at)))
  FROM pending
 GROUP BY provider, withdrawal
 UNION ALL
SELECT 'payments_recent', kind, status, '', count(*) FROM recent GROUP BY kind, status
 UNION ALL
SELECT 'reviews_open', kind, '', '', count(*) FROM review WHERE status = 'open' GROUP BY kind
 UNION ALL
SELECT 'reviews_oldest', '', '', '',
       coalesce(floor(extract(epoch FROM statement_timestamp() - min(created_at))), 0)
  FROM review
 WHERE status = 'open'
 UNION ALL
SELECT 'complaints_open', '', '', '', count(*) FROM complaint WHERE resolved_at IS NULL;

-- name: gauges_held
-- params:
-- returns: many
WITH active AS (
    SELECT h.amount, h.currency, l.mode
      FROM (SELECT amount, currency, ledger_id FROM hold WHERE status = 0 LIMIT 100000) h
      JOIN ledger l USING (ledger_id)
), worth AS (
    SELECT status, balance, currency FROM voucher WHERE balance > 0 LIMIT 100000
), recent AS (
    SELECT status FROM voucher ORDER BY voucher_id DESC LIMIT 10000
)
SELECT 'holds' AS metric, mode AS a, '' AS b, currency::text AS c, count(*)::numeric AS value
  FROM active
 GROUP BY mode, currency
 UNION ALL
SELECT 'holds_amount', mode, '', currency::text, sum(amount) FROM active GROUP BY mode, currency
 UNION ALL
SELECT 'vouchers', status, '', currency::text, count(*) FROM worth GROUP BY status, currency
 UNION ALL
SELECT 'vouchers_amount', status, '', currency::text, sum(balance)
  FROM worth
 GROUP BY status, currency
 UNION ALL
SELECT 'vouchers_recent', status, '', '', count(*) FROM recent GROUP BY status;

-- name: gauges_books
-- params:
-- returns: many
-- The ledgers' own accounts, by kind, credit-positive; wallets (1) are left out.
SELECT 'balance' AS metric, c.name AS a, l.mode AS b, s.currency::text AS c,
       sum(s.balance)::numeric AS value
  FROM chart c
 CROSS JOIN ledger l
 CROSS JOIN LATERAL (SELECT currency, sum(balance) AS balance
                       FROM account a
                      WHERE a.ledger_id = l.ledger_id AND a.kind = c.kind
                      GROUP BY currency) s
 WHERE c.kind BETWEEN 2 AND 11
 GROUP BY c.name, l.mode, s.currency;
