-- The ledger for accountants: accounts of their own beside the system's, and journal entries of
-- many lines.

SET LOCAL search_path TO cowry;

-- The worker may add accounts but not choose their number: those of the system stay its own.
CREATE SEQUENCE chart_manual_kind AS smallint MINVALUE 1000 START 1000;
ALTER TABLE chart ALTER COLUMN kind SET DEFAULT nextval('chart_manual_kind');
ALTER TABLE chart ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
GRANT INSERT (code, name, class, normal_side) ON chart TO cowry_worker;
GRANT USAGE ON SEQUENCE chart_manual_kind TO cowry_worker;

-- What an accountant wrote: the transaction has its postings, which are pairs, this its lines.
CREATE TABLE journal_entry (
    transaction_id bigint PRIMARY KEY REFERENCES transaction,
    user_id        bigint NOT NULL REFERENCES users,
    description    text NOT NULL,
    currency       char(3) NOT NULL
);
GRANT INSERT ON journal_entry TO cowry_worker;

CREATE TABLE journal_line (
    transaction_id bigint NOT NULL REFERENCES journal_entry,
    line           smallint NOT NULL,
    kind           smallint NOT NULL REFERENCES chart,
    is_debit       boolean NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    memo           text,
    PRIMARY KEY (transaction_id, line)
);
GRANT INSERT ON journal_line TO cowry_worker;

CREATE TRIGGER journal_entry_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_line_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
