-- no-transaction
-- What belongs to a user, and what has expired, is found by an index, whatever its state.
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_by_user ON session (user_id);
DROP INDEX CONCURRENTLY IF EXISTS session_of_user;
CREATE INDEX CONCURRENTLY IF NOT EXISTS session_expiry ON session (expires_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS email_token_expiry ON email_token (expires_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS api_key_owner ON api_key (user_id, api_key_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS payment_user ON payment (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS payment_provider_config ON payment (provider_config_id)
    WHERE status IN ('pending', 'failed');
CREATE INDEX CONCURRENTLY IF NOT EXISTS recipient_of_user ON recipient (user_id, recipient_id);
DROP INDEX CONCURRENTLY IF EXISTS recipient_user;
CREATE INDEX CONCURRENTLY IF NOT EXISTS bank_payment_account ON bank_payment (bank_account_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS review_subject ON review (kind, subject);
