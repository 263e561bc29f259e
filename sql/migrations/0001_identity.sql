-- People, their sessions and what they own on the platform.
-- Run by the owner role; the worker and auditor roles exist already.

CREATE SCHEMA cowry;
SET LOCAL search_path TO cowry;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA cowry TO cowry_worker, cowry_auditor;
ALTER DEFAULT PRIVILEGES IN SCHEMA cowry GRANT SELECT ON TABLES TO cowry_worker, cowry_auditor;
ALTER DEFAULT PRIVILEGES IN SCHEMA cowry REVOKE ALL ON FUNCTIONS FROM PUBLIC;

-- A person. Whichever dialect registered them, it is one user with one password.
CREATE TABLE users (
    user_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id         uuid NOT NULL UNIQUE,
    email             text NOT NULL,               -- as it was given
    email_key         text NOT NULL UNIQUE,        -- normalised: what makes it unique
    password_hash     text,                        -- argon2id; NULL: no sign-in by password
    name              text NOT NULL,
    country           text,
    company_name      text,
    photo_url         text,
    role              text NOT NULL DEFAULT 'developer'
                      CHECK (role IN ('developer', 'team', 'founder', 'admin')),
    status            text NOT NULL DEFAULT 'active'
                      CHECK (status IN ('active', 'suspended', 'deleted')),
    provider          text NOT NULL DEFAULT 'local' CHECK (provider IN ('local', 'google')),
    is_email_verified boolean NOT NULL DEFAULT false,
    terms_accepted_at timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE ON users TO cowry_worker;

-- A sign-in: the family of refresh tokens that descends from it. An access token
-- is good only while its session is.
CREATE TABLE session (
    session_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid NOT NULL UNIQUE,            -- the token's sid
    user_id       bigint NOT NULL REFERENCES users,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz
);
CREATE INDEX session_of_user ON session (user_id) WHERE revoked_at IS NULL;
GRANT INSERT, UPDATE, DELETE ON session TO cowry_worker;

CREATE TABLE refresh_token (
    digest     bytea PRIMARY KEY CHECK (length(digest) = 32),   -- SHA-256
    session_id bigint NOT NULL REFERENCES session ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz                         -- rotated: a second use revokes the family
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);
GRANT INSERT, UPDATE, DELETE ON refresh_token TO cowry_worker;

-- Single-use tokens that are mailed.
CREATE TABLE email_token (
    digest     bytea PRIMARY KEY CHECK (length(digest) = 32),   -- SHA-256
    user_id    bigint NOT NULL REFERENCES users,
    purpose    text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX email_token_user ON email_token (user_id, purpose);
GRANT INSERT, UPDATE, DELETE ON email_token TO cowry_worker;

-- Wishes for such a token, by whoever: answered by the job runner, so that the
-- one who asks can't tell from the answer or its time whether the address is known.
CREATE TABLE token_request (
    token_request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email_key        text NOT NULL,
    purpose          text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at       timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE, DELETE ON token_request TO cowry_worker;

-- Mail that waits to be sent. The text is sealed, because it may hold a token.
CREATE TABLE mail (
    mail_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid NOT NULL UNIQUE,
    recipient   text NOT NULL,
    subject     text NOT NULL,
    body_sealed bytea,                             -- NULL once the mail is out or given up
    created_at  timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,              -- not worth sending after this
    attempts    integer NOT NULL DEFAULT 0,
    sent_at     timestamptz,
    failed_at   timestamptz
);
CREATE INDEX mail_due ON mail (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
GRANT INSERT, UPDATE, DELETE ON mail TO cowry_worker;

CREATE TABLE platform_account (
    platform_account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id           uuid NOT NULL UNIQUE,
    user_id             bigint NOT NULL UNIQUE REFERENCES users,
    name                text NOT NULL,
    company_name        text,
    metadata            jsonb NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE ON platform_account TO cowry_worker;

CREATE TABLE project (
    project_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id           uuid NOT NULL UNIQUE,
    platform_account_id bigint NOT NULL REFERENCES platform_account,
    name                text NOT NULL,
    slug                text NOT NULL CHECK (slug ~ '^[a-z0-9-]{1,120}$'),
    description         text,
    metadata            jsonb NOT NULL DEFAULT '{}',
    created_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT project_slug UNIQUE (platform_account_id, slug)
);
GRANT INSERT, UPDATE ON project TO cowry_worker;

-- A customer of a project: whom a wallet is for.
CREATE TABLE project_account (
    project_account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id          uuid NOT NULL UNIQUE,
    project_id         bigint NOT NULL REFERENCES project,
    reference          text,
    name               text NOT NULL,
    email              text,
    metadata           jsonb NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT project_account_reference UNIQUE (project_id, reference)
);
GRANT INSERT, UPDATE ON project_account TO cowry_worker;

-- Keys of projects (project_id set) and of people. Only a keyed digest is stored.
CREATE TABLE api_key (
    api_key_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid NOT NULL UNIQUE,
    digest       bytea NOT NULL UNIQUE CHECK (length(digest) = 32),  -- HMAC-SHA-256 under the pepper
    user_id      bigint NOT NULL REFERENCES users,
    project_id   bigint REFERENCES project,
    prefix       text NOT NULL,                    -- its first characters, to tell keys apart
    scope        text NOT NULL CHECK (scope IN ('test', 'live')),
    description  text,
    quota        bigint CHECK (quota > 0),         -- requests a UTC day; NULL: unlimited
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX api_key_project ON api_key (project_id, api_key_id);
CREATE INDEX api_key_user ON api_key (user_id, api_key_id) WHERE project_id IS NULL;
GRANT INSERT, UPDATE ON api_key TO cowry_worker;

-- Requests of a key on a UTC day. Lost in a crash on purpose: it guards load, not money.
CREATE UNLOGGED TABLE api_key_use (
    api_key_id bigint NOT NULL,
    day        date NOT NULL,
    used       bigint NOT NULL,
    PRIMARY KEY (api_key_id, day)
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON api_key_use TO cowry_worker;

-- Calls of a limited route from one address in one minute.
CREATE UNLOGGED TABLE rate_count (
    bucket text NOT NULL,
    minute timestamptz NOT NULL,
    calls  bigint NOT NULL,
    PRIMARY KEY (bucket, minute)
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON rate_count TO cowry_worker;

-- Answers to requests with an Idempotency-Key, stored with their effect.
CREATE TABLE idempotency (
    principal    text NOT NULL,                    -- who sent it
    key          text NOT NULL,
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    status       integer NOT NULL,
    body_sealed  bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
GRANT INSERT, UPDATE, DELETE ON idempotency TO cowry_worker;

-- What administrators did.
CREATE TABLE audit_log (
    audit_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint REFERENCES users,
    action     text NOT NULL,
    subject    text NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    request_id text,
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT ON audit_log TO cowry_worker;
