-- Fee schedules, and the fees of transactions.

-- name: fee_terms_read
-- params: ledger_id:bigint after:timestamptz
-- returns: many
-- The versions of a ledger that have not ended by then, one row for each tier, and the terms that these are. Nothing
-- if it never had fees.
SELECT v.fee_version_id, v.schedule, v.type, v.currency::text AS currency, v.number, v.effective_from, v.effective_to,
       v.bearer, v.on_reversal, v.tier_mode, v.minimum, v.maximum, v.up_to, v.flat, v.share, t.terms
  FROM fee_terms t
  LEFT JOIN LATERAL (
       SELECT f.fee_version_id, s.public_id AS schedule, s.type, s.currency, f.number, f.effective_from, f.effective_to,
              f.bearer, f.on_reversal, f.tier_mode, f.minimum, f.maximum, r.up_to, r.flat, r.share, r.position
         FROM fee_schedule s
        CROSS JOIN LATERAL (SELECT *
                              FROM fee_version
                             WHERE fee_schedule_id = s.fee_schedule_id
                               AND (effective_to IS NULL OR effective_to > $2)
                             ORDER BY number
                             LIMIT 100) f
        CROSS JOIN LATERAL (SELECT up_to, flat, share, position
                              FROM fee_tier
                             WHERE fee_version_id = f.fee_version_id
                             ORDER BY position
                             LIMIT 100) r
        WHERE s.ledger_id = t.ledger_id) v ON true
 WHERE t.ledger_id = $1
 ORDER BY v.fee_version_id, v.position;

-- name: fee_terms_change
-- params: ledger_id:bigint
-- returns: none
-- Before schedules of the ledger are changed: locked until the end, so that one after the other is. A time that was
-- never there, also not before a backup was restored.
INSERT INTO fee_terms AS t (ledger_id, terms)
VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
    ON CONFLICT (ledger_id) DO UPDATE SET terms = greatest(t.terms + 1, excluded.terms);

-- name: fee_schedule_add
-- params: public_id:uuid ledger_id:bigint type:text currency:text
-- returns: none
INSERT INTO fee_schedule (public_id, ledger_id, type, currency)
VALUES ($1, $2, $3, $4)
    ON CONFLICT (ledger_id, type, currency) DO NOTHING;

-- name: fee_schedule_last
-- params: ledger_id:bigint type:text currency:text
-- returns: one
-- A schedule, and its last version.
SELECT s.fee_schedule_id, s.public_id, coalesce(v.number, 0) AS number, v.effective_from
  FROM fee_schedule s
  LEFT JOIN LATERAL (SELECT number, effective_from
                       FROM fee_version
                      WHERE fee_schedule_id = s.fee_schedule_id
                      ORDER BY number DESC
                      LIMIT 1) v ON true
 WHERE s.ledger_id = $1 AND s.type = $2 AND s.currency = $3;

-- name: fee_schedule_end
-- params: fee_schedule_id:bigint at:timestamptz
-- returns: none
-- From this time on; what begins later never does.
UPDATE fee_version
   SET effective_to = greatest(effective_from, $2)
 WHERE fee_schedule_id = $1 AND (effective_to IS NULL OR effective_to > greatest(effective_from, $2));

-- name: fee_version_insert
-- params: fee_schedule_id:bigint number:bigint from:timestamptz to:timestamptz bearer:text on_reversal:text tier_mode:text minimum:bigint maximum:bigint
-- returns: one
INSERT INTO fee_version (fee_schedule_id, number, effective_from, effective_to, bearer, on_reversal, tier_mode,
                         minimum, maximum)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING fee_version_id;

-- name: fee_tier_insert
-- params: fee_version_id:bigint up_to:bigint[] flats:bigint[] shares:bigint[]
-- returns: none
INSERT INTO fee_tier (fee_version_id, position, up_to, flat, share)
SELECT $1, i, nullif($2[i], 0), $3[i], $4[i]
  FROM generate_series(1, cardinality($2)) AS i;

-- name: fee_schedule_list
-- params: ledger_id:bigint type:text currency:text after:bigint most:bigint
-- returns: many
-- Newest first, before the one whose number is given.
SELECT fee_schedule_id, public_id, type, currency::text AS currency, created_at
  FROM fee_schedule
 WHERE ledger_id = $1 AND coalesce(type = $2, $2 IS NULL) AND coalesce(currency = $3, $3 IS NULL)
   AND fee_schedule_id < coalesce($4, 9223372036854775807)
 ORDER BY fee_schedule_id DESC
 LIMIT $5;

-- name: fee_schedule_find
-- params: ledger_id:bigint public_id:uuid
-- returns: maybe
-- Without a ledger: in any.
SELECT fee_schedule_id, public_id, type, currency::text AS currency, created_at
  FROM fee_schedule
 WHERE public_id = $2 AND ledger_id = coalesce($1, ledger_id);

-- name: fee_versions_of
-- params: fee_schedule_ids:bigint[] newest:boolean
-- returns: many
-- Those of schedules, the newest first, or the newest of each only; one row for each tier.
SELECT v.fee_version_id, s.public_id AS schedule, s.type, s.currency::text AS currency, v.number, v.effective_from,
       v.effective_to, v.bearer, v.on_reversal, v.tier_mode, v.minimum, v.maximum, r.up_to, r.flat, r.share
  FROM unnest($1) AS i (fee_schedule_id)
  JOIN fee_schedule s USING (fee_schedule_id)
 CROSS JOIN LATERAL (SELECT *
                       FROM fee_version
                      WHERE fee_schedule_id = s.fee_schedule_id
                      ORDER BY number DESC
                      LIMIT CASE WHEN $2 THEN 1 END) v
  JOIN fee_tier r USING (fee_version_id)
 ORDER BY v.fee_schedule_id DESC, v.number DESC, r.position;

-- name: fee_list
-- params: public_ids:uuid[]
-- returns: many
-- Of transactions: what was taken from who bears it, or given back by a reversal; what was given back of it by all reversals; and
-- the balance of who paid it then, which is 0 if that can't be read any more.
SELECT t.public_id AS transaction, f.amount, s.currency::text AS currency, v.bearer, s.public_id AS schedule,
       v.number AS version,
       (SELECT coalesce(sum(g.amount), 0)::bigint
          FROM transaction r
          JOIN transaction_fee g ON g.transaction_id = r.transaction_id
         WHERE r.reverses = f.transaction_id) AS refunded,
       coalesce(p.from_balance, 0) AS balance
  FROM unnest($1) AS i (public_id)
  JOIN transaction t USING (public_id)
  JOIN transaction_fee f USING (transaction_id)
  JOIN fee_version v USING (fee_version_id)
  JOIN fee_schedule s USING (fee_schedule_id)
  LEFT JOIN journal_posting p ON p.transaction_id = f.transaction_id AND p.line = f.line;
