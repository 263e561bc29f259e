-- Platform accounts, projects, their customers and their API keys.

-- name: platform_account_insert
-- params: public_id:uuid user_id:bigint name:text company_name:text metadata:jsonb
-- returns: none
INSERT INTO platform_account (public_id, user_id, name, company_name, metadata)
VALUES ($1, $2, $3, $4, $5);

-- name: platform_account_of
-- params: user_id:bigint
-- returns: maybe
SELECT platform_account_id, public_id, name, company_name, metadata, created_at
  FROM platform_account
 WHERE user_id = $1;

-- name: project_insert
-- params: public_id:uuid platform_account_id:bigint name:text slug:text description:text metadata:jsonb
-- returns: one
-- A project with its two ledgers.
WITH made AS (
    INSERT INTO project (public_id, platform_account_id, name, slug, description, metadata)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING project_id
), books AS (
    INSERT INTO ledger (project_id, mode)
    SELECT project_id, mode FROM made, unnest(ARRAY['test', 'live']) AS mode
)
SELECT project_id FROM made;

-- name: project_find
-- params: user_id:bigint public_id:uuid
-- returns: maybe
-- A project of this user.
SELECT p.project_id, p.public_id, a.public_id AS platform_account, p.name, p.slug, p.description,
       p.metadata, CASE WHEN p.archived_at IS NULL THEN 'active' ELSE 'archived' END AS status,
       p.archived_at, p.created_at
  FROM project p
  JOIN platform_account a USING (platform_account_id)
 WHERE p.public_id = $2 AND a.user_id = $1;

-- name: project_list
-- params: user_id:bigint after:bigint most:bigint
-- returns: many
SELECT p.project_id, p.public_id, a.public_id AS platform_account, p.name, p.slug, p.description,
       p.metadata, CASE WHEN p.archived_at IS NULL THEN 'active' ELSE 'archived' END AS status,
       p.archived_at, p.created_at
  FROM project p
  JOIN platform_account a USING (platform_account_id)
 WHERE a.user_id = $1 AND p.project_id < coalesce($2, 9223372036854775807)
 ORDER BY p.project_id DESC
 LIMIT $3;

-- name: project_update
-- params: project_id:bigint name:text slug:text description:text metadata:jsonb
-- returns: none
-- NULL values are not changed.
UPDATE project
   SET name = coalesce($2, name), slug = coalesce($3, slug), description = coalesce($4, description),
       metadata = coalesce($5, metadata)
 WHERE project_id = $1;

-- name: project_archive
-- params: project_id:bigint archived:boolean
-- returns: none
UPDATE project
   SET archived_at = CASE WHEN $2 THEN coalesce(archived_at, clock_timestamp()) END
 WHERE project_id = $1;

-- name: project_archive_keys
-- params: project_id:bigint archived:boolean
-- returns: none
-- After the project, which is locked then: no key is added to one that is archived (project_hold).
UPDATE api_key
   SET archived_at = CASE WHEN $2 THEN clock_timestamp() END
 WHERE project_id = $1 AND (archived_at IS NULL) = $2;

-- name: project_hold
-- params: project_id:bigint
-- returns: one
-- It stays as it is until the end of the transaction.
SELECT archived_at IS NULL AS is_active FROM project WHERE project_id = $1 FOR SHARE;

-- name: project_account_insert
-- params: public_id:uuid project_id:bigint reference:text name:text email:text metadata:jsonb
-- returns: none
INSERT INTO project_account (public_id, project_id, reference, name, email, metadata)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: project_account_find
-- params: project_id:bigint public_id:uuid
-- returns: maybe
SELECT project_account_id, public_id, reference, name, email, metadata,
       CASE WHEN archived_at IS NULL THEN 'active' ELSE 'archived' END AS status, archived_at, created_at
  FROM project_account
 WHERE project_id = $1 AND public_id = $2;

-- name: project_account_list
-- params: project_id:bigint after:bigint most:bigint
-- returns: many
SELECT project_account_id, public_id, reference, name, email, metadata,
       CASE WHEN archived_at IS NULL THEN 'active' ELSE 'archived' END AS status, archived_at, created_at
  FROM project_account
 WHERE project_id = $1 AND project_account_id < coalesce($2, 9223372036854775807)
 ORDER BY project_account_id DESC
 LIMIT $3;

-- name: project_account_update
-- params: project_account_id:bigint reference:text name:text email:text metadata:jsonb
-- returns: none
-- NULL values are not changed.
UPDATE project_account
   SET reference = coalesce($2, reference), name = coalesce($3, name), email = coalesce($4, email),
       metadata = coalesce($5, metadata)
 WHERE project_account_id = $1;

-- name: project_account_archive
-- params: project_account_id:bigint archived:boolean
-- returns: none
UPDATE project_account
   SET archived_at = CASE WHEN $2 THEN coalesce(archived_at, clock_timestamp()) END
 WHERE project_account_id = $1;

-- name: project_account_hold
-- params: project_id:bigint public_id:uuid
-- returns: maybe
-- It stays as it is until the end of the transaction.
SELECT archived_at IS NULL AS is_active
  FROM project_account
 WHERE project_id = $1 AND public_id = $2
   FOR SHARE;

-- name: api_key_insert
-- params: public_id:uuid digest:bytea user_id:bigint project_id:bigint prefix:text scope:text description:text quota:bigint expires_at:timestamptz allowed_addresses:text[] allowed_routes:text[]
-- returns: none
-- Empty lists don't limit it.
INSERT INTO api_key (public_id, digest, user_id, project_id, prefix, scope, description, quota,
                     expires_at, allowed_addresses, allowed_routes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, '{}'), nullif($11, '{}'));

-- name: api_key_list
-- params: user_id:bigint project_id:bigint after:bigint most:bigint
-- returns: many
-- Keys of a project, or with NULL of the user.
SELECT api_key_id, public_id, prefix, scope, description, quota, created_at, expires_at, revoked_at,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= clock_timestamp() THEN 'expired'
            ELSE 'active' END AS status,
       array_to_string(allowed_addresses, ',') AS allowed_addresses,
       array_to_string(allowed_routes, ',') AS allowed_routes
  FROM api_key
 WHERE ((project_id = $2) OR ($2 IS NULL AND project_id IS NULL AND user_id = $1))
   AND api_key_id < coalesce($3, 9223372036854775807)
 ORDER BY api_key_id DESC
 LIMIT $4;

-- name: api_key_find
-- params: user_id:bigint project_id:bigint public_id:uuid
-- returns: maybe
SELECT api_key_id, public_id, prefix, scope, description, quota, created_at, expires_at, revoked_at,
       CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= clock_timestamp() THEN 'expired'
            ELSE 'active' END AS status,
       array_to_string(allowed_addresses, ',') AS allowed_addresses,
       array_to_string(allowed_routes, ',') AS allowed_routes
  FROM api_key
 WHERE public_id = $3
   AND ((project_id = $2) OR ($2 IS NULL AND project_id IS NULL AND user_id = $1));

-- name: api_key_limit
-- params: api_key_id:bigint allowed_addresses:text[] allowed_routes:text[]
-- returns: none
-- A valid key. What is NULL stays as it is, an empty list lifts the limit.
UPDATE api_key
   SET allowed_addresses = CASE WHEN $2 IS NULL THEN allowed_addresses ELSE nullif($2, '{}') END,
       allowed_routes = CASE WHEN $3 IS NULL THEN allowed_routes ELSE nullif($3, '{}') END
 WHERE api_key_id = $1 AND revoked_at IS NULL AND coalesce(expires_at > clock_timestamp(), true);

-- name: api_key_retire
-- params: api_key_id:bigint overlap_s:bigint
-- returns: none
-- A valid key ends after so many seconds, or when it would have.
UPDATE api_key
   SET expires_at = least(coalesce(expires_at, 'infinity'),
                          clock_timestamp() + make_interval(secs => $2))
 WHERE api_key_id = $1 AND revoked_at IS NULL AND coalesce(expires_at > clock_timestamp(), true);

-- name: api_key_revoke
-- params: api_key_id:bigint
-- returns: none
UPDATE api_key SET revoked_at = clock_timestamp() WHERE api_key_id = $1 AND revoked_at IS NULL;
