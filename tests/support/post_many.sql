-- A long history in a moment: n transfers of the smallest amount in turn from one wallet to another and back, as
-- the ledger would have posted them. The second wallet has no postings. By a superuser.
CREATE FUNCTION pg_temp.post_many(payer uuid, payee uuid, n integer) RETURNS void LANGUAGE plpgsql
    SET session_replication_role = replica SET search_path = cowry, pg_temp AS $$
BEGIN
    CREATE TEMP TABLE made AS
    SELECT i, i % 2 = 1 AS leaves, nextval('transaction_transaction_id_seq') AS id, a.ledger_id, a.currency,
           a.account_id AS a, b.account_id AS b, a.balance, a.sequence
      FROM generate_series(1, n) i, account a, account b
     WHERE a.public_id = payer AND b.public_id = payee
     ORDER BY i;
    INSERT INTO transaction (transaction_id, public_id, ledger_id, reference, type, content, created_at)
    SELECT id, gen_random_uuid(), ledger_id, 'many-' || id, 'transfer', sha256(''), clock_timestamp()
      FROM made;
    INSERT INTO posting (transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                         from_balance, to_balance, from_sequence, to_sequence)
    SELECT id, 0, ledger_id, currency, CASE WHEN leaves THEN a ELSE b END, CASE WHEN leaves THEN b ELSE a END, 1,
           CASE WHEN leaves THEN balance - 1 ELSE 0 END, CASE WHEN leaves THEN 1 ELSE balance END,
           CASE WHEN leaves THEN sequence ELSE 0 END + i, CASE WHEN leaves THEN 0 ELSE sequence END + i
      FROM made;
    UPDATE account
       SET sequence = account.sequence + n, last_at = clock_timestamp(),
           balance = account.balance + CASE WHEN n % 2 = 0 THEN 0 WHEN public_id = payer THEN -1 ELSE 1 END
     WHERE public_id IN (payer, payee);
    DROP TABLE made;
END $$;
