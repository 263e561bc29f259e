-- What a person must decide, and what is known of who a person is.

SET LOCAL search_path TO cowry;

-- Payments and fundings that wait for an administrator. subject is the public id of what is decided.
CREATE TABLE review (
    review_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid NOT NULL UNIQUE,
    kind       text NOT NULL,
    subject    uuid NOT NULL,
    reason     text NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    status     text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'rejected')),
    note       text,
    decided_by bigint REFERENCES users,            -- NULL: the operator, by the command line
    created_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    CHECK ((status = 'open') = (decided_at IS NULL))
);
-- One open review a subject; and a short list of what waits.
CREATE UNIQUE INDEX review_open ON review (kind, subject) WHERE status = 'open';
GRANT INSERT, UPDATE (status, note, decided_by, decided_at) ON review TO cowry_worker;

ALTER TABLE users
    ADD COLUMN kyc_status text NOT NULL DEFAULT 'none'
               CHECK (kyc_status IN ('none', 'pending', 'verified', 'rejected'));

-- Whoever takes an administrator's rights away locks all of them first: one must stay.
CREATE INDEX users_active_admin ON users (user_id) WHERE role = 'admin' AND status = 'active';

-- The mail of somebody whose account is deleted.
CREATE INDEX mail_recipient ON mail (recipient);
