-- A key whose request calls somebody else's server is bound to what the request opened.

ALTER TABLE idempotency
    ADD COLUMN opened     text,         -- the id of what the request opened, until it is answered
    ADD COLUMN runner     text,         -- application_name of the process that runs the request
    ADD COLUMN runs_until timestamptz;  -- it has ended by then; NULL: it has ended
