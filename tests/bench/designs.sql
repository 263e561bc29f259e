-- Three designs of a journal of which old months can be put away, with the same rows, and the statements
-- of a transfer on each: what tests/bench/designs compares.
--   now       one table each of transactions and postings, as requests would write to without an archive
--   closed    the same; a transfer looks for its reference as cowry archive needs it
--   parts     both partitioned by ranges of ids, with a table of references, since a unique key of a
--             partitioned table must contain the partition key
\set ON_ERROR_STOP on
SET search_path = cowry;
SET client_min_messages = warning;
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.tables(design text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP SCHEMA IF EXISTS %1$I CASCADE; CREATE SCHEMA %1$I;
        CREATE TABLE %1$I.account (LIKE cowry.account INCLUDING ALL);
        CREATE TABLE %1$I.reserved (LIKE cowry.reserved_reference INCLUDING ALL);', design);
    IF design = 'parts' THEN
        CREATE TABLE parts.reference (
            ledger_id bigint NOT NULL, reference text NOT NULL, public_id uuid NOT NULL UNIQUE,
            content bytea NOT NULL, transaction_id bigint NOT NULL, reverses bigint UNIQUE,
            PRIMARY KEY (ledger_id, reference));
        CREATE TABLE parts.transaction (
            transaction_id bigint NOT NULL PRIMARY KEY, public_id uuid NOT NULL, ledger_id bigint NOT NULL,
            reference text NOT NULL, type text NOT NULL, reverses bigint,
            metadata jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL,
            committed_by xid8 NOT NULL DEFAULT pg_current_xact_id()) PARTITION BY RANGE (transaction_id);
        CREATE TABLE parts.posting (
            transaction_id bigint NOT NULL REFERENCES parts.transaction, line smallint NOT NULL,
            ledger_id bigint NOT NULL, currency char(3) NOT NULL, from_id bigint NOT NULL,
            to_id bigint NOT NULL, amount bigint NOT NULL CHECK (amount > 0), from_balance bigint NOT NULL,
            to_balance bigint NOT NULL, from_sequence bigint NOT NULL CHECK (from_sequence > 0),
            to_sequence bigint NOT NULL CHECK (to_sequence > 0), PRIMARY KEY (transaction_id, line),
            CHECK (from_id <> to_id)) PARTITION BY RANGE (transaction_id);
        FOR i IN 0 .. 11 LOOP
            EXECUTE format('CREATE TABLE parts.transaction_%1$s PARTITION OF parts.transaction
                                FOR VALUES FROM (%2$s) TO (%3$s);
                            CREATE TABLE parts.posting_%1$s PARTITION OF parts.posting
                                FOR VALUES FROM (%2$s) TO (%3$s);
                            CREATE UNIQUE INDEX ON parts.posting_%1$s (from_id, from_sequence);
                            CREATE UNIQUE INDEX ON parts.posting_%1$s (to_id, to_sequence);',
                           i, 1 + i * 20000, CASE i WHEN 11 THEN 900000000 ELSE 1 + (i + 1) * 20000 END);
        END LOOP;
    ELSE
        EXECUTE format('CREATE TABLE %1$I.transaction (LIKE cowry.transaction INCLUDING ALL);
            CREATE TABLE %1$I.posting (LIKE cowry.posting INCLUDING ALL);
            ALTER TABLE %1$I.posting ADD FOREIGN KEY (transaction_id) REFERENCES %1$I.transaction;', design);
    END IF;
    EXECUTE format('ALTER TABLE %1$I.posting
            ADD FOREIGN KEY (from_id, ledger_id, currency) REFERENCES %1$I.account (account_id, ledger_id, currency),
            ADD FOREIGN KEY (to_id, ledger_id, currency) REFERENCES %1$I.account (account_id, ledger_id, currency);
        CREATE SEQUENCE %1$I.ids;
        INSERT INTO %1$I.account OVERRIDING SYSTEM VALUE SELECT * FROM cowry.account;', design);
    SET LOCAL session_replication_role = replica;
    IF design = 'parts' THEN
        INSERT INTO parts.reference SELECT ledger_id, reference, public_id, content, transaction_id, reverses
          FROM cowry.transaction;
        INSERT INTO parts.transaction SELECT transaction_id, public_id, ledger_id, reference, type, reverses,
               metadata, created_at, committed_by FROM cowry.transaction;
    ELSE
        EXECUTE format('INSERT INTO %I.transaction SELECT * FROM cowry.transaction', design);
    END IF;
    EXECUTE format('INSERT INTO %1$I.posting SELECT * FROM cowry.posting;
        SELECT setval(''%1$I.ids'', (SELECT max(transaction_id) FROM cowry.transaction));', design);
END $$;
SELECT pg_temp.tables(d) FROM unnest(ARRAY['now', 'closed', 'parts']) d \g /dev/null

-- One transfer: both accounts, the reference, the journal, the balances.
CREATE FUNCTION pg_temp.make(design text, known text, journal text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($f$
        CREATE FUNCTION %1$I.transfer(p_from bigint, p_to bigint, p_reference text) RETURNS int
            LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $b$
        DECLARE
            v_id bigint;
            v_from record;
            v_to record;
            v_known record;
        BEGIN
            IF p_from = p_to THEN
                RETURN 422;
            END IF;
            PERFORM 1 FROM %1$I.account WHERE account_id IN (p_from, p_to) ORDER BY account_id FOR UPDATE;
            SELECT * INTO v_from FROM %1$I.account WHERE account_id = p_from;
            SELECT * INTO v_to FROM %1$I.account WHERE account_id = p_to;
            FOR v_known IN %2$s LOOP
                RETURN 409;
            END LOOP;
            v_id := nextval('%1$I.ids');
            %3$s
            INSERT INTO %1$I.posting
            VALUES (v_id, 0, v_from.ledger_id, 'NGN', p_from, p_to, 1, v_from.balance - 1,
                    v_to.balance + 1, v_from.sequence + 1, v_to.sequence + 1);
            UPDATE %1$I.account a
               SET balance = v.balance, sequence = v.sequence, last_at = clock_timestamp()
              FROM unnest(ARRAY[p_from, p_to], ARRAY[v_from.balance - 1, v_to.balance + 1],
                          ARRAY[v_from.sequence + 1, v_to.sequence + 1]) v (account_id, balance, sequence)
             WHERE a.account_id = v.account_id;
            RETURN 201;
        END $b$ $f$, design, known, journal);
END $$;

SELECT pg_temp.make('now',
    'SELECT t.transaction_id, t.public_id, t.content, p.from_balance
       FROM (SELECT k.transaction_id FROM now.transaction k
              WHERE k.ledger_id = v_from.ledger_id AND k.reference = p_reference) f
       JOIN now.transaction t USING (transaction_id)
       JOIN now.posting p ON p.transaction_id = t.transaction_id AND p.line = 0',
    'INSERT INTO now.transaction (transaction_id, public_id, ledger_id, reference, type, content, created_at)
     VALUES (v_id, gen_random_uuid(), v_from.ledger_id, p_reference, ''transfer'',
             sha256(p_reference::bytea), clock_timestamp());'),
    pg_temp.make('closed',
    'SELECT t.transaction_id, t.public_id,
            CASE WHEN p.line IS NULL THEN decode(repeat(''00'', 32), ''hex'') ELSE t.content END, p.from_balance
       FROM (SELECT k.transaction_id FROM closed.transaction k
              WHERE k.ledger_id = v_from.ledger_id AND k.reference = p_reference) f
       JOIN closed.transaction t USING (transaction_id)
       LEFT JOIN closed.posting p ON p.transaction_id = t.transaction_id AND p.line = 0',
    'INSERT INTO closed.transaction (transaction_id, public_id, ledger_id, reference, type, content, created_at)
     VALUES (v_id, gen_random_uuid(), v_from.ledger_id, p_reference, ''transfer'',
             sha256(p_reference::bytea), clock_timestamp());'),
    pg_temp.make('parts',
    'SELECT t.transaction_id, f.public_id, f.content, p.from_balance
       FROM (SELECT k.transaction_id, k.public_id, k.content FROM parts.reference k
              WHERE k.ledger_id = v_from.ledger_id AND k.reference = p_reference) f
       JOIN parts.transaction t USING (transaction_id)
       JOIN parts.posting p ON p.transaction_id = t.transaction_id AND p.line = 0',
    'INSERT INTO parts.reference (ledger_id, reference, public_id, content, transaction_id)
     VALUES (v_from.ledger_id, p_reference, gen_random_uuid(), sha256(p_reference::bytea), v_id)
     RETURNING public_id INTO v_known;
     INSERT INTO parts.transaction (transaction_id, public_id, ledger_id, reference, type, created_at)
     VALUES (v_id, v_known.public_id, v_from.ledger_id, p_reference, ''transfer'', clock_timestamp());')
\g /dev/null
ANALYZE;
CHECKPOINT;
