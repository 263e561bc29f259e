-- The ledger's own reads and writes: accounts, transactions, postings and holds. Locks are taken in
-- the order of account ids; nothing else writes these tables.

-- name: account_lock
-- params: public_ids:uuid[]
-- returns: many
-- Lock accounts in id order, so that no two batches can deadlock. A join, since the condition is evaluated
-- again for every row that another transaction has changed meanwhile: that of an array costs its length.
SELECT a.account_id, a.public_id, a.ledger_id, a.kind, a.currency, a.floor IS NOT NULL AS has_floor,
       a.floor, a.status, a.balance, a.held, a.sequence, a.last_at
  FROM unnest($1) AS named (public_id)
  JOIN account a USING (public_id)
 ORDER BY a.account_id
   FOR UPDATE OF a;

-- name: hold_lock
-- params: public_ids:uuid[]
-- returns: many
-- Each once, also if several transactions of a batch name it.
SELECT h.hold_id, h.public_id, h.ledger_id, a.public_id AS account, h.amount, h.captured_before, h.captured,
       h.status, h.type, h.expires_at
  FROM (SELECT DISTINCT public_id FROM unnest($1) AS u (public_id)) named
  JOIN hold h USING (public_id)
  JOIN account a USING (account_id)
 ORDER BY h.hold_id
   FOR UPDATE OF h;

-- name: transaction_known
-- params: ledger_ids:bigint[] refs:text[]
-- returns: many
-- Transactions that already have one of the references. A reserved reference is held by a transaction
-- without id and content: it equals no other. So is one whose postings are in the archive, as far as is
-- known here: it has no sequences, and transaction_archived has the rest. A look at the archive here would
-- cost every transfer.
SELECT k.transaction_id, k.public_id, r.ledger_id, r.reference,
       CASE WHEN p.line IS NULL THEN decode(repeat('00', 32), 'hex') ELSE k.content END AS content,
       coalesce(k.created_at, s.created_at) AS created_at, p.amount, p.from_balance, p.to_balance,
       p.from_sequence, p.to_sequence
  FROM unnest($1, $2) AS r (ledger_id, reference)
  LEFT JOIN transaction k ON k.ledger_id = r.ledger_id AND k.reference = r.reference
  LEFT JOIN reserved_reference s ON s.ledger_id = r.ledger_id AND s.reference = r.reference
  LEFT JOIN posting p ON p.transaction_id = k.transaction_id AND p.line = 0
 WHERE k.transaction_id IS NOT NULL OR s.reference IS NOT NULL;

-- name: transaction_reversed
-- params: transaction_ids:bigint[]
-- returns: many
-- What was given back of these. It is read after the accounts are locked, so nothing is being added to it.
SELECT transaction_id, reversed
  FROM reversed_transaction
 WHERE transaction_id = ANY ($1);

-- name: transaction_archived
-- params: transaction_id:bigint
-- returns: maybe
-- What transaction_known did not find; nothing if it is in a period that is detached.
SELECT t.content, a.amount, a.from_balance, a.to_balance, a.from_sequence, a.to_sequence
  FROM archived_lines($1) a
  JOIN transaction t ON t.transaction_id = a.transaction_id
 WHERE a.line = 0;

-- name: transaction_reserve
-- params: ledger_ids:bigint[]
-- returns: many
-- Ids for new transactions, the time after the locks were taken, whether nothing is posted in their ledgers, the
-- terms of these (0 if there never were fees), and whether their wallets may have limits. Which ledgers are stopped is
-- looked up once, in an index that is empty; so is whether any has fees, and which have limits.
SELECT nextval('transaction_transaction_id_seq') AS transaction_id, clock_timestamp() AS now,
       $1[i] = ANY (ARRAY(SELECT ledger_id FROM book_difference WHERE stops AND resolved_at IS NULL))
           AS stopped,
       CASE WHEN (SELECT ledger_id FROM fee_terms ORDER BY ledger_id LIMIT 1) IS NULL THEN 0
            ELSE coalesce((SELECT terms FROM fee_terms WHERE ledger_id = $1[i]), 0) END AS terms,
       ARRAY[$1[i], 0] && ARRAY(SELECT ledger_id FROM limited_ledger WHERE ledger_id = ANY ($1 || 0::bigint))
           AS is_limited
  FROM generate_series(1, cardinality($1)) AS i;

-- name: transaction_insert
-- params: ids:bigint[] public_ids:uuid[] ledger_ids:bigint[] refs:text[] types:text[] type_numbers:bigint[] contents:bytea reverses:bigint[] metadata:jsonb[] metadata_numbers:bigint[] created_at:timestamptz[]
-- returns: none
-- In the order given, which is that of references: two batches that have references in common, on
-- different accounts, wait for each other's index entries. Values that are mostly the same are sent once,
-- with their numbers.
INSERT INTO transaction (transaction_id, public_id, ledger_id, reference, type, content, reverses,
                         metadata, created_at)
SELECT $1[i], $2[i], $3[i], reference, $5[$6[i]], substr($7, 32 * i - 31, 32), nullif($8[i], 0),
       $9[$10[i]], $11[i]
  FROM ROWS FROM (generate_series(1, cardinality($1)), unnest($4)) AS r (i, reference);

-- name: posting_insert
-- params: transaction_ids:bigint[] lines:smallint[] ledger_ids:bigint[] currencies:text[] currency_numbers:bigint[] from_ids:bigint[] to_ids:bigint[] amounts:bigint[] from_balances:bigint[] to_balances:bigint[] from_sequences:bigint[] to_sequences:bigint[]
-- returns: none
INSERT INTO posting (transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                     from_balance, to_balance, from_sequence, to_sequence)
SELECT $1[i], $2[i], $3[i], $4[$5[i]], $6[i], $7[i], $8[i], $9[i], $10[i], $11[i], $12[i]
  FROM generate_series(1, cardinality($1)) AS i;

-- name: key_used
-- params: principals:text[] keys:text[]
-- returns: many
-- Which of the Idempotency-Keys have been used, by their numbers. Those that have expired are removed, so that
-- they can be stored again.
WITH given AS (
    SELECT g.principal, g.key, g.number
      FROM unnest($1, $2) WITH ORDINALITY AS g (principal, key, number)
), expired AS (
    DELETE FROM idempotency i
     USING given g
     WHERE i.principal = g.principal AND i.key = g.key AND i.expires_at <= clock_timestamp()
    RETURNING i.principal, i.key
)
SELECT g.number
  FROM given g
  JOIN idempotency i ON i.principal = g.principal AND i.key = g.key
 WHERE NOT EXISTS (SELECT FROM expired e WHERE e.principal = g.principal AND e.key = g.key);

-- name: key_store
-- params: principals:text[] keys:text[] hashes:bytea statuses:bigint[] lifetimes:bigint[]
-- returns: none
-- Keys of requests whose answers can be rebuilt from what they have posted. One that another request has
-- stored in the meantime fails the transaction.
INSERT INTO idempotency (principal, key, request_hash, status, body_sealed, expires_at, posted)
SELECT g.principal, g.key, substr($3, 32 * g.number::integer - 31, 32), 0, '',
       clock_timestamp() + make_interval(secs => g.lifetime), g.status
  FROM unnest($1, $2, $4, $5) WITH ORDINALITY AS g (principal, key, status, lifetime, number);

-- name: account_store
-- params: ids:bigint[] balances:bigint[] held:bigint[] sequences:bigint[] last_at:timestamptz[]
-- returns: none
UPDATE account a
   SET balance = $2[i], held = $3[i], sequence = $4[i], last_at = $5[i]
  FROM generate_series(1, cardinality($1)) AS i
 WHERE a.account_id = $1[i];

-- name: hold_store
-- params: ids:bigint[] amounts:bigint[] captured_before:bigint[] captured:bigint[] statuses:smallint[] transaction_ids:bigint[]
-- returns: none
UPDATE hold h
   SET amount = v.amount, captured_before = v.captured_before, captured = v.captured, status = v.status,
       closed_at = CASE WHEN v.status <> 0 THEN greatest(clock_timestamp(), h.created_at) END,
       transaction_id = nullif(v.transaction_id, 0)
  FROM unnest($1, $2, $3, $4, $5, $6) AS v (hold_id, amount, captured_before, captured, status, transaction_id)
 WHERE h.hold_id = v.hold_id;

-- name: hold_capture_insert
-- params: transaction_ids:bigint[] public_ids:uuid[]
-- returns: none
INSERT INTO hold_capture (transaction_id, hold_id)
SELECT v.transaction_id, h.hold_id
  FROM unnest($1, $2) AS v (transaction_id, public_id)
  JOIN hold h USING (public_id);

-- name: transaction_fee_insert
-- params: transaction_ids:bigint[] lines:smallint[] versions:bigint[] amounts:bigint[]
-- returns: none
INSERT INTO transaction_fee (transaction_id, line, fee_version_id, amount)
SELECT $1[i], $2[i], $3[i], $4[i]
  FROM generate_series(1, cardinality($1)) AS i;

-- name: hold_insert
-- params: public_id:uuid ledger_id:bigint account_id:bigint currency:text amount:bigint reference:text content:bytea metadata:jsonb lifetime_s:bigint not_before:timestamptz type:text
-- returns: one
-- Not before the last time of its account: the clock may have stepped back, and a hold dated by it
-- would end early after a correction.
INSERT INTO hold (public_id, ledger_id, account_id, currency, amount, reference, content, metadata,
                  created_at, expires_at, type)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, t.now, t.now + make_interval(secs => $9), $11
  FROM (SELECT greatest(clock_timestamp(), $10) AS now) t
RETURNING hold_id, created_at, expires_at;

-- name: hold_by_reference
-- params: ledger_id:bigint reference:text
-- returns: maybe
SELECT h.hold_id, h.public_id, a.public_id AS account, h.ledger_id, h.amount, h.captured_before, h.captured, h.status,
       h.currency, h.reference, h.metadata, h.content, h.created_at, h.expires_at, h.closed_at,
       t.public_id AS transaction
  FROM hold h
  JOIN account a USING (account_id)
  LEFT JOIN transaction t ON t.transaction_id = h.transaction_id
 WHERE h.ledger_id = $1 AND h.reference = $2;

-- name: hold_find
-- params: ledger_id:bigint public_id:uuid
-- returns: one
-- Without a ledger: in any.
SELECT h.hold_id, h.public_id, a.public_id AS account, h.ledger_id, h.amount, h.captured_before, h.captured, h.status,
       h.currency, h.reference, h.metadata, h.content, h.created_at, h.expires_at, h.closed_at,
       t.public_id AS transaction
  FROM hold h
  JOIN account a USING (account_id)
  LEFT JOIN transaction t ON t.transaction_id = h.transaction_id
 WHERE h.public_id = $2 AND h.ledger_id = coalesce($1, h.ledger_id);

-- name: hold_expired
-- params: most:bigint
-- returns: many
-- Expired holds, oldest first; their accounts are locked before they are.
SELECT h.public_id, a.public_id AS account
  FROM hold h
  JOIN account a USING (account_id)
 WHERE h.status = 0 AND h.expires_at <= clock_timestamp()
 ORDER BY h.expires_at
 LIMIT $1;

-- name: ledger_find
-- params: project_id:bigint mode:text
-- returns: maybe
SELECT ledger_id
  FROM ledger
 WHERE (project_id = $1 OR (project_id IS NULL AND $1 IS NULL)) AND mode = $2;

-- name: ledger_insert
-- params: project_id:bigint mode:text
-- returns: none
INSERT INTO ledger (project_id, mode)
VALUES ($1, $2)
ON CONFLICT DO NOTHING;

-- name: account_insert
-- params: public_id:uuid ledger_id:bigint kind:smallint currency:text floor:bigint
-- returns: one
INSERT INTO account (public_id, ledger_id, kind, currency, floor)
VALUES ($1, $2, $3, $4, $5)
RETURNING account_id;

-- name: account_insert_system
-- params: public_ids:uuid[] ledger_id:bigint kinds:smallint[] currency:text
-- returns: none
-- The accounts that a ledger has once per currency; without floor.
INSERT INTO account (public_id, ledger_id, kind, currency, floor)
SELECT v.public_id, $2, v.kind, $4, NULL
  FROM unnest($1, $3) AS v (public_id, kind)
ON CONFLICT (public_id) DO NOTHING;

-- name: ledger_trial_balance
-- params: mode:text
-- returns: many
-- Of one mode, or of both. Sums are wider than a balance.
SELECT c.code, c.name, c.class, l.mode, a.currency::text AS currency, count(*) AS accounts,
       greatest(-sum(a.balance), 0) AS debit, greatest(sum(a.balance), 0) AS credit
  FROM account a
  JOIN chart c USING (kind)
  JOIN ledger l USING (ledger_id)
 WHERE $1 IS NULL OR l.mode = $1
 GROUP BY c.code, c.name, c.class, l.mode, a.currency
 ORDER BY l.mode, a.currency, c.code;

-- name: account_position_at
-- params: public_id:uuid at:timestamptz
-- returns: one
-- The balance after the last posting at or before a time, and its number in the history.
-- The postings of an account are numbered without gaps and in order of time, so the last one at
-- or before a time is found by halving: a few index look-ups however long the history, none for a time
-- after its end. It begins after the last closed period that ended for the account by then. If the time
-- is within a closed period, the archive has the answer; NULL if that period is detached.
WITH RECURSIVE account_row AS (
    SELECT account_id, sequence, last_at FROM account WHERE public_id = $1
), closing AS (
    SELECT c.*
      FROM account_row
      JOIN period_balance c USING (account_id)
      JOIN journal_period p USING (period_id)
     WHERE p.state <> 'copying'
), closed AS (
    SELECT last_sequence, balance FROM closing WHERE last_at <= $2 ORDER BY last_sequence DESC LIMIT 1
), within AS (
    SELECT account_id, period_id, first_sequence, last_sequence
      FROM closing
     WHERE first_at <= $2 AND last_at > $2
), start AS (
    SELECT account_id, sequence, last_at,
           coalesce((SELECT last_sequence FROM closed), 0) AS closed,
           EXISTS (SELECT FROM closing WHERE last_at > $2) AS is_closed
      FROM account_row
), halving AS (
    SELECT account_id, CASE WHEN last_at <= $2 THEN sequence ELSE closed END AS low,
           CASE WHEN is_closed THEN closed ELSE sequence END AS high
      FROM start
    UNION ALL
    SELECT h.account_id,
           CASE WHEN m.created_at <= $2 THEN (h.low + h.high + 1) / 2 ELSE h.low END,
           CASE WHEN m.created_at <= $2 THEN h.high ELSE (h.low + h.high + 1) / 2 - 1 END
      FROM halving h
      CROSS JOIN LATERAL (
            SELECT t.created_at
              FROM (SELECT transaction_id FROM posting
                     WHERE from_id = h.account_id AND from_sequence = (h.low + h.high + 1) / 2
                    UNION ALL
                    SELECT transaction_id FROM posting
                     WHERE to_id = h.account_id AND to_sequence = (h.low + h.high + 1) / 2) p
              JOIN transaction t USING (transaction_id)) m
     WHERE h.low < h.high
), found AS (
    SELECT account_id, low AS sequence FROM halving WHERE low = high
), recent AS (
    SELECT coalesce((SELECT balance FROM closed WHERE last_sequence = f.sequence),
                    (SELECT from_balance FROM posting p
                      WHERE p.from_id = f.account_id AND p.from_sequence = f.sequence),
                    (SELECT to_balance FROM posting p
                      WHERE p.to_id = f.account_id AND p.to_sequence = f.sequence),
                    0)::bigint AS balance, f.sequence
      FROM found f
)
SELECT CASE WHEN w.account_id IS NULL THEN r.balance ELSE a.balance END AS balance,
       CASE WHEN w.account_id IS NULL THEN r.sequence ELSE a.sequence END AS sequence
  FROM recent r
  LEFT JOIN within w ON true
  LEFT JOIN LATERAL (SELECT *
                       FROM archived_position(w.account_id, $2, w.period_id, w.first_sequence,
                                              w.last_sequence)
                      WHERE w.account_id IS NOT NULL) a ON true;

-- name: account_detached
-- params: account_id:bigint after:bigint until:bigint
-- returns: one
-- Whether any of the postings with numbers above after, up to until, is in a period that is detached.
SELECT EXISTS (SELECT
                 FROM period_balance c
                 JOIN journal_period p USING (period_id)
                WHERE c.account_id = $1 AND c.last_sequence > $2 AND c.first_sequence <= $3
                  AND p.state IN ('detached', 'loading')) AS detached;
