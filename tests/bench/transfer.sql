-- A transfer as one function over the product's own tables, for comparison: key, reference, both
-- accounts in order of id, balances, journal.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

CREATE FUNCTION bench.transfer(p_digest bytea, p_from bigint, p_to bigint, p_amount bigint,
                               p_reference text) RETURNS int LANGUAGE plpgsql
    SET search_path = cowry AS $$
DECLARE
    v_ledger bigint;
    v_id bigint;
    v_from record;
    v_to record;
BEGIN
    IF p_from = p_to THEN
        RETURN 422;
    END IF;
    SELECT l.ledger_id INTO v_ledger
      FROM api_key k
      JOIN users u USING (user_id)
      JOIN ledger l ON l.project_id = k.project_id AND l.mode = k.scope
     WHERE k.digest = p_digest AND k.revoked_at IS NULL AND u.status = 'active'
       AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());
    IF NOT FOUND THEN
        RETURN 401;
    END IF;
    PERFORM 1 FROM account WHERE account_id IN (p_from, p_to) ORDER BY account_id FOR UPDATE;
    INSERT INTO transaction (public_id, ledger_id, reference, type, content, created_at)
    VALUES (gen_random_uuid(), v_ledger, p_reference, 'transfer', sha256(p_reference::bytea),
            clock_timestamp())
        ON CONFLICT (ledger_id, reference) DO NOTHING
    RETURNING transaction_id INTO v_id;
    IF NOT FOUND THEN
        RETURN 409;
    END IF;
    UPDATE account SET balance = balance - p_amount, sequence = sequence + 1
     WHERE account_id = p_from AND ledger_id = v_ledger AND status = 0
    RETURNING balance, sequence, currency INTO v_from;
    UPDATE account SET balance = balance + p_amount, sequence = sequence + 1
     WHERE account_id = p_to AND ledger_id = v_ledger AND status = 0
    RETURNING balance, sequence INTO v_to;
    INSERT INTO posting (transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                         from_balance, to_balance, from_sequence, to_sequence)
    VALUES (v_id, 0, v_ledger, v_from.currency, p_from, p_to, p_amount, v_from.balance,
            v_to.balance, v_from.sequence, v_to.sequence);
    RETURN 201;
END $$;
