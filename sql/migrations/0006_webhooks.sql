-- What happened, for those who want to hear of it: outgoing webhooks.

SET LOCAL search_path TO cowry;

-- Where a project wants to hear of the events of one mode. Deleted ones stay, without their secrets,
-- for the deliveries that name them.
CREATE TABLE webhook_subscription (
    subscription_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid NOT NULL UNIQUE,
    project_id      bigint NOT NULL REFERENCES project,
    mode            text NOT NULL CHECK (mode IN ('test', 'live')),
    url             text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    description     text,
    event_types     text[] NOT NULL CHECK (cardinality(event_types) > 0),
    secret_sealed   bytea,                         -- the whsec_ text; NULL once deleted
    previous_sealed bytea,                         -- the one before it, good until previous_until
    previous_until  timestamptz,
    is_active       boolean NOT NULL DEFAULT true,
    problem         text,                          -- why we deactivated it
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at      timestamptz,
    CHECK ((secret_sealed IS NULL) = (deleted_at IS NOT NULL)),
    CHECK ((previous_sealed IS NULL) = (previous_until IS NULL))
);
CREATE INDEX webhook_subscription_project ON webhook_subscription (project_id, subscription_id)
 WHERE deleted_at IS NULL;
GRANT INSERT, UPDATE ON webhook_subscription TO cowry_worker;

-- Something that happened to an object. Where it is published, sequence is its place among all
-- events: it grows with each event of an object. data is text as it was written, because every
-- delivery must have the same bytes.
CREATE TABLE event (
    event_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id  uuid NOT NULL UNIQUE,
    project_id bigint NOT NULL REFERENCES project,
    mode       text NOT NULL CHECK (mode IN ('test', 'live')),
    object     uuid NOT NULL,
    type       text NOT NULL,
    data       json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sequence   bigint UNIQUE                       -- NULL: not published yet
);
CREATE INDEX event_waiting ON event (created_at, event_id) WHERE sequence IS NULL;
CREATE INDEX event_created ON event (created_at);
GRANT INSERT, UPDATE (sequence, data), DELETE ON event TO cowry_worker;

-- An event on its way to one subscription. Of one subscription and object, only the earliest pending
-- one is tried; the others have no next_at until it is delivered or failed.
CREATE TABLE webhook_delivery (
    delivery_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id       uuid NOT NULL UNIQUE,
    subscription_id bigint NOT NULL REFERENCES webhook_subscription,
    event_id        bigint NOT NULL REFERENCES event,
    object          uuid NOT NULL,                 -- of the event, and its place
    sequence        bigint NOT NULL,
    status          text NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,    -- ever
    tries           integer NOT NULL DEFAULT 0,    -- since it was begun, or replayed
    begun_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at         timestamptz,
    busy_since      timestamptz,                   -- an attempt is under way
    response_status integer,                       -- of the last attempt; NULL: there was no answer
    problem         text,
    attempted_at    timestamptz,
    delivered_at    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT webhook_delivery_once UNIQUE (event_id, subscription_id),
    CHECK (status = 'pending' OR next_at IS NULL),
    CHECK (status <> 'delivered' OR delivered_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX webhook_delivery_line ON webhook_delivery (subscription_id, object, sequence)
 WHERE status = 'pending';
CREATE INDEX webhook_delivery_busy ON webhook_delivery (subscription_id) WHERE busy_since IS NOT NULL;
CREATE INDEX webhook_delivery_list ON webhook_delivery (subscription_id, delivery_id);
GRANT INSERT, UPDATE, DELETE ON webhook_delivery TO cowry_worker;

-- How far the journal was read. Ids of transactions are taken after their accounts were locked, so
-- after their xid was assigned, and in the order of every account's history. What has an id up to
-- next_id, the last one taken at some moment, is therefore final once all xids below next_xid, the
-- first one not assigned a moment later, have ended: read in the order of ids, none is skipped.
CREATE TABLE event_feed (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    done_id  bigint NOT NULL,                      -- read up to here
    next_id  bigint NOT NULL,
    next_xid xid8 NOT NULL,
    next_at  timestamptz NOT NULL,                 -- the moment: later events must wait
    sequence bigint NOT NULL DEFAULT 0,            -- of the last event that was published
    CHECK (done_id <= next_id)
);
GRANT UPDATE ON event_feed TO cowry_worker;
GRANT SELECT ON SEQUENCE transaction_transaction_id_seq TO cowry_worker;
INSERT INTO event_feed (done_id, next_id, next_xid, next_at)
SELECT last, last, pg_snapshot_xmax(pg_current_snapshot()), clock_timestamp()
  FROM (SELECT coalesce(max(transaction_id), 0) AS last FROM transaction) t;

-- The hold that a capture took its money from.
CREATE INDEX hold_transaction ON hold (transaction_id) WHERE transaction_id IS NOT NULL;
