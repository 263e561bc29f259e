-- no-transaction
-- What is due of a subscription, in the order in which it became due.
CREATE INDEX CONCURRENTLY IF NOT EXISTS webhook_delivery_due ON webhook_delivery (subscription_id, next_at)
    WHERE next_at IS NOT NULL;
