-- What a session is given when it is opened, by the first two statements in it.

-- name: session_settings
-- params: statement_timeout:text lock_timeout:text idle_timeout:text mark:text scans:text
-- returns: one
-- The settings of a session, except those that the connection string sets itself (options). They are
-- not sent in the startup packet, because poolers refuse options there. The mark that was found is not
-- empty if a pooler passes a session on without resetting it.
--
-- A plan is made once, and kept while its tables grow from nothing to millions of rows. So that of a server
-- must be right for large ones, whatever the planner knows: index scans and nested loops (scans is off), by one
-- process, since starting others takes longer than a statement. Others remain possible where there is no index;
-- their costs would then call for JIT.
WITH found AS MATERIALIZED (SELECT coalesce(current_setting('cowry.mark', true), '') AS mark)
SELECT found.mark,
       pg_postmaster_start_time()::text AS server,
       (SELECT count(set_config(wanted.name, wanted.value, false))
          FROM (VALUES ('statement_timeout', $1),
                       ('lock_timeout', $2),
                       ('idle_in_transaction_session_timeout', $3),
                       ('default_transaction_isolation', 'read committed'),
                       ('plan_cache_mode', 'force_generic_plan'),
                       ('enable_seqscan', $5),
                       ('enable_hashjoin', $5),
                       ('enable_mergejoin', $5),
                       ('max_parallel_workers_per_gather',
                        CASE $5 WHEN 'off' THEN '0'
                                ELSE current_setting('max_parallel_workers_per_gather') END),
                       ('jit', 'off'),
                       ('search_path', 'cowry'),
                       ('TimeZone', 'UTC')) AS wanted (name, value)
          JOIN pg_settings s ON s.name = wanted.name
         WHERE s.source <> 'client') AS set,
       set_config('cowry.mark', $4, false) AS new_mark
  FROM found;

-- name: session_mark
-- returns: one
-- In a transaction of its own: whether the next transaction still has the settings.
SELECT coalesce(current_setting('cowry.mark', true), '') AS mark;

-- name: session_server_process
-- returns: one
-- The process that serves this transaction.
SELECT pg_backend_pid()::bigint AS process;

-- name: plans_discard
-- returns: none
-- The next execution of each statement plans it for the sizes that tables have then.
DISCARD PLANS;
