-- Deliveries that wait because their subscription has enough under way are found when one ends.

SET LOCAL search_path TO cowry;

ALTER TABLE webhook_delivery ADD COLUMN crowded_at timestamptz; -- since when it waits for that
CREATE INDEX webhook_delivery_crowded ON webhook_delivery (subscription_id, crowded_at)
 WHERE crowded_at IS NOT NULL;
