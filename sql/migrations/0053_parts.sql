-- Reversals and captures in parts.

SET LOCAL search_path TO cowry;

-- What was given back of a transaction, by all that reverse it. moved is NULL if that can't be read any more.
CREATE TABLE reversed_transaction (
    transaction_id bigint PRIMARY KEY REFERENCES transaction,
    moved          bigint,
    reversed       bigint NOT NULL CHECK (reversed > 0),
    CHECK (reversed <= moved)
);
GRANT INSERT, UPDATE (reversed) ON reversed_transaction TO cowry_worker;

CREATE FUNCTION moved_by(id bigint) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = cowry, pg_temp AS $$
    SELECT least(sum(amount), 9223372036854775807)::bigint FROM journal_posting WHERE transaction_id = id
$$;

-- At the end, when it has its postings. Its accounts are locked until then, as they are by all that reverse the same
-- transaction.
CREATE FUNCTION add_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cowry.reversed_transaction AS r (transaction_id, moved, reversed)
    VALUES (NEW.reverses, cowry.moved_by(NEW.reverses), cowry.moved_by(NEW.transaction_id))
        ON CONFLICT (transaction_id) DO UPDATE SET reversed = r.reversed + excluded.reversed;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transaction_adds_reversed AFTER INSERT ON transaction
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION add_reversed();

-- What was captured while the hold stayed active. It is not in its amount any more, which is what is held:
-- a worker of the version before releases no more than that.
ALTER TABLE hold ADD captured_before bigint NOT NULL DEFAULT 0 CHECK (captured_before >= 0);
GRANT UPDATE (amount, captured_before) ON hold TO cowry_worker;
CREATE FUNCTION refuse_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a hold is of the amount that it was created with', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER hold_of_amount BEFORE UPDATE ON hold
    FOR EACH ROW WHEN (NEW.amount + NEW.captured_before <> OLD.amount + OLD.captured_before)
    EXECUTE FUNCTION refuse_amount();

-- The transactions that captured it. The one that ended the hold is in its row.
CREATE TABLE hold_capture (
    transaction_id bigint PRIMARY KEY REFERENCES transaction,
    hold_id        bigint NOT NULL REFERENCES hold
);
CREATE INDEX hold_capture_hold ON hold_capture (hold_id);
GRANT INSERT ON hold_capture TO cowry_worker;
