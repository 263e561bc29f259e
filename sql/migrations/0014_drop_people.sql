-- Drop's people: what it knows of them, tells them, is allowed by them, and hears from them.
-- Ids of this API are a prefix and 16 hexadecimal digits (drop_id).

SET LOCAL search_path TO cowry;

ALTER TABLE users
    ADD COLUMN date_of_birth date,
    ADD COLUMN drop_id text NOT NULL UNIQUE
               DEFAULT 'usr_' || encode(substr(sha256(uuid_send(gen_random_uuid())), 1, 8), 'hex')
               CHECK (drop_id ~ '^usr_[0-9a-f]{16}$'),
    ADD COLUMN drop_role text NOT NULL DEFAULT 'user' CHECK (drop_role IN ('user', 'merchant')),
    ADD COLUMN deleted_at timestamptz,
    -- Who closed their account is kept until then, as the law against money laundering demands.
    ADD COLUMN retained_until timestamptz CHECK (retained_until IS NULL OR status = 'deleted');
CREATE INDEX users_retained ON users (retained_until) WHERE retained_until IS NOT NULL;

CREATE TABLE notification (
    notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id         text NOT NULL UNIQUE CHECK (drop_id ~ '^noti_[0-9a-f]{16}$'),
    user_id         bigint NOT NULL REFERENCES users,
    type            text NOT NULL,                 -- payment, kyc, complaint
    title           text NOT NULL,
    message         text NOT NULL,
    subject         text,                          -- id of what it is about
    created_at      timestamptz NOT NULL DEFAULT now(),
    read_at         timestamptz
);
CREATE INDEX notification_user ON notification (user_id, notification_id);
GRANT INSERT, UPDATE (read_at), DELETE ON notification TO cowry_worker;

-- How somebody wants Drop to be; made when it is first looked at.
CREATE TABLE drop_settings (
    user_id       bigint PRIMARY KEY REFERENCES users,
    currency      char(3) NOT NULL DEFAULT 'NOK',
    language      text NOT NULL DEFAULT 'nb',
    push_enabled  boolean NOT NULL DEFAULT true,
    email_enabled boolean NOT NULL DEFAULT true,
    updated_at    timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE, DELETE ON drop_settings TO cowry_worker;

-- What somebody agreed to, or no longer does.
CREATE TABLE consent (
    consent_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id      text NOT NULL UNIQUE CHECK (drop_id ~ '^con_[0-9a-f]{16}$'),
    user_id      bigint NOT NULL REFERENCES users,
    consent_type text NOT NULL CHECK (consent_type IN ('terms', 'privacy', 'marketing',
                                                       'cookies_analytics', 'cookies_marketing')),
    granted      boolean NOT NULL,
    granted_at   timestamptz,
    withdrawn_at timestamptz,
    ip_address   text NOT NULL,                    -- from which it was last said
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_type_once UNIQUE (user_id, consent_type),
    CHECK (CASE WHEN granted THEN granted_at IS NOT NULL AND withdrawn_at IS NULL
                ELSE withdrawn_at IS NOT NULL END)
);
GRANT INSERT, DELETE, UPDATE (granted, granted_at, withdrawn_at, ip_address)
    ON consent TO cowry_worker;

CREATE TABLE complaint (
    complaint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    drop_id      text NOT NULL UNIQUE CHECK (drop_id ~ '^cmp_[0-9a-f]{16}$'),
    user_id      bigint NOT NULL REFERENCES users,
    category     text NOT NULL CHECK (category IN ('transaction', 'service', 'fees', 'privacy',
                                                   'technical', 'other')),
    subject      text NOT NULL,
    description  text NOT NULL,
    status       text NOT NULL DEFAULT 'received'
                 CHECK (status IN ('received', 'in_review', 'resolved', 'rejected')),
    resolution   text,
    decided_by   bigint REFERENCES users,          -- NULL: the operator, by the command line
    created_at   timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz NOT NULL DEFAULT now() + interval '21 days',  -- 15 business days
    resolved_at  timestamptz,
    CHECK ((status IN ('resolved', 'rejected')) = (resolved_at IS NOT NULL)),
    CHECK (resolved_at IS NULL OR resolution IS NOT NULL)
);
CREATE INDEX complaint_user ON complaint (user_id, complaint_id);
CREATE INDEX complaint_open ON complaint (complaint_id) WHERE resolved_at IS NULL;
GRANT INSERT, DELETE, UPDATE (status, resolution, decided_by, resolved_at)
    ON complaint TO cowry_worker;

-- What people asked for by the right of data protection, and when they got it.
CREATE TABLE data_access_request (
    data_access_request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES users,
    type         text NOT NULL CHECK (type IN ('export', 'erasure')),
    status       text NOT NULL DEFAULT 'completed' CHECK (status IN ('completed')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX data_access_request_user ON data_access_request (user_id);
GRANT INSERT, DELETE ON data_access_request TO cowry_worker;

-- A time as the API writes it, for what the database itself turns into JSON.
CREATE FUNCTION iso_time(t timestamptz) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
GRANT EXECUTE ON FUNCTION iso_time(timestamptz) TO cowry_worker;
