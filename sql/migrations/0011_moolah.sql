-- People and wallets as MyMoolah knows them.

SET LOCAL search_path TO cowry;

-- The number of an identity document is sealed; its keyed digest, with the kind of document, is
-- what makes it unique. Names are NULL where only the whole name was given.
ALTER TABLE users
    ADD COLUMN phone           text CONSTRAINT users_phone UNIQUE     -- E.164
                               CHECK (phone ~ '^\+[1-9][0-9]{7,14}$'),
    ADD COLUMN first_name      text,
    ADD COLUMN last_name       text,
    ADD COLUMN document_type   text CHECK (document_type IN ('south_african_id', 'passport')),
    ADD COLUMN document_digest bytea CONSTRAINT users_document UNIQUE
                               CHECK (length(document_digest) = 32), -- HMAC-SHA-256 under the pepper
    ADD COLUMN document_sealed bytea,
    ADD CONSTRAINT users_document_whole
        CHECK (num_nonnulls(document_type, document_digest, document_sealed) IN (0, 3));

-- What a person has chosen for the app; who has chosen nothing has no row.
CREATE TABLE user_setting (
    user_id               bigint PRIMARY KEY REFERENCES users,
    quick_access_services text[],                  -- these are NULL where not chosen
    show_balance          boolean,
    language              text,
    display_currency      char(3),
    updated_at            timestamptz NOT NULL DEFAULT now()
);
GRANT INSERT, UPDATE, DELETE ON user_setting TO cowry_worker;

-- A third name of a person's wallet, of the millisecond of its birth: WAL-1755007499196, and the
-- account behind it where two were born in one. Only those that an older worker makes meanwhile
-- begin without; they get theirs when it is first asked for.
ALTER TABLE wallet
    ADD COLUMN label text CONSTRAINT wallet_label UNIQUE CHECK (label ~ '^WAL-[0-9]+(-[0-9]+)?$');
UPDATE wallet w
   SET label = 'WAL-' || n.ms || CASE WHEN n.place > 1 THEN '-' || w.account_id ELSE '' END
  FROM (SELECT account_id, ms, row_number() OVER (PARTITION BY ms ORDER BY account_id) AS place
          FROM (SELECT account_id, floor(extract(epoch FROM created_at) * 1000)::bigint AS ms
                  FROM wallet
                 WHERE user_id IS NOT NULL) m) n
 WHERE n.account_id = w.account_id;
GRANT UPDATE (label) ON wallet TO cowry_worker;
