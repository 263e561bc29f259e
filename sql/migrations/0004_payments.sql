-- Money that comes in and goes out through providers.

SET LOCAL search_path TO cowry;

-- References of a ledger that are spoken for, though nothing is posted under them yet: a pending
-- payment's. Whoever holds one is the only one who can post under it.
CREATE TABLE reserved_reference (
    ledger_id  bigint NOT NULL REFERENCES ledger,
    reference  text NOT NULL CHECK (length(reference) BETWEEN 1 AND 160),
    holder     uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (ledger_id, reference)
);
GRANT INSERT, DELETE ON reserved_reference TO cowry_worker;

-- An account at a provider: of a project, or the platform's own (project_id NULL).
CREATE TABLE provider_config (
    provider_config_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id     uuid NOT NULL UNIQUE,
    project_id    bigint REFERENCES project,
    type          text NOT NULL CHECK (type IN ('paystack', 'flutterwave', 'paga', 'fingra')),
    config_sealed bytea NOT NULL,                  -- JSON with the secrets
    is_active     boolean NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_config_owner UNIQUE NULLS NOT DISTINCT (project_id, type)
);
GRANT INSERT, UPDATE (config_sealed, is_active, updated_at) ON provider_config TO cowry_worker;

-- An order to a provider and what became of it. reference is the client's, provider_reference ours,
-- as the provider knows it. reference_held: nobody else may have the reference; a payment that
-- failed has let go of it.
CREATE TABLE payment (
    payment_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id          uuid NOT NULL UNIQUE,
    ledger_id          bigint NOT NULL REFERENCES ledger,
    account_id         bigint NOT NULL,            -- of the wallet
    project_id         bigint REFERENCES project,  -- whose account at the provider; NULL: the platform's
    user_id            bigint REFERENCES users,    -- whose personal wallet it is
    withdrawal         boolean NOT NULL,
    type               text NOT NULL,              -- of the transaction that it becomes
    currency           char(3) NOT NULL,
    amount             bigint NOT NULL CHECK (amount > 0),
    reference          text NOT NULL CHECK (length(reference) BETWEEN 1 AND 160),
    reference_held     boolean NOT NULL DEFAULT true,
    content            bytea NOT NULL CHECK (length(content) = 32),
    provider           text NOT NULL,
    provider_reference text NOT NULL,
    provider_config_id bigint NOT NULL REFERENCES provider_config,
    provider_id        text,                       -- the provider's own
    hold_id            bigint UNIQUE REFERENCES hold,
    status             text NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'completed', 'failed', 'review')),
    accepted           boolean NOT NULL DEFAULT false, -- the provider has said that it knows it
    called             boolean NOT NULL DEFAULT false, -- what it said to the call is taken down
    answer             jsonb,                      -- of that, what clients are shown
    checkout_url       text,
    problem            text,                       -- why it failed, for the client
    paid_amount        bigint CHECK (paid_amount >= 0), -- as the provider says
    paid_currency      char(3),
    transaction_id     bigint UNIQUE REFERENCES transaction,
    metadata           jsonb NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at         timestamptz,
    CONSTRAINT payment_provider_reference UNIQUE (provider, provider_reference),
    FOREIGN KEY (account_id, ledger_id, currency) REFERENCES account (account_id, ledger_id, currency),
    CHECK (withdrawal = (hold_id IS NOT NULL)),
    CHECK ((paid_amount IS NULL) = (paid_currency IS NULL)),
    CONSTRAINT payment_completed CHECK (status <> 'completed' OR transaction_id IS NOT NULL),
    CONSTRAINT payment_open CHECK (status <> 'pending' OR (transaction_id IS NULL AND reference_held)),
    CONSTRAINT payment_settled CHECK (status NOT IN ('completed', 'failed') OR settled_at IS NOT NULL)
);
CREATE UNIQUE INDEX payment_reference ON payment (ledger_id, reference) WHERE reference_held;
CREATE INDEX payment_ledger ON payment (ledger_id, payment_id);
CREATE INDEX payment_account ON payment (account_id);
CREATE INDEX payment_pending ON payment (created_at) WHERE status = 'pending';
GRANT INSERT, UPDATE (reference_held, provider_id, status, accepted, called, answer, checkout_url,
    problem, paid_amount, paid_currency, transaction_id, settled_at) ON payment TO cowry_worker;

-- Orders that a project gave to a provider without a wallet: nothing is booked, but their webhooks
-- are known for genuine.
CREATE TABLE provider_order (
    provider           text NOT NULL,
    provider_reference text NOT NULL,
    provider_config_id bigint NOT NULL REFERENCES provider_config,
    mode               text NOT NULL CHECK (mode IN ('test', 'live')),
    created_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, provider_reference)
);
GRANT INSERT ON provider_order TO cowry_worker;

-- Genuine webhooks, each once.
CREATE TABLE provider_event (
    provider_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider    text NOT NULL,
    digest      bytea NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the body
    payment_id  bigint REFERENCES payment,         -- NULL: about nothing that is booked
    event       text,
    body        bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT provider_event_once UNIQUE (provider, digest)
);
CREATE INDEX provider_event_payment ON provider_event (payment_id) WHERE payment_id IS NOT NULL;
GRANT INSERT ON provider_event TO cowry_worker;

-- Webhooks that were not genuine. Nothing else is kept of them; that a crash forgets it is fine.
CREATE UNLOGGED TABLE provider_forgery (
    provider text NOT NULL,
    day      date NOT NULL,
    count    bigint NOT NULL,
    PRIMARY KEY (provider, day)
);
GRANT INSERT, UPDATE (count) ON provider_forgery TO cowry_worker;
