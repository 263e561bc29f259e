-- Users' settings of the app.

-- name: user_setting_find
-- params: user_id:bigint
-- returns: maybe
-- Values that were not chosen are NULL.
SELECT array_to_string(quick_access_services, ',') AS quick_access_services, show_balance,
       show_balance IS NOT NULL AS chose_show_balance, language, display_currency
  FROM user_setting
 WHERE user_id = $1;

-- name: user_setting_put
-- params: user_id:bigint quick_access_services:text[] show_balance:boolean language:text display_currency:text
-- returns: none
-- NULL values are not changed.
INSERT INTO user_setting AS s
       (user_id, quick_access_services, show_balance, language, display_currency)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id) DO UPDATE
       SET quick_access_services = coalesce($2, s.quick_access_services),
           show_balance = coalesce($3, s.show_balance),
           language = coalesce($4, s.language),
           display_currency = coalesce($5, s.display_currency),
           updated_at = clock_timestamp();
