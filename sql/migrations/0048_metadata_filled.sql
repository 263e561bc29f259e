-- no-transaction
-- The terms of transactions from before there was a trigger, in pieces.
DO $$
DECLARE
    done bigint := 0;
    until bigint := (SELECT max(transaction_id) FROM cowry.transaction);
BEGIN
    WHILE done < until LOOP
        INSERT INTO cowry.transaction_term (ledger_id, term, created_at, transaction_id)
        SELECT t.ledger_id, m.term, t.created_at, t.transaction_id
          FROM cowry.transaction t
         CROSS JOIN LATERAL cowry.metadata_terms(t.metadata) AS m (term)
         WHERE t.transaction_id > done AND t.transaction_id <= done + 10000 AND t.metadata <> '{}'
            ON CONFLICT DO NOTHING;
        done := done + 10000;
        COMMIT;
    END LOOP;
END $$;
