-- Metadata that were added to a transaction later. What it was posted with stays in the transaction, and in
-- its seal.

SET LOCAL search_path TO cowry;

-- Each has all that is valid from then on.
CREATE TABLE metadata_revision (
    transaction_id bigint NOT NULL REFERENCES transaction,
    number         smallint NOT NULL CHECK (number > 0),
    metadata       jsonb NOT NULL CHECK (jsonb_typeof(metadata) = 'object'),
    api_key_id     bigint REFERENCES api_key,      -- who added it: a key of the project
    user_id        bigint REFERENCES users,        -- or an administrator
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (transaction_id, number),
    CHECK (num_nonnulls(api_key_id, user_id) = 1)
);
GRANT INSERT ON metadata_revision TO cowry_worker;
GRANT DELETE ON transaction_term TO cowry_worker;

-- Lists look for what is valid now.
CREATE FUNCTION revise_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    SELECT ledger_id, created_at, metadata INTO t FROM cowry.transaction WHERE transaction_id = NEW.transaction_id;
    DELETE FROM cowry.transaction_term o
     USING cowry.metadata_terms(coalesce((SELECT metadata
                                            FROM cowry.metadata_revision
                                           WHERE transaction_id = NEW.transaction_id
                                             AND number = NEW.number - 1), t.metadata)) AS m (term)
     WHERE o.ledger_id = t.ledger_id AND o.term = m.term AND o.created_at = t.created_at
       AND o.transaction_id = NEW.transaction_id;
    INSERT INTO cowry.transaction_term (ledger_id, term, created_at, transaction_id)
    SELECT t.ledger_id, m.term, t.created_at, NEW.transaction_id
      FROM cowry.metadata_terms(NEW.metadata) AS m (term);
    RETURN NULL;
END $$;
CREATE TRIGGER revision_terms AFTER INSERT ON metadata_revision
    FOR EACH ROW EXECUTE FUNCTION revise_terms();
