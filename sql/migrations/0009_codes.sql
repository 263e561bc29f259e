-- One-time codes that are mailed, and the fundings and deductions that they confirm.

SET LOCAL search_path TO cowry;

-- Wrong guesses of a person at the codes of a purpose. The row is also the lock under which
-- codes are sent and checked, so that they are counted one after the other.
CREATE TABLE code_guard (
    user_id        bigint NOT NULL REFERENCES users,
    purpose        text NOT NULL,
    failures       smallint NOT NULL DEFAULT 0,    -- since the window began
    window_ends_at timestamptz,
    locked_until   timestamptz,
    PRIMARY KEY (user_id, purpose)
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE (failures, window_ends_at, locked_until) ON code_guard TO cowry_worker;

CREATE TABLE one_time_code (
    code_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES users,
    purpose    text NOT NULL,
    reference  text NOT NULL,
    digest     bytea NOT NULL CHECK (length(digest) = 32),  -- HMAC-SHA-256 under the pepper
    failures   smallint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    ended_at   timestamptz                         -- by a newer code, or by too many wrong guesses
);
CREATE UNIQUE INDEX one_time_code_live ON one_time_code (user_id, purpose)
    WHERE used_at IS NULL AND ended_at IS NULL;
CREATE INDEX one_time_code_recent ON one_time_code (user_id, purpose, created_at);
CREATE INDEX one_time_code_expiry ON one_time_code (expires_at);
GRANT INSERT, UPDATE (failures, used_at, ended_at), DELETE ON one_time_code TO cowry_worker;

-- Money that comes into a person's NGN wallet, or leaves it, once a code confirms it.
CREATE TABLE funding (
    funding_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid NOT NULL UNIQUE,
    user_id         bigint NOT NULL REFERENCES users,
    purpose         text NOT NULL CHECK (purpose IN ('wallet_funding', 'wallet_deduction')),
    reference       text NOT NULL UNIQUE
                    CHECK (reference ~ '^(FUND|DEDUCT)-[0-9]{13}-[a-z0-9]{8}$'),
    transaction_no  text NOT NULL UNIQUE CHECK (transaction_no ~ '^TXN-[0-9]{13}(-[0-9]+)?$'),
    amount          bigint NOT NULL CHECK (amount > 0),
    currency        char(3) NOT NULL DEFAULT 'NGN' CHECK (currency = 'NGN'),
    email           text NOT NULL,                 -- where its codes go
    email_key       text NOT NULL,
    description     text,
    risk            text NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
    risk_rules      text NOT NULL,                 -- those that applied, with commas between them
    requires_review boolean NOT NULL,
    status          text NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'review', 'completed', 'failed', 'expired')),
    hold            uuid REFERENCES hold (public_id),        -- what a deduction has set aside
    transaction_id  bigint UNIQUE REFERENCES transaction,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at      timestamptz NOT NULL,          -- no new code after this
    closed_at       timestamptz,
    CHECK ((status = 'completed') = (transaction_id IS NOT NULL)),
    CHECK ((status IN ('pending', 'review')) = (closed_at IS NULL))
);
CREATE INDEX funding_of_user ON funding (user_id, purpose, created_at);
CREATE INDEX funding_expiry ON funding (expires_at) WHERE status = 'pending';
GRANT INSERT, UPDATE (email, email_key, risk, risk_rules, requires_review, status, hold,
                      transaction_id, closed_at) ON funding TO cowry_worker;
