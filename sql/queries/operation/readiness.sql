-- Whether this server can do its work, for load balancers.

-- name: readiness
-- params:
-- returns: one
SELECT (SELECT max(number) FROM cowry_meta.migration)::bigint AS schema,
       NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS is_writable,
       EXISTS (SELECT 1
                 FROM job_runner
                WHERE seen_at > statement_timestamp() - interval '1 minute') AS has_runner;
