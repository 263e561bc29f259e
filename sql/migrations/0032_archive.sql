-- Old months of the journal: closed periods, whose postings are in tables of their own.
--
-- Transactions stay where they are: they are the table of references, by which a reference is used
-- once, a reversal happens once, and payments find what was posted. Postings leave for a table for each
-- period, in any tablespace, which can be exported, detached and attached again. What remains of a
-- period are the balances of its accounts at its end, and digests of its postings.

SET LOCAL search_path TO cowry;

-- The postings of transactions with ids from first_id to last_id.
CREATE TABLE journal_period (
    period_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE CHECK (name ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    first_id   bigint NOT NULL UNIQUE CHECK (first_id > 0),
    last_id    bigint NOT NULL UNIQUE,
    ends_at    timestamptz NOT NULL,               -- all of it is before
    state      text NOT NULL DEFAULT 'copying'
               CHECK (state IN ('copying', 'attached', 'detached', 'loading')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (last_id >= first_id)
);

-- Digests of parts of a period, each the SHA-256 of its lines in an exported file.
CREATE TABLE journal_chunk (
    chunk_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    period_id bigint NOT NULL REFERENCES journal_period,
    first_id  bigint NOT NULL,
    last_id   bigint NOT NULL,
    postings  bigint NOT NULL CHECK (postings >= 0),
    digest    bytea NOT NULL CHECK (length(digest) = 32),
    CONSTRAINT journal_chunk_order UNIQUE (period_id, last_id)
);

-- The postings of an account in a period, and its balance after the last one.
CREATE TABLE period_balance (
    account_id     bigint NOT NULL,
    first_sequence bigint NOT NULL CHECK (first_sequence > 0),
    last_sequence  bigint NOT NULL CHECK (last_sequence >= first_sequence),
    balance        bigint NOT NULL,
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    period_id      bigint NOT NULL REFERENCES journal_period,
    PRIMARY KEY (account_id, last_sequence)
);

-- Postings up to closed_id are read from the archive; up to moved_id, they are not in posting any more.
CREATE TABLE journal_archive (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    closed_id bigint NOT NULL DEFAULT 0,
    moved_id  bigint NOT NULL DEFAULT 0,
    CHECK (moved_id <= closed_id)
);
INSERT INTO journal_archive DEFAULT VALUES;

CREATE TABLE archived_posting (
    transaction_id bigint NOT NULL,
    line           smallint NOT NULL,
    ledger_id      bigint NOT NULL,
    currency       char(3) NOT NULL,
    from_id        bigint NOT NULL,
    to_id          bigint NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    from_balance   bigint NOT NULL,
    to_balance     bigint NOT NULL,
    from_sequence  bigint NOT NULL CHECK (from_sequence > 0),
    to_sequence    bigint NOT NULL CHECK (to_sequence > 0),
    CHECK (from_id <> to_id)
) PARTITION BY RANGE (transaction_id);
CREATE TRIGGER archived_posting_stays BEFORE UPDATE OR DELETE ON archived_posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- All postings that are there, each once.
CREATE VIEW journal_posting AS
SELECT transaction_id, line, ledger_id, currency, from_id, to_id, amount, from_balance, to_balance,
       from_sequence, to_sequence
  FROM posting
 WHERE transaction_id > (SELECT closed_id FROM journal_archive)
UNION ALL
SELECT transaction_id, line, ledger_id, currency, from_id, to_id, amount, from_balance, to_balance,
       from_sequence, to_sequence
  FROM archived_posting;

-- Whether the postings of a transaction are in a period that is not attached.
CREATE FUNCTION is_detached(transaction_id bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = cowry, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM journal_period p
                    WHERE p.state IN ('detached', 'loading')
                      AND $1 BETWEEN p.first_id AND p.last_id);
END;

-- A posting may leave its table if the archive has the same one, and only then.
CREATE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT
          FROM gone g
         WHERE NOT EXISTS (
                   SELECT
                     FROM cowry.archived_posting a
                    WHERE a.transaction_id = g.transaction_id AND a.line = g.line
                      AND a.transaction_id BETWEEN (SELECT min(transaction_id) FROM gone)
                                               AND (SELECT max(transaction_id) FROM gone)
                      AND (a.ledger_id, a.currency, a.from_id, a.to_id, a.amount, a.from_balance,
                           a.to_balance, a.from_sequence, a.to_sequence)
                          = (g.ledger_id, g.currency, g.from_id, g.to_id, g.amount, g.from_balance,
                             g.to_balance, g.from_sequence, g.to_sequence)))
    THEN
        RAISE EXCEPTION 'DELETE on posting is refused: not in the archive'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_leaves AFTER DELETE ON posting REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss();
CREATE OR REPLACE TRIGGER posting_grows BEFORE UPDATE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Reading. These are called where postings were not found, so requests about the present don't touch
-- the archive.

CREATE FUNCTION archived_lines(transaction_id bigint) RETURNS SETOF archived_posting
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT a.* FROM archived_posting a WHERE a.transaction_id = $1;
END $$;

-- The history of an account before a number in it, and before a transaction, newest first; it ends where
-- a period is detached.
CREATE FUNCTION archived_history(account bigint, before bigint, most bigint,
                                 before_id bigint DEFAULT 9223372036854775807)
    RETURNS TABLE (transaction_id bigint, line smallint, ledger_id bigint, sequence bigint,
                   is_debit boolean, currency char(3), amount bigint, balance bigint, other_id bigint)
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
DECLARE
    b record;
    missing bigint := most;
    got bigint;
BEGIN
    FOR b IN SELECT p.first_id, p.last_id, p.state
               FROM period_balance c
               JOIN journal_period p USING (period_id)
              WHERE c.account_id = account AND c.first_sequence < before
                AND p.first_id < before_id AND p.state <> 'copying'
              ORDER BY c.last_sequence DESC
    LOOP
        EXIT WHEN missing <= 0 OR b.state <> 'attached';
        RETURN QUERY
            SELECT *
              FROM (SELECT * FROM (
                        SELECT a.transaction_id, a.line, a.ledger_id, a.from_sequence, true, a.currency,
                               a.amount, a.from_balance, a.to_id
                          FROM archived_posting a
                         WHERE a.transaction_id BETWEEN b.first_id AND b.last_id
                           AND a.transaction_id < before_id
                           AND a.from_id = account AND a.from_sequence < before
                         ORDER BY a.from_sequence DESC
                         LIMIT missing) outgoing
                    UNION ALL
                    SELECT * FROM (
                        SELECT a.transaction_id, a.line, a.ledger_id, a.to_sequence, false, a.currency,
                               a.amount, a.to_balance, a.from_id
                          FROM archived_posting a
                         WHERE a.transaction_id BETWEEN b.first_id AND b.last_id
                           AND a.transaction_id < before_id
                           AND a.to_id = account AND a.to_sequence < before
                         ORDER BY a.to_sequence DESC
                         LIMIT missing) incoming) l
             ORDER BY 4 DESC
             LIMIT missing;
        GET DIAGNOSTICS got = ROW_COUNT;
        missing := missing - got;
    END LOOP;
END $$;

-- The position of an account at a time within one of its periods, by halving; no row if that period is
-- detached.
CREATE FUNCTION archived_position(account bigint, at timestamptz, period bigint, low bigint, high bigint)
    RETURNS TABLE (balance bigint, sequence bigint)
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period;
    leg record;
    best record;
    middle bigint;
BEGIN
    SELECT * INTO STRICT p FROM journal_period WHERE period_id = period;
    IF p.state <> 'attached' THEN
        RETURN;
    END IF;
    WHILE low <= high LOOP
        middle := (low + high) / 2;
        SELECT l.balance, t.created_at INTO STRICT leg
          FROM (SELECT a.transaction_id, a.from_balance AS balance
                  FROM archived_posting a
                 WHERE a.transaction_id BETWEEN p.first_id AND p.last_id
                   AND a.from_id = account AND a.from_sequence = middle
                UNION ALL
                SELECT a.transaction_id, a.to_balance
                  FROM archived_posting a
                 WHERE a.transaction_id BETWEEN p.first_id AND p.last_id
                   AND a.to_id = account AND a.to_sequence = middle) l
          JOIN transaction t ON t.transaction_id = l.transaction_id;
        IF leg.created_at <= at THEN
            balance := leg.balance;
            sequence := middle;
            low := middle + 1;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN NEXT;
END $$;
GRANT EXECUTE ON FUNCTION is_detached, archived_lines, archived_history, archived_position
    TO cowry_worker, cowry_auditor;

-- Archiving, by the owner. Each call is a short transaction; what it locks is not used by requests,
-- except where a table is attached or detached, which takes a moment and gives up soon.

CREATE FUNCTION period_table(period journal_period) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'posting_' || replace(period.name, '-', '_')
$$;

-- A posting as a line of an exported file.
CREATE FUNCTION posting_line(bigint, smallint, bigint, char(3), bigint, bigint, bigint, bigint, bigint,
                             bigint, bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\t', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
$$;

CREATE FUNCTION lines_digest(lines text[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(coalesce(array_to_string(lines, E'\n'), ''), 'UTF8'))
$$;

CREATE FUNCTION period_find(wanted text, wanted_states text[]) RETURNS journal_period
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period;
BEGIN
    SELECT * INTO p FROM journal_period WHERE name = wanted FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no period %', wanted USING ERRCODE = 'P0001';
    ELSIF p.state <> ALL (wanted_states) THEN
        RAISE EXCEPTION 'period % is %', wanted, p.state USING ERRCODE = 'P0001';
    END IF;
    RETURN p;
END $$;

-- Create the table of a period, empty; NULL: in the database's own tablespace.
CREATE FUNCTION period_make(p journal_period, space text) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', period_table(p));
    EXECUTE format('CREATE TABLE %I (LIKE archived_posting INCLUDING CONSTRAINTS, '
                   'CONSTRAINT period_ids CHECK (transaction_id >= %s AND transaction_id < %s))%s',
                   period_table(p), p.first_id, p.last_id + 1,
                   CASE WHEN space IS NOT NULL THEN format(' TABLESPACE %I', space) ELSE '' END);
END $$;

-- Begin to archive everything up to last_id, or go on with it.
CREATE FUNCTION period_begin(wanted text, wanted_last bigint, space text) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period;
    ends timestamptz := (to_date(wanted || '-01', 'YYYY-MM-DD') + interval '1 month') AT TIME ZONE 'UTC';
    after bigint;
BEGIN
    PERFORM FROM journal_archive FOR UPDATE;
    IF EXISTS (SELECT FROM journal_period WHERE name = wanted AND state = 'copying') THEN
        RETURN;
    END IF;
    SELECT coalesce(max(last_id), 0) INTO after FROM journal_period;
    IF EXISTS (SELECT FROM journal_period WHERE name >= wanted) THEN
        RAISE EXCEPTION 'period % is closed already', wanted USING ERRCODE = 'P0001';
    ELSIF EXISTS (SELECT FROM journal_period WHERE state = 'copying') THEN
        RAISE EXCEPTION 'another period is not finished' USING ERRCODE = 'P0001';
    ELSIF ends > clock_timestamp() - interval '1 day' THEN
        RAISE EXCEPTION 'period % is not over for a day', wanted USING ERRCODE = 'P0001';
    ELSIF wanted_last <= after THEN
        RAISE EXCEPTION 'period % has no transactions', wanted USING ERRCODE = 'P0001';
    ELSIF wanted_last > (SELECT done_id FROM event_feed) THEN
        RAISE EXCEPTION 'the job runner has not read the journal up to the end of %', wanted
            USING ERRCODE = 'P0001';
    END IF;
    INSERT INTO journal_period (name, first_id, last_id, ends_at)
    VALUES (wanted, after + 1, wanted_last, ends)
    RETURNING * INTO p;
    PERFORM period_make(p, space);
END $$;

-- Copy some more transactions; returns the number of postings, or NULL if all are copied.
CREATE FUNCTION period_copy(wanted text, most bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['copying']);
    after bigint;
    until bigint;
    copied bigint;
BEGIN
    SELECT coalesce(max(last_id), p.first_id - 1) INTO after FROM journal_chunk WHERE period_id = p.period_id;
    IF after >= p.last_id THEN
        RETURN NULL;
    END IF;
    SELECT max(transaction_id) INTO until
      FROM (SELECT transaction_id
              FROM transaction
             WHERE transaction_id > after AND transaction_id <= p.last_id
             ORDER BY transaction_id
             LIMIT most) t;
    until := coalesce(until, p.last_id);
    EXECUTE format('INSERT INTO %I SELECT transaction_id, line, ledger_id, currency, from_id, to_id, '
                   'amount, from_balance, to_balance, from_sequence, to_sequence FROM posting '
                   'WHERE transaction_id > $1 AND transaction_id <= $2 ORDER BY transaction_id, line',
                   period_table(p)) USING after, until;
    GET DIAGNOSTICS copied = ROW_COUNT;
    INSERT INTO journal_chunk (period_id, first_id, last_id, postings, digest)
    SELECT p.period_id, after + 1, until, count(*),
           lines_digest(array_agg(posting_line(transaction_id, line, ledger_id, currency, from_id, to_id,
                                               amount, from_balance, to_balance, from_sequence,
                                               to_sequence)
                                  ORDER BY transaction_id, line))
      FROM posting
     WHERE transaction_id > after AND transaction_id <= until;
    RETURN copied;
END $$;

-- One index after the other; false if all are there.
CREATE FUNCTION period_index(wanted text) RETURNS boolean
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['copying', 'loading']);
    columns text;
BEGIN
    FOREACH columns IN ARRAY ARRAY['transaction_id, line', 'from_id, from_sequence', 'to_id, to_sequence'] LOOP
        CONTINUE WHEN EXISTS (SELECT
                                FROM pg_index
                               WHERE indrelid = period_table(p)::regclass
                                 AND pg_get_indexdef(indexrelid) LIKE '%(' || columns || ')%');
        EXECUTE format('CREATE UNIQUE INDEX ON %I (%s)%s', period_table(p), columns,
                       (SELECT format(' TABLESPACE %I', s.spcname)
                          FROM pg_class c
                          JOIN pg_tablespace s ON s.oid = c.reltablespace
                         WHERE c.oid = period_table(p)::regclass));
        RETURN true;
    END LOOP;
    EXECUTE format('ANALYZE %I', period_table(p));
    RETURN false;
END $$;

-- Store the closing balances of some more accounts; returns the last one, or NULL if all are stored.
CREATE FUNCTION period_close_accounts(wanted text, after bigint, most bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['copying']);
    until bigint;
BEGIN
    SELECT max(account_id) INTO until
      FROM (SELECT account_id FROM account WHERE account_id > after ORDER BY account_id LIMIT most) a;
    EXECUTE format($q$
        INSERT INTO period_balance (account_id, first_sequence, last_sequence, balance, first_at, last_at,
                                    period_id)
        SELECT a.account_id, f.sequence, l.sequence, l.balance, u.created_at, t.created_at, $3
          FROM (SELECT account_id FROM account WHERE account_id > $1 AND account_id <= $2) a
         CROSS JOIN LATERAL (
               SELECT * FROM (
                   (SELECT from_sequence AS sequence, from_balance AS balance, transaction_id
                      FROM %1$I WHERE from_id = a.account_id ORDER BY from_sequence DESC LIMIT 1)
                   UNION ALL
                   (SELECT to_sequence, to_balance, transaction_id
                      FROM %1$I WHERE to_id = a.account_id ORDER BY to_sequence DESC LIMIT 1)) x
                ORDER BY sequence DESC
                LIMIT 1) l
         CROSS JOIN LATERAL (
               SELECT * FROM (
                   (SELECT from_sequence AS sequence, transaction_id
                      FROM %1$I WHERE from_id = a.account_id ORDER BY from_sequence LIMIT 1)
                   UNION ALL
                   (SELECT to_sequence, transaction_id
                      FROM %1$I WHERE to_id = a.account_id ORDER BY to_sequence LIMIT 1)) x
                ORDER BY sequence
                LIMIT 1) f
          JOIN transaction t ON t.transaction_id = l.transaction_id
          JOIN transaction u ON u.transaction_id = f.transaction_id
            ON CONFLICT DO NOTHING $q$, period_table(p)) USING after, until, p.period_id;
    RETURN until;
END $$;

-- Compare some digests with the table, from a chunk on; returns the last one, or NULL after the last.
CREATE FUNCTION period_compare(wanted text, after bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['copying', 'loading']);
    c journal_chunk;
    found_digest bytea;
BEGIN
    SELECT * INTO c FROM journal_chunk
     WHERE period_id = p.period_id AND chunk_id > after ORDER BY chunk_id LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT lines_digest(array_agg(posting_line(transaction_id, line, ledger_id, currency, '
                   'from_id, to_id, amount, from_balance, to_balance, from_sequence, to_sequence) '
                   'ORDER BY transaction_id, line)) FROM %I WHERE transaction_id BETWEEN $1 AND $2',
                   period_table(p)) INTO found_digest USING c.first_id, c.last_id;
    IF found_digest <> c.digest THEN
        RAISE EXCEPTION 'transactions % to % of period % are not those that were archived',
            c.first_id, c.last_id, wanted USING ERRCODE = 'P0001';
    END IF;
    RETURN c.chunk_id;
END $$;

-- From now on the postings of the period are read from its table.
CREATE FUNCTION period_attach(wanted text) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['copying', 'loading']);
BEGIN
    -- A statement that was planned without the new partition must not see the new closed_id.
    LOCK TABLE archived_posting IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('ALTER TABLE archived_posting ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                   period_table(p), p.first_id, p.last_id + 1);
    UPDATE journal_archive SET closed_id = greatest(closed_id, p.last_id);
    UPDATE journal_period SET state = 'attached' WHERE period_id = p.period_id;
END $$;

-- Delete some postings that the archive has; returns their number, or NULL if there are none.
CREATE FUNCTION period_prune(most bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    a journal_archive;
    until bigint;
    gone bigint;
BEGIN
    SELECT * INTO a FROM journal_archive FOR UPDATE;
    IF a.moved_id = a.closed_id THEN
        RETURN NULL;
    END IF;
    SELECT max(transaction_id) INTO until
      FROM (SELECT transaction_id
              FROM posting
             WHERE transaction_id > a.moved_id AND transaction_id <= a.closed_id
             ORDER BY transaction_id
             LIMIT most) p;
    until := coalesce(until, a.closed_id);
    DELETE FROM posting WHERE transaction_id > a.moved_id AND transaction_id <= until;
    GET DIAGNOSTICS gone = ROW_COUNT;
    UPDATE journal_archive SET moved_id = until;
    RETURN gone;
END $$;

-- The lines of a chunk of a period.
CREATE FUNCTION period_lines(first bigint, last bigint) RETURNS SETOF text
    LANGUAGE plpgsql STABLE SET search_path = cowry, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT posting_line(transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                            from_balance, to_balance, from_sequence, to_sequence)
          FROM archived_posting
         WHERE transaction_id BETWEEN first AND last
         ORDER BY transaction_id, line;
END $$;

-- Remove the table of a period.
CREATE FUNCTION period_detach(wanted text) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['attached']);
BEGIN
    IF p.last_id > (SELECT moved_id FROM journal_archive) THEN
        RAISE EXCEPTION 'period % is not finished', wanted USING ERRCODE = 'P0001';
    END IF;
    EXECUTE format('ALTER TABLE archived_posting DETACH PARTITION %I', period_table(p));
    EXECUTE format('DROP TABLE %I', period_table(p));
    UPDATE journal_period SET state = 'detached' WHERE period_id = p.period_id;
END $$;

-- Begin to bring a period back, or start again with it.
CREATE FUNCTION period_restore(wanted text, space text) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['detached', 'loading']);
BEGIN
    PERFORM period_make(p, space);
    UPDATE journal_period SET state = 'loading' WHERE period_id = p.period_id;
END $$;

-- The lines of a chunk, which must be the ones that were archived.
CREATE FUNCTION period_load(wanted text, chunk bigint, lines text[]) RETURNS void
    LANGUAGE plpgsql SET search_path = cowry, pg_temp AS $$
DECLARE
    p journal_period := period_find(wanted, ARRAY['loading']);
BEGIN
    IF NOT EXISTS (SELECT FROM journal_chunk c
                    WHERE c.chunk_id = chunk AND c.period_id = p.period_id
                      AND c.digest = lines_digest(lines)) THEN
        RAISE EXCEPTION 'the file does not have what was archived' USING ERRCODE = 'P0001';
    END IF;
    EXECUTE format('INSERT INTO %I SELECT f[1]::bigint, f[2]::smallint, f[3]::bigint, f[4], f[5]::bigint, '
                   'f[6]::bigint, f[7]::bigint, f[8]::bigint, f[9]::bigint, f[10]::bigint, f[11]::bigint '
                   'FROM unnest($1) line CROSS JOIN LATERAL string_to_array(line, E''\t'') f',
                   period_table(p)) USING lines;
END $$;
