-- Events may be stored for a project that only asks for them.

SET LOCAL search_path TO cowry;

-- A subscription without URL keeps events from being forgotten. No event is after its position, so none is
-- delivered to it, by any release.
ALTER TABLE webhook_subscription ALTER COLUMN url DROP NOT NULL;
ALTER TABLE webhook_subscription ADD CONSTRAINT webhook_subscription_polled
    CHECK ((url IS NULL) = (since_place = 9223372036854775807)
           AND (url IS NULL) = (since_event = 9223372036854775807));
