-- Fees of a project's transactions, by schedules with versions. A worker of the release before posts without them, and
-- reverses nothing that has one.

SET LOCAL search_path TO cowry;

-- What is charged for the transactions of a type, in a currency.
CREATE TABLE fee_schedule (
    fee_schedule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid NOT NULL UNIQUE,
    ledger_id       bigint NOT NULL REFERENCES ledger,
    type            text NOT NULL CHECK (type IN ('transfer', 'credit', 'debit', 'capture')),
    currency        char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT fee_schedule_once UNIQUE (ledger_id, type, currency)
);
GRANT INSERT ON fee_schedule TO cowry_worker;

-- In force from one time until another. Only its end is ever changed, to an earlier time.
CREATE TABLE fee_version (
    fee_version_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fee_schedule_id bigint NOT NULL REFERENCES fee_schedule,
    number          bigint NOT NULL CHECK (number > 0),
    effective_from  timestamptz NOT NULL,
    effective_to    timestamptz,                   -- not included; the same as its beginning: never in force
    bearer          text NOT NULL CHECK (bearer IN ('payer', 'payee')),
    on_reversal     text NOT NULL CHECK (on_reversal IN ('refund', 'keep')),
    tier_mode       text NOT NULL CHECK (tier_mode IN ('volume', 'graduated')),
    minimum         bigint NOT NULL CHECK (minimum >= 0),
    maximum         bigint NOT NULL CHECK (maximum >= minimum),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (fee_schedule_id, number),
    CHECK (effective_to >= effective_from)
);
GRANT INSERT, UPDATE (effective_to) ON fee_version TO cowry_worker;

CREATE TABLE fee_tier (
    fee_version_id bigint NOT NULL REFERENCES fee_version,
    position       smallint NOT NULL CHECK (position > 0),
    up_to          bigint CHECK (up_to > 0),       -- NULL: without end
    flat           bigint NOT NULL CHECK (flat >= 0),
    share          bigint NOT NULL CHECK (share BETWEEN 0 AND 100000000), -- of 100000000
    PRIMARY KEY (fee_version_id, position)
);
GRANT INSERT ON fee_tier TO cowry_worker;

CREATE FUNCTION refuse_fee_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.effective_to < coalesce(OLD.effective_to, 'infinity')
       AND to_jsonb(NEW) - 'effective_to' = to_jsonb(OLD) - 'effective_to' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a version of a schedule can only be ended', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER fee_version_ends BEFORE UPDATE ON fee_version FOR EACH ROW EXECUTE FUNCTION refuse_fee_change();
CREATE TRIGGER fee_version_stays BEFORE DELETE OR TRUNCATE ON fee_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fee_tier_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON fee_tier
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When the schedules of a ledger were last changed, in microseconds: a process knows by it whether it has the present
-- ones. A ledger that never had fees has no row. Its row is the lock under which they are changed.
CREATE TABLE fee_terms (
    ledger_id bigint PRIMARY KEY REFERENCES ledger,
    terms     bigint NOT NULL CHECK (terms > 0)
);
GRANT INSERT, UPDATE (terms) ON fee_terms TO cowry_worker;

-- The posting of a transaction that is its fee; of a reversal, what it gives back of the fee.
CREATE TABLE transaction_fee (
    transaction_id bigint PRIMARY KEY REFERENCES transaction,
    line           smallint NOT NULL,
    fee_version_id bigint NOT NULL REFERENCES fee_version,
    amount         bigint NOT NULL CHECK (amount > 0)
);
GRANT INSERT ON transaction_fee TO cowry_worker;
CREATE TRIGGER transaction_fee_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON transaction_fee
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Without a fee: that is given back by its own rule.
CREATE OR REPLACE FUNCTION moved_by(id bigint) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = cowry, pg_temp AS $$
    SELECT least(sum(p.amount), 9223372036854775807)::bigint
      FROM journal_posting p
      LEFT JOIN transaction_fee f ON f.transaction_id = p.transaction_id AND f.line = p.line
     WHERE p.transaction_id = id AND f.line IS NULL
$$;
