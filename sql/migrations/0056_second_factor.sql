-- The second factor of a sign-in: an app with a secret that shows codes by time (RFC 6238).

SET LOCAL search_path TO cowry;

-- In the row of the person, which a sign-in locks: so it can't miss a factor that becomes active meanwhile.
ALTER TABLE users ADD COLUMN second_factor_at timestamptz;   -- active since; NULL: none is

CREATE TABLE second_factor (
    second_factor_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id          bigint NOT NULL UNIQUE REFERENCES users,
    secret_sealed    bytea NOT NULL,
    last_step        bigint NOT NULL DEFAULT 0,    -- of the code that was used last: no step is accepted twice
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT INSERT, UPDATE (secret_sealed, last_step), DELETE ON second_factor TO cowry_worker;

-- For who has lost the app: each is accepted once.
CREATE TABLE recovery_code (
    digest           bytea PRIMARY KEY CHECK (length(digest) = 32),   -- keyed
    second_factor_id bigint NOT NULL REFERENCES second_factor ON DELETE CASCADE,
    used_at          timestamptz
);
CREATE INDEX recovery_code_factor ON recovery_code (second_factor_id);
GRANT INSERT, UPDATE (used_at), DELETE ON recovery_code TO cowry_worker;

-- A sign-in whose password was right, and that waits for a code.
CREATE TABLE sign_in_challenge (
    digest     bytea PRIMARY KEY CHECK (length(digest) = 32),   -- SHA-256
    user_id    bigint NOT NULL REFERENCES users,
    credential bytea NOT NULL CHECK (length(credential) = 32),  -- SHA-256 of the password's hash
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_challenge_user ON sign_in_challenge (user_id);
CREATE INDEX sign_in_challenge_expires ON sign_in_challenge (expires_at);
GRANT INSERT, DELETE ON sign_in_challenge TO cowry_worker;
