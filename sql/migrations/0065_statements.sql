-- Statements as PDF that a job makes, and their files, until they expire.

SET LOCAL search_path TO cowry;

-- What it shows is decided when it is ordered: the balances, and how many lines follow from which one on.
CREATE TABLE wallet_statement (
    statement_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id      uuid NOT NULL UNIQUE,
    account_id     bigint NOT NULL REFERENCES account,
    ledger_id      bigint NOT NULL REFERENCES ledger,
    user_id        bigint REFERENCES users,                     -- who ordered it; NULL: a key of the ledger's project
    from_at        timestamptz NOT NULL,
    to_at          timestamptz NOT NULL,                        -- exclusive
    first_sequence bigint NOT NULL CHECK (first_sequence > 0),
    lines          bigint NOT NULL CHECK (lines >= 0),
    opening        bigint NOT NULL,
    closing        bigint NOT NULL,
    status         text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'ready', 'failed')),
    attempt        bigint NOT NULL DEFAULT 0,                   -- only the latest one may add files
    lines_done     bigint NOT NULL DEFAULT 0,                   -- in it
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at     timestamptz,                                 -- since it is ready or failed
    CHECK ((expires_at IS NULL) = (status IN ('queued', 'running')))
);
CREATE INDEX wallet_statement_account ON wallet_statement (account_id, statement_id);
CREATE INDEX wallet_statement_user ON wallet_statement (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX wallet_statement_ledger ON wallet_statement (ledger_id);
CREATE INDEX wallet_statement_expires ON wallet_statement (expires_at);
GRANT INSERT, UPDATE (to_at, status, attempt, lines_done, expires_at), DELETE ON wallet_statement TO cowry_worker;

CREATE TABLE statement_file (
    file_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id bigint NOT NULL REFERENCES wallet_statement ON DELETE CASCADE,
    number       integer NOT NULL CHECK (number > 0),
    public_id    uuid NOT NULL UNIQUE,
    lines        bigint NOT NULL CHECK (lines >= 0),
    bytes        bigint NOT NULL CHECK (bytes > 0),
    UNIQUE (statement_id, number)
);
GRANT INSERT, DELETE ON statement_file TO cowry_worker;

-- Its content, in order. It is compressed already.
CREATE TABLE statement_piece (
    file_id bigint NOT NULL REFERENCES statement_file ON DELETE CASCADE,
    number  integer NOT NULL CHECK (number >= 0),
    content bytea NOT NULL CHECK (length(content) > 0),
    PRIMARY KEY (file_id, number)
);
ALTER TABLE statement_piece ALTER COLUMN content SET STORAGE EXTERNAL;
GRANT INSERT, DELETE ON statement_piece TO cowry_worker;
