-- Statements of the tests of the database layer; test_db makes the table.

-- name: test_echo
-- params: i2:smallint i4:integer i8:bigint b:boolean t:text c:bpchar u:uuid at:timestamptz d:bytea j:jsonb
-- returns: one
SELECT $1 AS i2, $2 AS i4, $3 AS i8, $4 AS b, $5 AS t, $6 AS c, $7 AS u, $8 AS at, $9 AS d, $10 AS j;

-- name: test_unnest
-- params: i2:smallint[] i4:integer[] i8:bigint[] b:boolean[] t:text[] c:bpchar[] u:uuid[] at:timestamptz[] d:bytea[] j:jsonb[]
-- returns: many
SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS r (i2, i4, i8, b, t, c, u, at, d, j);

-- name: test_letters
-- params: t:text c:bpchar
-- returns: one
SELECT $1 AS t, $2 AS c, 7::bigint AS after;

-- name: test_infinity
-- returns: one
SELECT 'infinity'::timestamptz AS future, '-infinity'::timestamptz AS past;

-- name: test_numeric
-- params: text:text
-- returns: one
SELECT $1::numeric AS n;

-- name: test_rows_one
-- params: count:bigint
-- returns: one
SELECT n FROM generate_series(1, $1) AS n;

-- name: test_rows_maybe
-- params: count:bigint
-- returns: maybe
SELECT n FROM generate_series(1, $1) AS n;

-- name: test_insert
-- params: id:bigint value:bigint
-- returns: none
INSERT INTO thing (id, value) VALUES ($1, $2);

-- name: test_select
-- params: id:bigint
-- returns: maybe
SELECT value FROM thing WHERE id = $1;

-- name: test_count
-- returns: one
SELECT count(*) AS n FROM thing;

-- name: test_add
-- params: id:bigint value:bigint
-- returns: none
UPDATE thing SET value = value + $2 WHERE id = $1;

-- name: test_serializable
-- returns: none
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- name: test_sleep
-- params: ms:bigint
-- returns: none
SELECT pg_sleep($1 / 1000.0);

-- name: test_backend
-- returns: one
SELECT pg_backend_pid() AS pid;

-- name: test_setting
-- params: name:text
-- returns: one
SELECT current_setting($1) AS value;

-- name: test_prepared
-- params: name:text
-- returns: one
SELECT count(*) FROM pg_prepared_statements WHERE name = $1;
