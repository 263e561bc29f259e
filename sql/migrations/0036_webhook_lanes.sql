-- Webhooks are delivered by the runner that holds a subscription, and many events may go in one request.

SET LOCAL search_path TO cowry;

-- Which job runner delivers the events of a subscription, and until when, if it does not renew that. A
-- row without a living holder means nothing. So one runner at a time sends what belongs to a subscription,
-- and deliveries need no claims of their own.
CREATE TABLE webhook_lane (
    subscription_id bigint PRIMARY KEY REFERENCES webhook_subscription,
    holder          uuid NOT NULL,                 -- of a process
    held_until      timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
GRANT INSERT, UPDATE ON webhook_lane TO cowry_worker;

-- How many events a request may have; 1: each has one of its own, in the form without a list.
ALTER TABLE webhook_subscription
  ADD COLUMN batch_size integer NOT NULL DEFAULT 1 CHECK (batch_size BETWEEN 1 AND 100);

-- busy_since and crowded_at are for runners of the release before, as are jobs of the kind
-- webhook_delivery; they go with the next one.
ALTER TABLE webhook_delivery SET (autovacuum_vacuum_scale_factor = 0.02);
