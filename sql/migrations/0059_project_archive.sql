-- Projects may be archived. Their keys have the time, too, so that a request looks at one row. Workers of the
-- release before don't, and still accept them.

SET LOCAL search_path TO cowry;

ALTER TABLE project ADD COLUMN archived_at timestamptz;
ALTER TABLE api_key ADD COLUMN archived_at timestamptz;    -- since when its project is
