-- Prepaid products and bills: what can be bought, and what people have bought.

SET LOCAL search_path TO cowry;

ALTER TABLE provider_config
    DROP CONSTRAINT provider_config_type_check,
    ADD CONSTRAINT provider_config_type_check
        CHECK (type IN ('paystack', 'flutterwave', 'paga', 'fingra', 'flash', 'mobilemart',
                        'easypay'));

-- One that is sold at a fixed price has it as least and most.
CREATE TABLE product (
    product_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL CONSTRAINT product_code UNIQUE
                  CHECK (code ~ '^[A-Z0-9][A-Z0-9_-]{1,39}$'),
    provider      text NOT NULL CHECK (provider IN ('flash', 'mobilemart', 'easypay')),
    provider_code text NOT NULL CHECK (length(provider_code) BETWEEN 1 AND 60), -- as the provider calls it
    kind          text NOT NULL CHECK (kind IN ('airtime', 'data', 'electricity', 'bill')),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    currency      char(3) NOT NULL DEFAULT 'ZAR' CHECK (currency = 'ZAR'),
    min_amount    bigint NOT NULL CHECK (min_amount > 0),
    max_amount    bigint NOT NULL,
    is_active     boolean NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (max_amount >= min_amount),
    CONSTRAINT product_bill CHECK ((provider = 'easypay') = (kind = 'bill'))
);

-- An order of a person to a provider, and what became of it. reference is the person's,
-- provider_reference ours, as the provider knows it, label what clients know the order by.
-- reference_held: the person can't use the reference again; an order that failed has let go of it.
CREATE TABLE purchase (
    purchase_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id          uuid NOT NULL UNIQUE,
    label              text NOT NULL CONSTRAINT purchase_label UNIQUE,
    user_id            bigint NOT NULL REFERENCES users,
    product_id         bigint NOT NULL REFERENCES product,
    ledger_id          bigint NOT NULL REFERENCES ledger,
    account_id         bigint NOT NULL,            -- of the person's wallet
    currency           char(3) NOT NULL,
    amount             bigint NOT NULL CHECK (amount > 0),
    recipient          text NOT NULL CHECK (length(recipient) BETWEEN 1 AND 40),
    reference          text NOT NULL CHECK (length(reference) BETWEEN 1 AND 120),
    reference_held     boolean NOT NULL DEFAULT true,
    content            bytea NOT NULL CHECK (length(content) = 32),
    provider           text NOT NULL,
    provider_reference text NOT NULL,
    provider_config_id bigint NOT NULL REFERENCES provider_config,
    provider_id        text,                       -- the provider's own
    hold_id            bigint NOT NULL UNIQUE REFERENCES hold,
    status             text NOT NULL DEFAULT 'pending'
                       CHECK (status IN ('pending', 'completed', 'failed', 'review')),
    accepted           boolean NOT NULL DEFAULT false, -- the provider has said that it knows it
    token              text,                       -- what is typed into a meter
    problem            text,                       -- why it failed, for the client
    transaction_id     bigint UNIQUE REFERENCES transaction,
    created_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at         timestamptz,
    CONSTRAINT purchase_provider_reference UNIQUE (provider, provider_reference),
    FOREIGN KEY (account_id, ledger_id, currency) REFERENCES account (account_id, ledger_id, currency),
    CONSTRAINT purchase_completed CHECK (status <> 'completed' OR transaction_id IS NOT NULL),
    CONSTRAINT purchase_open CHECK (status <> 'pending' OR (transaction_id IS NULL AND reference_held)),
    CONSTRAINT purchase_settled CHECK (status NOT IN ('completed', 'failed') OR settled_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX purchase_reference ON purchase (user_id, reference) WHERE reference_held;
CREATE INDEX purchase_user ON purchase (user_id, purchase_id);
CREATE INDEX purchase_product ON purchase (product_id);
GRANT INSERT, UPDATE (recipient, reference_held, provider_id, status, accepted, token, problem,
                      transaction_id, settled_at) ON purchase TO cowry_worker;

INSERT INTO product (code, provider, provider_code, kind, name, min_amount, max_amount) VALUES
    ('FLASH-VODACOM-AIRTIME', 'flash', '201', 'airtime', 'Vodacom airtime', 200, 99900),
    ('FLASH-MTN-AIRTIME', 'flash', '202', 'airtime', 'MTN airtime', 500, 99900),
    ('FLASH-CELLC-AIRTIME', 'flash', '203', 'airtime', 'Cell C airtime', 500, 99900),
    ('FLASH-TELKOM-AIRTIME', 'flash', '204', 'airtime', 'Telkom airtime', 500, 99900),
    ('FLASH-VODACOM-DATA-1GB', 'flash', '311', 'data', 'Vodacom data, 1 GB for 30 days', 8500, 8500),
    ('FLASH-MTN-DATA-1GB', 'flash', '312', 'data', 'MTN data, 1 GB for 30 days', 8500, 8500),
    ('FLASH-ELECTRICITY', 'flash', '401', 'electricity', 'Prepaid electricity', 1000, 500000),
    ('MM-VODACOM-AIRTIME', 'mobilemart', 'vodacom-airtime', 'airtime', 'Vodacom airtime', 200, 100000),
    ('MM-MTN-AIRTIME', 'mobilemart', 'mtn-airtime', 'airtime', 'MTN airtime', 500, 100000),
    ('MM-TELKOM-DATA-500MB', 'mobilemart', 'telkom-data-500mb', 'data',
     'Telkom data, 500 MB for 30 days', 2900, 2900),
    ('MM-ELECTRICITY', 'mobilemart', 'prepaid-utility', 'electricity', 'Prepaid electricity', 1000,
     500000),
    ('EASYPAY-BILL', 'easypay', 'bill', 'bill', 'Bill with an EasyPay number', 100, 2500000);
