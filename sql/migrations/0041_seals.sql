-- Seals of the journal: each transaction is a leaf of a Merkle tree that only grows, one for live and one
-- for test money. docs/seals.md defines the leaves.

SET LOCAL search_path TO cowry;

-- The trees. checkpoint is the last signed note; without keys none is made.
CREATE TABLE seal_tree (
    mode       text PRIMARY KEY CHECK (mode IN ('test', 'live')),
    size       bigint NOT NULL DEFAULT 0 CHECK (size >= 0),       -- leaves
    root       bytea NOT NULL DEFAULT sha256('') CHECK (length(root) = 32),
    origin     text,                               -- names the tree to verifiers, and never changes
    checkpoint text,
    signed_at  timestamptz,                        -- of the checkpoint
    CHECK ((checkpoint IS NULL) = (signed_at IS NULL)),
    CHECK (origin IS NOT NULL OR checkpoint IS NULL)
);
INSERT INTO seal_tree (mode) VALUES ('test'), ('live');
GRANT UPDATE ON seal_tree TO cowry_worker;

-- How far the journal is sealed. Its end is event_feed.done_id: what is up to there is final.
CREATE TABLE seal_feed (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    done_id bigint NOT NULL DEFAULT 0
);
INSERT INTO seal_feed DEFAULT VALUES;
GRANT UPDATE ON seal_feed TO cowry_worker;

-- The hashes of a level of tiles (level 0: of leaves), 32 in a row, in order. A tile has eight rows: so
-- little is written again when a leaf is added.
CREATE TABLE seal_hash (
    mode   text NOT NULL REFERENCES seal_tree,
    level  smallint NOT NULL,
    number bigint NOT NULL,
    hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 1024 AND length(hashes) % 32 = 0),
    PRIMARY KEY (mode, level, number)
);
ALTER TABLE seal_hash ALTER COLUMN hashes SET STORAGE PLAIN;
GRANT INSERT, UPDATE (hashes) ON seal_hash TO cowry_worker;

-- The transactions of a row of leaves, and the salts of their commitments, 16 bytes each.
CREATE TABLE seal_leaf (
    mode            text NOT NULL REFERENCES seal_tree,
    number          bigint NOT NULL,
    first_id        bigint NOT NULL,
    transaction_ids bigint[] NOT NULL CHECK (cardinality(transaction_ids) BETWEEN 1 AND 32),
    salts           bytea NOT NULL CHECK (length(salts) = 16 * cardinality(transaction_ids)),
    PRIMARY KEY (mode, number),
    CONSTRAINT seal_leaf_first UNIQUE (mode, first_id)
);
GRANT INSERT, UPDATE (transaction_ids, salts) ON seal_leaf TO cowry_worker;

-- Public keys of all checkpoints so far.
CREATE TABLE seal_key (
    public_key bytea PRIMARY KEY CHECK (length(public_key) = 32),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT INSERT ON seal_key TO cowry_worker;

-- Trees only grow: what a row has stays at its beginning.
CREATE FUNCTION refuse_other_hashes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.mode, NEW.level, NEW.number, substr(NEW.hashes, 1, length(OLD.hashes)))
       IS DISTINCT FROM (OLD.mode, OLD.level, OLD.number, OLD.hashes) THEN
        RAISE EXCEPTION 'UPDATE on seal_hash is refused: a tree only grows'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_hash_grows BEFORE UPDATE ON seal_hash
    FOR EACH ROW EXECUTE FUNCTION refuse_other_hashes();

CREATE FUNCTION refuse_other_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.mode, NEW.number, NEW.first_id,
        NEW.transaction_ids[1:cardinality(OLD.transaction_ids)],
        substr(NEW.salts, 1, length(OLD.salts)))
       IS DISTINCT FROM (OLD.mode, OLD.number, OLD.first_id, OLD.transaction_ids, OLD.salts) THEN
        RAISE EXCEPTION 'UPDATE on seal_leaf is refused: a tree only grows'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_leaf_grows BEFORE UPDATE ON seal_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_other_leaves();

CREATE TRIGGER seal_hash_stays BEFORE DELETE OR TRUNCATE ON seal_hash
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER seal_leaf_stays BEFORE DELETE OR TRUNCATE ON seal_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
