-- What monitoring reads: the job runners that are alive, and the results of cowry verify.

SET LOCAL search_path TO cowry;

-- A runner updates its row every few seconds; rows of ended runners are removed after an hour.
CREATE TABLE job_runner (
    instance   text PRIMARY KEY CHECK (instance <> ''),  -- the application_name of its connections
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at    timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON job_runner TO cowry_worker;

-- Written by the owner: cowry verify reads the books as the auditor, which writes nothing.
CREATE TABLE verification (
    verification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at      timestamptz NOT NULL,
    ended_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    complete        boolean NOT NULL,                     -- false: a part of the journal only
    violations      bigint NOT NULL CHECK (violations >= 0),
    run_by          text NOT NULL                         -- the user of the system
);
