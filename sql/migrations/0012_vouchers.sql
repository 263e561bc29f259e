-- Vouchers: money that whoever has the code may take or spend, and the EasyPay numbers by which some
-- are paid for in cash.

SET LOCAL search_path TO cowry;

-- balance is what stands on the books for it, on the account of pending vouchers until an EasyPay
-- voucher is settled, on that of active ones from then on. An expired voucher keeps it until the
-- issuer's wallet takes it back.
CREATE TABLE voucher (
    voucher_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference       text NOT NULL UNIQUE CHECK (reference ~ '^MMVOUCHER_[0-9]{13}_[a-z0-9]{6}$'),
    user_id         bigint NOT NULL REFERENCES users,         -- who issued it
    issued_to       text,
    type            text NOT NULL CHECK (type IN ('standard', 'premium', 'business', 'easypay')),
    status          text NOT NULL
                    CHECK (status IN ('pending_payment', 'active', 'redeemed', 'expired', 'cancelled')),
    easypay_number  text UNIQUE CHECK (easypay_number ~ '^9[0-9]{13}$'),
    code_digest     bytea UNIQUE CHECK (length(code_digest) = 32),  -- HMAC-SHA-256 under the pepper
    code_sealed     bytea,
    currency        char(3) NOT NULL DEFAULT 'ZAR' CHECK (currency = 'ZAR'),
    original_amount bigint NOT NULL CHECK (original_amount > 0),
    balance         bigint NOT NULL CHECK (balance BETWEEN 0 AND original_amount),
    refunded        bigint NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND original_amount),
    max_redemptions bigint CHECK (max_redemptions > 0),       -- NULL: as often as the balance lasts
    redemptions     bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    settled_at      timestamptz,
    refund_after    timestamptz NOT NULL,          -- expires_at, or when to try the refund again
    CHECK ((type = 'easypay') = (easypay_number IS NOT NULL)),
    CHECK (type = 'easypay' OR settled_at IS NULL),
    CONSTRAINT voucher_has_code CHECK
        ((code_digest IS NULL) = (type = 'easypay' AND settled_at IS NULL)),
    CHECK ((code_digest IS NULL) = (code_sealed IS NULL)),
    CONSTRAINT voucher_pending CHECK
        (status <> 'pending_payment' OR (code_digest IS NULL AND balance = original_amount)),
    CONSTRAINT voucher_active CHECK
        (status <> 'active' OR (code_digest IS NOT NULL AND balance > 0)),
    CONSTRAINT voucher_closed CHECK (status NOT IN ('redeemed', 'cancelled') OR balance = 0),
    CHECK (redemptions BETWEEN 0 AND coalesce(max_redemptions, redemptions))
) WITH (fillfactor = 80);
CREATE INDEX voucher_issuer ON voucher (user_id, voucher_id);
CREATE INDEX voucher_due ON voucher (refund_after) WHERE balance > 0;
GRANT INSERT, UPDATE (status, code_digest, code_sealed, balance, refunded, redemptions, updated_at,
                      expires_at, settled_at, refund_after) ON voucher TO cowry_worker;

-- Who is owed what was paid with vouchers. Its id is whatever the redeemer names it by.
CREATE TABLE payee (
    payee_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('merchant', 'service_provider')),
    code       text NOT NULL,
    account_id bigint UNIQUE REFERENCES account,   -- set by the transaction that makes the row
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payee_code UNIQUE (kind, code)
);
GRANT INSERT, UPDATE (account_id) ON payee TO cowry_worker;

CREATE TABLE voucher_redemption (
    transaction_id   bigint PRIMARY KEY REFERENCES transaction,
    voucher_id       bigint NOT NULL REFERENCES voucher,
    number           bigint NOT NULL CHECK (number > 0),
    user_id          bigint NOT NULL REFERENCES users,        -- who redeemed it
    redeemer         text,                                    -- as they called themselves
    merchant         text,
    service_provider text,
    amount           bigint NOT NULL CHECK (amount > 0),
    created_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT voucher_redemption_number UNIQUE (voucher_id, number)
);
GRANT INSERT ON voucher_redemption TO cowry_worker;

-- Cash that was taken at a till for an EasyPay number. external_id is the network's.
CREATE TABLE easypay_settlement (
    transaction_id bigint PRIMARY KEY REFERENCES transaction,
    voucher_id     bigint NOT NULL UNIQUE REFERENCES voucher,
    external_id    text NOT NULL,
    merchant       text NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT easypay_settlement_external UNIQUE (external_id)
);
GRANT INSERT ON easypay_settlement TO cowry_worker;

CREATE TRIGGER voucher_redemption_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher_redemption
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER easypay_settlement_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON easypay_settlement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Codes that were tried and are nobody's, of a person or an address.
CREATE TABLE voucher_guess (
    whoever        text PRIMARY KEY,
    failures       bigint NOT NULL,                -- since the window began
    window_ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX voucher_guess_end ON voucher_guess (window_ends_at);
GRANT INSERT, UPDATE (failures, window_ends_at), DELETE ON voucher_guess TO cowry_worker;

-- The EasyPay network proves itself by the platform's own secret.
ALTER TABLE provider_config
    DROP CONSTRAINT provider_config_type_check,
    ADD CONSTRAINT provider_config_type_check
        CHECK (type IN ('paystack', 'flutterwave', 'paga', 'fingra', 'easypay'));
