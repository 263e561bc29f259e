-- Notifications of users in Drop.

-- name: notification_insert
-- params: drop_id:text user_id:bigint type:text title:text message:text subject:text
-- returns: none
INSERT INTO notification (drop_id, user_id, type, title, message, subject)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: notification_list
-- params: user_id:bigint most:bigint skip:bigint
-- returns: many
SELECT notification_id, drop_id, type, title, message, subject, read_at IS NOT NULL AS read,
       created_at
  FROM notification
 WHERE user_id = $1
 ORDER BY notification_id DESC
 LIMIT $2 OFFSET $3;

-- name: notification_count
-- params: user_id:bigint
-- returns: one
SELECT count(*) AS total FROM notification WHERE user_id = $1;

-- name: notification_read
-- params: user_id:bigint drop_ids:text[]
-- returns: none
UPDATE notification
   SET read_at = clock_timestamp()
 WHERE user_id = $1 AND drop_id = ANY($2) AND read_at IS NULL;
