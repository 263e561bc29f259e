-- The keys that this database is used with, by digests that don't reveal them.

SET LOCAL search_path TO cowry;

-- Written by the owner: when keys are created, by cowry migrate, and by each step of a rotation.
CREATE TABLE key_fingerprint (
    file        text NOT NULL CHECK (file IN ('jwt.keys', 'pepper.key', 'box.keys')),
    key_id      text NOT NULL,                     -- empty: the pepper
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    used_at     timestamptz,                       -- NULL: it waits to become active
    dropped_at  timestamptz,                       -- no value needs it any more, or it was lost
    PRIMARY KEY (file, key_id)
);
