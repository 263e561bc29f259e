-- When it was shown that who set an account up reads the mail of its address.

SET LOCAL search_path TO cowry;

ALTER TABLE users ADD COLUMN owner_proven_at timestamptz;   -- NULL: not yet
UPDATE users SET owner_proven_at = now() WHERE is_email_verified;

-- A business that was registered by somebody else's hand can be registered again.
GRANT UPDATE (org_number) ON merchant TO cowry_worker;
