-- People's accounts at their banks, which they let us read and pay from. None of this is our money.

SET LOCAL search_path TO cowry;

-- What somebody allowed us at a bank, or was asked to allow. Whoever brings the state back has used
-- it up, whatever comes of it.
CREATE TABLE bank_consent (
    bank_consent_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id        text NOT NULL UNIQUE CHECK (drop_id ~ '^con_[0-9a-f]{16}$'),
    user_id        bigint NOT NULL REFERENCES users,
    bank           text NOT NULL,
    status         text NOT NULL DEFAULT 'begun'
                   CHECK (status IN ('begun', 'valid', 'refused', 'expired', 'revoked')),
    state_digest   bytea NOT NULL UNIQUE CHECK (length(state_digest) = 32),  -- SHA-256
    state_until    timestamptz NOT NULL,
    state_used_at  timestamptz,
    consent_sealed bytea,                          -- the bank's id of it
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CHECK ((status IN ('begun', 'valid')) = (ended_at IS NULL)),
    CHECK (status <> 'valid' OR consent_sealed IS NOT NULL)
);
CREATE INDEX bank_consent_user ON bank_consent (user_id);
CREATE INDEX bank_consent_begun ON bank_consent (state_until) WHERE status IN ('begun', 'refused');
GRANT INSERT, DELETE, UPDATE (status, state_used_at, consent_sealed, ended_at)
    ON bank_consent TO cowry_worker;

-- An account as the bank told of it last, less what has been paid since: a balance that was asked for
-- before the latest payment left (paid_at) is not taken down. One that was unlinked stays for its
-- payments.
CREATE TABLE bank_account (
    bank_account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id         text NOT NULL UNIQUE CHECK (drop_id ~ '^ba_[0-9a-f]{16}$'),
    user_id         bigint NOT NULL REFERENCES users,
    bank_consent_id bigint NOT NULL REFERENCES bank_consent,
    resource_id     text NOT NULL,                 -- the bank's name for it under the consent
    number          text NOT NULL,                 -- Norwegian BBAN, else IBAN, else BBAN
    iban            text,
    bban            text,
    name            text,
    currency        char(3) NOT NULL,
    balance         bigint NOT NULL,               -- may be less than nothing
    balance_at      timestamptz NOT NULL,
    paid_at         timestamptz,
    is_primary      boolean NOT NULL,
    linked_at       timestamptz NOT NULL DEFAULT now(),
    unlinked_at     timestamptz,
    CHECK (num_nonnulls(iban, bban) > 0),
    CHECK (unlinked_at IS NULL OR NOT is_primary),
    CONSTRAINT bank_account_number UNIQUE (user_id, number, currency)
);
CREATE UNIQUE INDEX bank_account_primary ON bank_account (user_id) WHERE is_primary;
CREATE INDEX bank_account_consent ON bank_account (bank_consent_id);
GRANT INSERT, DELETE, UPDATE (bank_consent_id, resource_id, iban, bban, name, balance, balance_at, paid_at,
                      is_primary, linked_at, unlinked_at) ON bank_account TO cowry_worker;

-- A payment that we ask a bank to make. While it is pending its amount is not there for another one.
-- request_id and reference go to the bank, always the same, so that it makes the payment once.
CREATE TABLE bank_payment (
    bank_payment_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference        text NOT NULL CONSTRAINT bank_payment_reference UNIQUE
                     CHECK (length(reference) BETWEEN 1 AND 35),
    request_id       uuid NOT NULL UNIQUE,
    bank_account_id  bigint NOT NULL REFERENCES bank_account,
    amount           bigint NOT NULL CHECK (amount > 0),
    currency         char(3) NOT NULL,
    creditor_name    text NOT NULL,
    creditor_account text NOT NULL,
    text             text,
    product          text NOT NULL,
    address          text,                         -- the client's, from which it was asked for
    status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'settled', 'failed')),
    repeats          bigint NOT NULL DEFAULT 0,    -- how often it was given to the bank again
    bank_reference   text,                         -- the bank's id of it, once it has it
    bank_status      text,                         -- ISO 20022: RCVD, ACSP, ACSC, ...
    sca_url          text,
    problem          text,                         -- why it failed, for the client
    created_at       timestamptz NOT NULL DEFAULT now(),
    ended_at         timestamptz,
    CHECK ((status = 'pending') = (ended_at IS NULL))
);
CREATE INDEX bank_payment_pending ON bank_payment (bank_account_id) WHERE status = 'pending';
GRANT INSERT, DELETE, UPDATE (status, repeats, bank_reference, bank_status, sca_url, problem, ended_at)
    ON bank_payment TO cowry_worker;

-- Accounts with what stands beside them. reserved: what pending payments take.
CREATE VIEW bank_account_state AS
SELECT a.bank_account_id, a.drop_id, a.user_id, c.bank, a.number, a.iban, a.bban, a.name, a.currency,
       a.balance, a.balance_at, a.paid_at, a.is_primary, a.resource_id, a.unlinked_at IS NULL AS linked,
       CASE WHEN c.status = 'valid' AND c.expires_at > clock_timestamp() THEN 'active'
            WHEN c.status IN ('valid', 'expired') THEN 'expired'
            ELSE 'revoked' END AS status,
       c.bank_consent_id, c.drop_id AS consent, c.consent_sealed, c.expires_at,
       (SELECT coalesce(sum(p.amount), 0)::bigint
          FROM bank_payment p
         WHERE p.bank_account_id = a.bank_account_id AND p.status = 'pending') AS reserved
  FROM bank_account a
  JOIN bank_consent c USING (bank_consent_id);
