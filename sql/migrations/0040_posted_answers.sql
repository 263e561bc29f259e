-- An answer that consists of a posting need not be stored: it is rebuilt from the ledger when the key is
-- repeated, with the status that it had.

SET LOCAL search_path TO cowry;

ALTER TABLE idempotency
    ADD COLUMN posted integer;  -- the status of the answer; status is 0, as long as the answer is not stored
