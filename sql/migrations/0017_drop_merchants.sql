-- Drop's merchants as businesses, what is paid out to them, and cards.

SET LOCAL search_path TO cowry;

ALTER TABLE merchant
    ADD COLUMN org_number text CONSTRAINT merchant_org_number UNIQUE
               CHECK (org_number ~ '^[0-9]{9}$'),
    ADD COLUMN address text,
    ADD COLUMN bank_account text;                  -- where payouts go; plain: IBAN or Norwegian BBAN
GRANT UPDATE (address, bank_account) ON merchant TO cowry_worker;

-- What is paid out to a merchant: one of a day. The bank's side of it is the bank payment with the
-- same reference. Without transaction_id it failed before anything moved.
CREATE TABLE merchant_payout (
    merchant_payout_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id        text NOT NULL UNIQUE CHECK (drop_id ~ '^pay_[0-9a-f]{16}$'),
    merchant_id    bigint NOT NULL REFERENCES merchant,
    due_at         timestamptz NOT NULL,           -- the hour of the day that it is for
    amount         bigint NOT NULL CHECK (amount > 0),
    currency       char(3) NOT NULL DEFAULT 'NOK' CHECK (currency = 'NOK'),
    bank_account   text NOT NULL,                  -- as it was then
    status         text NOT NULL DEFAULT 'processing'
                   CHECK (status IN ('processing', 'completed', 'failed')),
    transaction_id bigint UNIQUE REFERENCES transaction,
    reversal_id    bigint UNIQUE REFERENCES transaction,
    problem        text,                           -- why it failed
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at       timestamptz,
    CONSTRAINT merchant_payout_daily UNIQUE (merchant_id, due_at),
    CHECK ((status = 'processing') = (ended_at IS NULL)),
    CHECK (status <> 'completed' OR transaction_id IS NOT NULL),
    CHECK ((reversal_id IS NOT NULL) = (status = 'failed' AND transaction_id IS NOT NULL))
);
GRANT INSERT, UPDATE (status, transaction_id, reversal_id, problem, ended_at)
    ON merchant_payout TO cowry_worker;

-- The payout that a payment is part of; a payout that fails lets go of its payments.
ALTER TABLE drop_payment ADD COLUMN merchant_payout_id bigint REFERENCES merchant_payout
    CHECK (merchant_payout_id IS NULL OR (merchant_id IS NOT NULL AND settled_at IS NOT NULL));
CREATE INDEX drop_payment_unpaid ON drop_payment (merchant_id, settled_at)
    WHERE merchant_id IS NOT NULL AND settled_at IS NOT NULL AND merchant_payout_id IS NULL;
CREATE INDEX drop_payment_payout ON drop_payment (merchant_payout_id)
    WHERE merchant_payout_id IS NOT NULL;
GRANT UPDATE (merchant_payout_id) ON drop_payment TO cowry_worker;

-- A card has no number here beyond its last four digits, and no CVV: those are the issuer's.
CREATE TABLE card (
    card_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id     text NOT NULL UNIQUE CHECK (drop_id ~ '^card_[0-9a-f]{16}$'),
    user_id     bigint NOT NULL REFERENCES users,
    type        text NOT NULL CHECK (type IN ('virtual', 'physical')),
    status      text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'frozen', 'cancelled')),
    last_four   text NOT NULL CHECK (last_four ~ '^[0-9]{4}$'),
    valid_until date NOT NULL,                     -- the last day of its month
    pin_hash    text,                              -- bcrypt of a digest under the pepper
    address     text,                              -- where the physical version was sent
    ordered_at  timestamptz,                       -- the physical version
    created_at  timestamptz NOT NULL DEFAULT now(),
    cancelled_at timestamptz,
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CHECK (address IS NULL OR ordered_at IS NOT NULL)
);
CREATE INDEX card_user ON card (user_id, card_id);
GRANT INSERT, UPDATE (status, pin_hash, address, ordered_at, cancelled_at), DELETE
    ON card TO cowry_worker;

CREATE TABLE card_limit (
    card_id    bigint NOT NULL REFERENCES card ON DELETE CASCADE,
    limit_type text NOT NULL CHECK (limit_type IN ('daily', 'weekly', 'monthly', 'transaction')),
    amount     bigint NOT NULL CHECK (amount > 0),
    currency   char(3) NOT NULL DEFAULT 'NOK' CHECK (currency = 'NOK'),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (card_id, limit_type)
);
GRANT INSERT, UPDATE (amount, updated_at), DELETE ON card_limit TO cowry_worker;
