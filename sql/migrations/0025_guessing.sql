-- Guesses at passwords, and mails that anybody may cause. Buckets and addresses are keyed digests.

SET LOCAL search_path TO cowry;

-- What was guessed wrong at an account. Lost in a crash on purpose, as all that guards load.
CREATE UNLOGGED TABLE sign_in_guard (
    bucket   bytea PRIMARY KEY CHECK (length(bucket) = 32),
    failures bigint NOT NULL,
    next_at  timestamptz NOT NULL,                 -- until then no guess is looked at
    tried_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON sign_in_guard TO cowry_worker;

-- Where somebody has signed in from: others' guesses don't keep them waiting there.
CREATE TABLE known_address (
    user_id bigint NOT NULL REFERENCES users,
    address bytea NOT NULL CHECK (length(address) = 32),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- to the day
    PRIMARY KEY (user_id, address)
);
CREATE INDEX known_address_seen ON known_address (seen_at);
GRANT INSERT, UPDATE (seen_at), DELETE ON known_address TO cowry_worker;

CREATE UNLOGGED TABLE mail_count (
    bucket         bytea PRIMARY KEY CHECK (length(bucket) = 32),
    mails          bigint NOT NULL,
    window_ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON mail_count TO cowry_worker;

-- From where a token was asked for, as known_address keeps it: the answer is the job runner's.
ALTER TABLE token_request ADD COLUMN client text;
