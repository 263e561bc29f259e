-- Sign-in with Google, and the keys that people give to services for their wallets.

SET LOCAL search_path TO cowry;

-- A sign-in under way: what the callback must bring along. Whoever brings the state has used it
-- up, whatever comes of it.
CREATE TABLE oauth_flow (
    state_digest    bytea PRIMARY KEY CHECK (length(state_digest) = 32),    -- SHA-256
    cookie_digest   bytea NOT NULL CHECK (length(cookie_digest) = 32),      -- SHA-256
    nonce           text NOT NULL,                 -- what the ID token must say
    verifier_sealed bytea NOT NULL,                -- of PKCE
    address         text NOT NULL,                 -- the client's that began it
    by_browser      boolean NOT NULL,              -- false: the URL is carried to a browser by hand
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz
);
CREATE INDEX oauth_flow_expiry ON oauth_flow (expires_at);
GRANT INSERT, UPDATE, DELETE ON oauth_flow TO cowry_worker;

-- A key to somebody's wallet. Only a keyed digest is stored.
CREATE TABLE wallet_key (
    wallet_key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid NOT NULL UNIQUE,
    user_id       bigint NOT NULL REFERENCES users,
    digest        bytea NOT NULL UNIQUE CHECK (length(digest) = 32),  -- HMAC-SHA-256 under the pepper
    prefix        text NOT NULL,                   -- its first characters, to tell keys apart
    name          text NOT NULL,
    permissions   smallint NOT NULL CHECK (permissions BETWEEN 1 AND 7),  -- 1 read, 2 deposit, 4 transfer
    is_active     boolean NOT NULL DEFAULT true,   -- false once revoked, or seen to have expired
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    last_used_at  timestamptz,                     -- to the minute
    CHECK (revoked_at IS NULL OR NOT is_active)
) WITH (fillfactor = 80);
CREATE INDEX wallet_key_user ON wallet_key (user_id, wallet_key_id);
GRANT INSERT, UPDATE ON wallet_key TO cowry_worker;
