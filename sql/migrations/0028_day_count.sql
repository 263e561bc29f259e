-- What one person or address has made on a UTC day of what costs nothing. Lost in a crash on purpose: it guards
-- load, not money.
SET LOCAL search_path TO cowry;

CREATE UNLOGGED TABLE day_count (
    bucket text NOT NULL,
    day    date NOT NULL,
    calls  bigint NOT NULL,
    PRIMARY KEY (bucket, day)
) WITH (fillfactor = 50);
GRANT INSERT, UPDATE, DELETE ON day_count TO cowry_worker;
