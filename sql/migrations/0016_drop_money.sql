-- Drop's money: rates, recipients, quotes, merchants and the payments to them.
-- Amounts in minor units of their currency.

SET LOCAL search_path TO cowry;

-- What one unit of base is worth in currency: coefficient / 10^scale. The newest that is valid
-- counts; nothing is ever changed, so that what was charged can be shown for good.
CREATE TABLE rate (
    rate_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    base        char(3) NOT NULL DEFAULT 'NOK',
    currency    char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    coefficient bigint NOT NULL CHECK (coefficient BETWEEN 1 AND 1000000000000),
    scale       smallint NOT NULL CHECK (scale BETWEEN 0 AND 10),
    valid_from  timestamptz NOT NULL DEFAULT now(),
    source      text NOT NULL,                     -- who set it
    CHECK (base <> currency),
    CONSTRAINT rate_once UNIQUE (base, currency, valid_from)
);
GRANT INSERT ON rate TO cowry_worker;
INSERT INTO rate (currency, coefficient, scale, source) VALUES
    ('RSD', 117, 1, 'seed'), ('BAM', 104, 2, 'seed'), ('PLN', 41, 2, 'seed'),
    ('PKR', 268, 1, 'seed'), ('TRY', 345, 2, 'seed'), ('EUR', 89, 3, 'seed');

CREATE TABLE recipient (
    recipient_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id      text NOT NULL UNIQUE CHECK (drop_id ~ '^rec_[0-9a-f]{16}$'),
    user_id      bigint NOT NULL REFERENCES users,
    name         text NOT NULL,
    country      char(2) NOT NULL,
    currency     char(3) NOT NULL,
    bank_account text NOT NULL,                    -- IBAN without spaces
    bank_name    text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz
);
CREATE INDEX recipient_user ON recipient (user_id, recipient_id) WHERE deleted_at IS NULL;
GRANT INSERT, UPDATE (name, bank_account, bank_name, deleted_at) ON recipient TO cowry_worker;

-- Who takes payments by QR code. account_id: what is owed to them, in the platform's live books.
CREATE TABLE merchant (
    merchant_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id       text NOT NULL UNIQUE CHECK (drop_id ~ '^mer_[0-9a-f]{16}$'),
    user_id       bigint NOT NULL UNIQUE REFERENCES users,
    business_name text NOT NULL,
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
    account_id    bigint NOT NULL UNIQUE REFERENCES account,
    created_at    timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE (business_name, status) ON merchant TO cowry_worker;

-- What somebody was shown: within its time it is what they are charged.
CREATE TABLE quote (
    quote_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id        bigint NOT NULL REFERENCES users,
    type           text NOT NULL CHECK (type IN ('remittance', 'qr_payment')),
    recipient_id   bigint REFERENCES recipient,
    amount         bigint NOT NULL CHECK (amount > 0),
    currency       char(3) NOT NULL,
    fee            bigint NOT NULL CHECK (fee >= 0),
    rate_id        bigint REFERENCES rate,
    receive_amount bigint NOT NULL CHECK (receive_amount >= 0),
    receive_currency char(3) NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at     timestamptz NOT NULL,
    CHECK ((type = 'remittance') = (recipient_id IS NOT NULL)),
    CHECK ((type = 'remittance') = (rate_id IS NOT NULL))
);
CREATE INDEX quote_user ON quote (user_id, expires_at);
CREATE INDEX quote_expiry ON quote (expires_at);
GRANT INSERT, DELETE ON quote TO cowry_worker;

-- A payment from somebody's bank account: to a recipient abroad, or to a merchant. The bank's side
-- of it is the bank payment with the same reference. total leaves the account; the merchant bears
-- the fee of a payment by QR code. completed_at: as people see it; settled_at: the bank has said that
-- the money went out.
CREATE TABLE drop_payment (
    drop_payment_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id          text NOT NULL UNIQUE CHECK (drop_id ~ '^tx_(rem|qr)_[0-9a-f]{16}$'),
    user_id          bigint NOT NULL REFERENCES users,
    type             text NOT NULL CHECK (type IN ('remittance', 'qr_payment')),
    status           text NOT NULL DEFAULT 'processing'
                     CHECK (status IN ('processing', 'completed', 'failed')),
    recipient_id     bigint REFERENCES recipient,
    merchant_id      bigint REFERENCES merchant,
    payee_name       text NOT NULL,                -- as it was then
    payee_country    char(2) NOT NULL,
    currency         char(3) NOT NULL DEFAULT 'NOK' CHECK (currency = 'NOK'),
    amount           bigint NOT NULL CHECK (amount > 0),
    fee              bigint NOT NULL CHECK (fee BETWEEN 0 AND amount),
    total            bigint NOT NULL,
    rate_id          bigint REFERENCES rate,
    receive_amount   bigint NOT NULL CHECK (receive_amount >= 0),
    receive_currency char(3) NOT NULL,
    from_account     text NOT NULL,                -- name of the bank
    transaction_id   bigint NOT NULL UNIQUE REFERENCES transaction, -- what is owed for it
    payout_id        bigint UNIQUE REFERENCES transaction,          -- that it is owed no more
    reversal_id      bigint UNIQUE REFERENCES transaction,
    problem          text,                         -- why it failed, for the client
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at     timestamptz,
    settled_at       timestamptz,
    CHECK ((type = 'remittance') = (recipient_id IS NOT NULL)),
    CHECK ((type = 'remittance') = (rate_id IS NOT NULL)),
    CHECK ((type = 'qr_payment') = (merchant_id IS NOT NULL)),
    CHECK (total = amount + CASE type WHEN 'remittance' THEN fee ELSE 0 END),
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    CHECK ((status = 'failed') = (reversal_id IS NOT NULL)),
    CHECK ((payout_id IS NOT NULL) = (type = 'remittance' AND status = 'completed')),
    CHECK (settled_at IS NULL OR status = 'completed'),
    CHECK (type <> 'remittance' OR (settled_at IS NULL) = (completed_at IS NULL))
);
CREATE INDEX drop_payment_user ON drop_payment (user_id, drop_payment_id);
CREATE INDEX drop_payment_merchant ON drop_payment (merchant_id, drop_payment_id)
    WHERE merchant_id IS NOT NULL;
GRANT INSERT, UPDATE (status, payee_name, from_account, payout_id, reversal_id, problem, completed_at, settled_at)
    ON drop_payment TO cowry_worker;
