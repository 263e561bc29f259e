-- Seals of the journal: transactions in their order, and the trees that they are leaves of.

-- name: seal_claim
-- params:
-- returns: maybe
-- One job runner at a time.
SELECT one FROM seal_feed FOR UPDATE SKIP LOCKED;

-- name: seal_place
-- params: most:bigint
-- returns: one
-- After it is claimed: what is sealed, and where the next piece ends: at most so many transactions, whose ids are
-- at most so far apart, or those of so many postings. All transactions up to event_feed.done_id have ended
-- (migrations/0006_webhooks.sql). Postings of a detached period can't be read.
WITH piece AS MATERIALIZED (
    SELECT f.done_id, e.done_id AS end_id,
           least(e.done_id, $1 - 1 + (SELECT t.transaction_id
                                        FROM transaction t
                                       WHERE t.transaction_id > f.done_id
                                       ORDER BY t.transaction_id
                                       LIMIT 1)) AS piece_id
      FROM seal_feed f
     CROSS JOIN event_feed e
), bounded AS MATERIALIZED (
    SELECT p.done_id, p.end_id,
           coalesce((SELECT j.transaction_id
                       FROM journal_posting j
                      WHERE j.transaction_id > p.done_id AND j.transaction_id <= p.piece_id
                      ORDER BY j.transaction_id
                     OFFSET $1 - 1 LIMIT 1), p.piece_id) AS piece_id
      FROM piece p
)
SELECT p.done_id, p.piece_id, p.end_id,
       (SELECT j.name
          FROM journal_period j
         WHERE j.state IN ('detached', 'loading') AND j.first_id <= p.piece_id
           AND j.last_id > p.done_id
         ORDER BY j.first_id
         LIMIT 1) AS missing
  FROM bounded p;

-- name: seal_transactions
-- params: after:bigint upto:bigint
-- returns: many
-- In the order of the journal. What their ids mean is read by itself: a join may be planned for far more rows.
SELECT transaction_id, public_id, type, reference, metadata::text AS metadata, created_at, ledger_id, reverses
  FROM transaction
 WHERE transaction_id > $1 AND transaction_id <= $2
 ORDER BY transaction_id;

-- name: seal_postings
-- params: after:bigint upto:bigint
-- returns: many
-- Likewise.
SELECT line, currency::text AS currency, amount, from_balance, to_balance, from_sequence, to_sequence,
       transaction_id, from_id, to_id
  FROM journal_posting
 WHERE transaction_id > $1 AND transaction_id <= $2
 ORDER BY transaction_id, line;

-- name: seal_ledgers
-- params: ledger_ids:bigint[]
-- returns: many
-- In the order of their ids, as are the next two.
SELECT l.ledger_id, l.mode, p.public_id AS project
  FROM ledger l
  LEFT JOIN project p USING (project_id)
 WHERE l.ledger_id = ANY ($1)
 ORDER BY l.ledger_id;

-- name: seal_reversed
-- params: transaction_ids:bigint[]
-- returns: many
SELECT transaction_id, public_id
  FROM transaction
 WHERE transaction_id = ANY ($1)
 ORDER BY transaction_id;

-- name: seal_accounts
-- params: account_ids:bigint[]
-- returns: many
SELECT account_id, public_id FROM account WHERE account_id = ANY ($1) ORDER BY account_id;

-- name: seal_tree_find
-- params: mode:text
-- returns: one
-- With the end of what is sealed, in the same snapshot.
SELECT t.mode, t.size, t.root, t.origin, t.checkpoint, t.signed_at, f.done_id
  FROM seal_tree t
 CROSS JOIN seal_feed f
 WHERE t.mode = $1;

-- name: seal_tree_store
-- params: mode:text size:bigint root:bytea
-- returns: none
UPDATE seal_tree SET size = $2, root = $3 WHERE mode = $1;

-- name: seal_checkpoint_store
-- params: mode:text origin:text checkpoint:text public_keys:bytea[]
-- returns: none
WITH keys AS (
    INSERT INTO seal_key (public_key) SELECT unnest($4) ON CONFLICT DO NOTHING
)
UPDATE seal_tree SET origin = $2, checkpoint = $3, signed_at = clock_timestamp() WHERE mode = $1;

-- name: seal_keys
-- params:
-- returns: many
-- Newest first.
SELECT public_key FROM seal_key ORDER BY created_at DESC, public_key;

-- name: seal_feed_store
-- params: done_id:bigint
-- returns: none
UPDATE seal_feed SET done_id = $1;

-- name: seal_hashes
-- params: mode:text levels:bigint[] firsts:bigint[] count:bigint
-- returns: many
-- Rows of hashes, so many from a number on each of the levels, which are read one by one: a join planned while
-- there are few rows would read all of a tree.
SELECT h.level, h.number, h.hashes
  FROM unnest($2, $3) AS w (level, first)
 CROSS JOIN LATERAL (
        SELECT s.level::bigint AS level, s.number, s.hashes
          FROM seal_hash s
         WHERE s.mode = $1 AND s.level = w.level AND s.number >= w.first AND s.number < w.first + $4
         ORDER BY s.number
         LIMIT $4) h
 ORDER BY h.level, h.number;

-- name: seal_hashes_add
-- params: mode:text levels:bigint[] numbers:bigint[] hashes:bytea[]
-- returns: none
-- Rows of hashes, or what is added to the last one of a level.
INSERT INTO seal_hash AS s (mode, level, number, hashes)
SELECT $1, level, number, hashes
  FROM unnest($2, $3, $4) AS a (level, number, hashes)
    ON CONFLICT (mode, level, number) DO UPDATE SET hashes = s.hashes || EXCLUDED.hashes;

-- name: seal_leaves_add
-- params: mode:text transaction_ids:bigint[] numbers:bigint[] firsts:bigint[] lasts:bigint[] salts:bytea[]
-- returns: none
-- Rows of leaves, or what is added to the last one: each has the transactions from a place in the list to
-- another one.
INSERT INTO seal_leaf AS s (mode, number, first_id, transaction_ids, salts)
SELECT $1, number, $2[first], $2[first:last], salts
  FROM unnest($3, $4, $5, $6) AS a (number, first, last, salts)
    ON CONFLICT (mode, number) DO UPDATE
   SET transaction_ids = s.transaction_ids || EXCLUDED.transaction_ids,
       salts = s.salts || EXCLUDED.salts;

-- name: seal_leaves
-- params: mode:text first:bigint count:bigint
-- returns: many
-- The transactions of so many rows of leaves, from a number on.
SELECT (l.number * 32 + i.ordinality - 1)::bigint AS index, i.id AS transaction_id,
       substr(l.salts, 16 * i.ordinality::integer - 15, 16) AS salt,
       substr(h.hashes, 32 * i.ordinality::integer - 31, 32) AS hash
  FROM seal_leaf l
  LEFT JOIN seal_hash h ON h.mode = l.mode AND h.level = 0 AND h.number = l.number
 CROSS JOIN LATERAL unnest(l.transaction_ids) WITH ORDINALITY AS i (id, ordinality)
 WHERE l.mode = $1 AND l.number >= $2 AND l.number < $2 + $3
 ORDER BY 1;

-- name: seal_leaf_find
-- params: mode:text transaction_id:bigint
-- returns: maybe
-- Where a transaction is in its tree.
SELECT (l.number * 32 + i.ordinality - 1)::bigint AS index,
       substr(l.salts, 16 * i.ordinality::integer - 15, 16) AS salt
  FROM (SELECT number, transaction_ids, salts
          FROM seal_leaf
         WHERE mode = $1 AND first_id <= $2
         ORDER BY first_id DESC
         LIMIT 1) l
 CROSS JOIN LATERAL unnest(l.transaction_ids) WITH ORDINALITY AS i (id, ordinality)
 WHERE i.id = $2;

-- name: receipt_find
-- params: public_id:uuid ledger_id:bigint name:text
-- returns: many
-- The transactions with an id, with a reference in a ledger, or of a payment of Drop with an id, in this order,
-- each with its wallets. A payment of Drop is its payer's, who has no wallet in it.
WITH named AS (
    SELECT 1 AS place, transaction_id, NULL::bigint AS payer FROM transaction WHERE public_id = $1
     UNION ALL
    SELECT 2, transaction_id, NULL FROM transaction WHERE ledger_id = $2 AND reference = $3
     UNION ALL
    SELECT 3, transaction_id, user_id FROM drop_payment WHERE drop_id = $3
)
SELECT t.transaction_id, t.ledger_id, l.mode, coalesce(n.payer, w.user_id) AS user_id, a.public_id AS wallet
  FROM named n
  JOIN transaction t USING (transaction_id)
  JOIN ledger l USING (ledger_id)
  LEFT JOIN journal_posting p ON p.transaction_id = t.transaction_id AND n.payer IS NULL
  LEFT JOIN wallet w ON w.account_id IN (p.from_id, p.to_id)
  LEFT JOIN account a ON a.account_id = w.account_id
 ORDER BY n.place;

-- name: seal_detached
-- params:
-- returns: many
-- Transactions whose postings can't be read.
SELECT first_id, last_id FROM journal_period WHERE state IN ('detached', 'loading') ORDER BY first_id;

-- name: seal_rest
-- params: after:bigint upto:bigint most:bigint
-- returns: one
-- Where the next so many transactions end.
SELECT coalesce((SELECT transaction_id
                   FROM transaction
                  WHERE transaction_id > $1 AND transaction_id <= $2
                  ORDER BY transaction_id
                 OFFSET $3 - 1 LIMIT 1), $2) AS last;

-- name: seal_waiting
-- params:
-- returns: one
-- Transactions that are not sealed yet, up to 100,000, and the age of the oldest in seconds.
SELECT count(*) AS transactions,
       coalesce(floor(extract(epoch FROM greatest(statement_timestamp() - min(created_at), '0'))),
                0)::bigint AS seconds
  FROM (SELECT t.created_at
          FROM transaction t
         WHERE t.transaction_id > (SELECT done_id FROM seal_feed)
         ORDER BY t.transaction_id
         LIMIT 100000) w;

-- name: seal_table_exists
-- params:
-- returns: one
SELECT to_regclass('cowry.seal_key') IS NOT NULL AS known;

-- name: seal_signed
-- params:
-- returns: one
-- How many keys have signed, and when the last one did.
SELECT (SELECT count(*) FROM seal_key) AS keys, (SELECT max(signed_at) FROM seal_tree) AS signed_at;
