-- What a posting refers to is looked up for all postings of a statement at once: foreign keys do it row by
-- row, and cost a quarter of a transfer. What they refuse is refused as before, by the same names.

SET LOCAL search_path TO cowry;

-- As requests lock them.
LOCK TABLE account, transaction, posting IN ACCESS EXCLUSIVE MODE;

-- Postings may only be of a transaction, and between accounts in the same ledger and currency. Nothing is
-- locked: a statement that removes what is referred to waits for postings in progress, and keeps others
-- away. Later ones see that it has gone, if each statement sees what is committed: not in an older snapshot.
CREATE FUNCTION require_read_committed(operation text, relation text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% on % is refused: not READ COMMITTED', operation, relation
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION refuse_stray() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    PERFORM cowry.require_read_committed(TG_OP, TG_TABLE_NAME);
    SELECT refers INTO missing
      FROM (SELECT CASE
                   WHEN (SELECT t.transaction_id
                           FROM cowry.transaction t
                          WHERE t.transaction_id = a.transaction_id) IS NULL
                   THEN 'transaction_id'
                   WHEN (SELECT f.ledger_id = a.ledger_id AND f.currency = a.currency
                           FROM cowry.account f
                          WHERE f.account_id = a.from_id) IS NOT TRUE
                   THEN 'from_id_ledger_id_currency'
                   WHEN (SELECT t.ledger_id = a.ledger_id AND t.currency = a.currency
                           FROM cowry.account t
                          WHERE t.account_id = a.to_id) IS NOT TRUE
                   THEN 'to_id_ledger_id_currency'
                   END AS refers
              FROM added a) r
     WHERE refers IS NOT NULL
     LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% on posting is refused: % refers to nothing', TG_OP, missing
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'cowry', TABLE = 'posting',
                  CONSTRAINT = 'posting_' || missing || '_fkey';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER posting_refers AFTER INSERT ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_stray();
CREATE TRIGGER posting_still_refers AFTER UPDATE ON posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_stray();

-- The other side: before a row goes, or becomes another one, no posting is in progress; and afterwards
-- there is none that refers to it.
CREATE FUNCTION await_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cowry.require_read_committed(TG_OP, TG_TABLE_NAME);
    LOCK TABLE cowry.posting IN SHARE MODE;
    IF TG_OP = 'TRUNCATE' AND EXISTS (SELECT FROM cowry.posting) THEN
        RAISE EXCEPTION '% on % is refused: there are postings', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_waits
    BEFORE DELETE OR TRUNCATE OR UPDATE OF account_id, ledger_id, currency ON account
    FOR EACH STATEMENT EXECUTE FUNCTION await_postings();
CREATE TRIGGER transaction_waits
    BEFORE DELETE OR TRUNCATE OR UPDATE OF transaction_id ON transaction
    FOR EACH STATEMENT EXECUTE FUNCTION await_postings();

CREATE FUNCTION refuse_loss_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cowry.posting WHERE from_id = OLD.account_id)
       OR EXISTS (SELECT FROM cowry.posting WHERE to_id = OLD.account_id) THEN
        RAISE EXCEPTION '% on account is refused: account % has postings', TG_OP, OLD.account_id
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'cowry', TABLE = 'posting',
                  CONSTRAINT = 'posting_from_id_ledger_id_currency_fkey';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_has_postings AFTER DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION refuse_loss_of_account();
CREATE TRIGGER account_still_has_postings AFTER UPDATE OF account_id, ledger_id, currency ON account
    FOR EACH ROW
    WHEN ((OLD.account_id, OLD.ledger_id, OLD.currency)
          IS DISTINCT FROM (NEW.account_id, NEW.ledger_id, NEW.currency))
    EXECUTE FUNCTION refuse_loss_of_account();

CREATE FUNCTION refuse_loss_of_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cowry.posting WHERE transaction_id = OLD.transaction_id) THEN
        RAISE EXCEPTION '% on transaction is refused: transaction % has postings', TG_OP,
            OLD.transaction_id
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'cowry', TABLE = 'posting',
                  CONSTRAINT = 'posting_transaction_id_fkey';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER transaction_has_postings AFTER DELETE ON transaction
    FOR EACH ROW EXECUTE FUNCTION refuse_loss_of_transaction();
CREATE TRIGGER transaction_still_has_postings AFTER UPDATE OF transaction_id ON transaction
    FOR EACH ROW
    WHEN (OLD.transaction_id <> NEW.transaction_id)
    EXECUTE FUNCTION refuse_loss_of_transaction();

ALTER TABLE posting
    DROP CONSTRAINT posting_transaction_id_fkey,
    DROP CONSTRAINT posting_from_id_ledger_id_currency_fkey,
    DROP CONSTRAINT posting_to_id_ledger_id_currency_fkey;

-- transaction_reversed has taken its place.
ALTER TABLE transaction DROP CONSTRAINT transaction_reverses_key;
