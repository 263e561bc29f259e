-- Order by what was taken down, not by the clock, which may step back.

SET LOCAL search_path TO cowry;

-- When an account was last posted to or held from: the next time is not before it. Workers of the
-- release before don't write it; until they are gone, it may lag behind.
ALTER TABLE account ADD COLUMN last_at timestamptz;
UPDATE account a
   SET last_at = greatest(
           a.created_at,
           (SELECT t.created_at
              FROM (SELECT transaction_id FROM posting
                     WHERE from_id = a.account_id AND from_sequence = a.sequence
                    UNION ALL
                    SELECT transaction_id FROM posting
                     WHERE to_id = a.account_id AND to_sequence = a.sequence) p
              JOIN transaction t USING (transaction_id)),
           (SELECT max(h.created_at) FROM hold h WHERE h.account_id = a.account_id AND h.status = 0));
ALTER TABLE account ALTER COLUMN last_at SET DEFAULT clock_timestamp();
ALTER TABLE account ALTER COLUMN last_at SET NOT NULL;
GRANT UPDATE (last_at) ON account TO cowry_worker;

-- The last id of a transaction that was taken so far: the end of the journal at this moment.
CREATE FUNCTION journal_end() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM cowry.transaction_transaction_id_seq
$$;

-- Likewise of events.
CREATE FUNCTION event_end() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM cowry.event_event_id_seq
$$;
GRANT SELECT ON SEQUENCE event_event_id_seq TO cowry_worker;

-- Where an event belongs among the transactions of the journal: at the one that it tells of, or, if
-- it was added by itself, after the last one there was.
ALTER TABLE event ADD COLUMN place bigint NOT NULL DEFAULT 0;
ALTER TABLE event ALTER COLUMN place SET DEFAULT journal_end();
ALTER TABLE event ADD COLUMN is_added boolean NOT NULL DEFAULT true;
CREATE INDEX event_in_order ON event (place, is_added, event_id) WHERE sequence IS NULL;

-- What there was when somebody began to listen: only what comes after it is told.
ALTER TABLE webhook_subscription ADD COLUMN since_place bigint NOT NULL DEFAULT 0;
ALTER TABLE webhook_subscription ALTER COLUMN since_place SET DEFAULT journal_end();
ALTER TABLE webhook_subscription ADD COLUMN since_event bigint NOT NULL DEFAULT 0;
ALTER TABLE webhook_subscription ALTER COLUMN since_event SET DEFAULT event_end();
