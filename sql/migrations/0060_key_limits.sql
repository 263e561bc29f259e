-- API keys may be limited to addresses of clients and to routes. Workers of the release before don't know of it: they
-- still accept such keys everywhere, and rotate them without their limits.

SET LOCAL search_path TO cowry;

ALTER TABLE api_key
    ADD COLUMN allowed_addresses text[] CHECK (cardinality(allowed_addresses) BETWEEN 1 AND 20),    -- NULL: any
    ADD COLUMN allowed_routes    text[] CHECK (cardinality(allowed_routes) BETWEEN 1 AND 50);       -- NULL: all
