-- The continuous audit of the books by the job runners, and the differences that it finds.

SET LOCAL search_path TO cowry;

-- Where it is. A round reads everything; src/ledger/inspection.c goes from one part to the next.
CREATE TABLE book_audit (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    round       bigint NOT NULL DEFAULT 1,
    part        text,                              -- NULL: a round begins
    after_id    bigint NOT NULL DEFAULT 0,         -- what was read of the part
    last_id     bigint NOT NULL DEFAULT 0,         -- its end
    piece_rows  bigint NOT NULL DEFAULT 200 CHECK (piece_rows > 0),
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    previous_at timestamptz,                       -- when the last complete round began
    ended_at    timestamptz,                       -- when it ended
    due_at      timestamptz NOT NULL DEFAULT clock_timestamp() -- of the next piece
) WITH (fillfactor = 50);
INSERT INTO book_audit DEFAULT VALUES;
GRANT UPDATE ON book_audit TO cowry_worker;

-- What does not add up. A difference is resolved by a person, who has repaired or explained it; as long
-- as each round finds it again, it is not reported again.
CREATE TABLE book_difference (
    difference_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid NOT NULL UNIQUE,
    ledger_id     bigint NOT NULL,                 -- 0: unknown
    check_name    text NOT NULL,
    problem       text NOT NULL,
    stops         boolean NOT NULL,                -- nothing is posted in its ledger until it is resolved
    seen_round    bigint NOT NULL,                 -- the last one that found it
    found_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    resolved_at   timestamptz,
    gone_at       timestamptz,                     -- resolved, and a round did not find it any more
    CHECK (gone_at IS NULL OR resolved_at IS NOT NULL)
);
CREATE UNIQUE INDEX book_difference_known ON book_difference (check_name, problem) WHERE gone_at IS NULL;
CREATE INDEX book_difference_open ON book_difference (ledger_id) WHERE resolved_at IS NULL;
-- Read by each batch of postings: it is empty, or nearly so.
CREATE INDEX book_difference_stop ON book_difference (ledger_id) WHERE stops AND resolved_at IS NULL;
GRANT INSERT, UPDATE (seen_round, resolved_at, gone_at) ON book_difference TO cowry_worker;
