-- Customers of projects may be archived. Workers of the release before don't know of it, and still open wallets for them.

SET LOCAL search_path TO cowry;

ALTER TABLE project_account ADD COLUMN archived_at timestamptz;
