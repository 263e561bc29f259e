-- The values in the metadata of transactions, for lists that look for them.

SET LOCAL search_path TO cowry;

-- A term stands for a value and the path to it. Rows are in the order of such a list. A transaction
-- without metadata has none.
CREATE TABLE transaction_term (
    ledger_id      bigint NOT NULL,
    term           uuid NOT NULL,
    created_at     timestamptz NOT NULL,           -- of the transaction
    transaction_id bigint NOT NULL,
    PRIMARY KEY (ledger_id, term, created_at, transaction_id)
);
GRANT INSERT ON transaction_term TO cowry_worker;

-- The first half of a SHA-256. The text of a value has no line feed, so the last one ends the path.
CREATE FUNCTION metadata_term(path text, value jsonb) RETURNS uuid
    STABLE STRICT PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT encode(substr(sha256(convert_to(path || E'\n' || value::text, 'UTF8')), 1, 16), 'hex')::uuid $$;

-- The names on a path are joined by points, and the items of a list are values at its own path:
-- {"order.id": 1}, {"order": {"id": 1}} and {"order": [{"id": 1}]} have the same term.
CREATE FUNCTION metadata_terms(metadata jsonb) RETURNS SETOF uuid
    STABLE STRICT PARALLEL SAFE LANGUAGE sql
    AS $$
    WITH RECURSIVE node (path, value) AS (
        SELECT key, value
          FROM jsonb_each(CASE jsonb_typeof(metadata) WHEN 'object' THEN metadata ELSE '{}' END)
        UNION ALL
        SELECT i.path, i.value
          FROM node n
         CROSS JOIN LATERAL (
               SELECT n.path || '.' || key, value
                 FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value ELSE '{}' END)
                UNION ALL
               SELECT n.path, value
                 FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value ELSE '[]' END)
               ) AS i (path, value)
    )
    SELECT DISTINCT cowry.metadata_term(path, value)
      FROM node
     WHERE jsonb_typeof(value) NOT IN ('object', 'array')
    $$;

CREATE FUNCTION add_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cowry.transaction_term (ledger_id, term, created_at, transaction_id)
    SELECT NEW.ledger_id, t.term, NEW.created_at, NEW.transaction_id
      FROM cowry.metadata_terms(NEW.metadata) AS t (term);
    RETURN NULL;
END $$;
CREATE TRIGGER transaction_terms AFTER INSERT ON transaction
    FOR EACH ROW WHEN (NEW.metadata <> '{}') EXECUTE FUNCTION add_terms();
