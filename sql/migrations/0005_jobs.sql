-- Work that is to be done later.

SET LOCAL search_path TO cowry;

-- There is one row for what is to be done about a subject, so that it is never done twice at once.
-- A row waits, is run (claimed_until is set; past it, another runner may take it), or is parked.
CREATE TABLE job (
    job_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL CHECK (kind <> ''),
    subject       text NOT NULL CHECK (subject <> ''),
    attempts      bigint NOT NULL DEFAULT 0,       -- since it was last begun anew
    claims        bigint NOT NULL DEFAULT 0,       -- ever: whose claim is the latest
    due_at        timestamptz NOT NULL,
    claimed_until timestamptz,
    again_at      timestamptz,                     -- added once more while it was run
    parked_at     timestamptz,
    problem       text,                            -- why the last try was not enough
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_subject UNIQUE (kind, subject),
    CHECK (parked_at IS NULL OR claimed_until IS NULL)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX job_due ON job (kind, coalesce(claimed_until, due_at)) WHERE parked_at IS NULL;
CREATE INDEX job_parked ON job (parked_at) WHERE parked_at IS NOT NULL;
GRANT INSERT, UPDATE, DELETE ON job TO cowry_worker;

-- Mail that waits goes on as jobs. due_at, attempts and their index are for runners of the release
-- before, and go with the next one.
INSERT INTO job (kind, subject, due_at)
SELECT 'mail', public_id::text, now() FROM mail WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mail_ended ON mail (coalesce(sent_at, failed_at))
 WHERE sent_at IS NOT NULL OR failed_at IS NOT NULL;
