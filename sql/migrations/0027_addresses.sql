-- Keys of addresses that are not of ASCII alone: cowry migrate computes them again when their rules change.
SET LOCAL search_path TO cowry;

CREATE INDEX users_address ON users (user_id) WHERE octet_length(email_key) > length(email_key);
CREATE INDEX funding_address ON funding (email_key) WHERE octet_length(email_key) > length(email_key);
