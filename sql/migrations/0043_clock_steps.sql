-- The transaction that saw that the clock has stepped back since the runner was seen.

SET LOCAL search_path TO cowry;

ALTER TABLE job_runner ADD COLUMN stepped_xid xid8;
