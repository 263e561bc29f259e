-- no-transaction
-- What was reversed before there was a trigger, in pieces: each by one transaction. One whose postings can't be read
-- any more counts as a reversal of everything.
DO $$
DECLARE
    done bigint := 0;
    until bigint := (SELECT max(transaction_id) FROM cowry.transaction);
BEGIN
    WHILE done < until LOOP
        INSERT INTO cowry.reversed_transaction (transaction_id, moved, reversed)
        SELECT o.reverses, o.moved, coalesce(cowry.moved_by(o.transaction_id), o.moved, 9223372036854775807)
          FROM (SELECT transaction_id, reverses, cowry.moved_by(reverses) AS moved
                  FROM cowry.transaction
                 WHERE transaction_id > done AND transaction_id <= done + 10000
                   AND reverses IS NOT NULL) o
            ON CONFLICT DO NOTHING;
        done := done + 10000;
        COMMIT;
    END LOOP;
END $$;
