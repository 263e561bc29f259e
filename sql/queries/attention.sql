-- What waits for somebody, counted for cowry doctor.

-- name: attention_reviews
-- params:
-- returns: one
SELECT count(*) AS n FROM review WHERE status = 'open';
