-- The wallets of people: one a currency for each.

SET LOCAL search_path TO cowry;

-- Its key is what makes two first uses at once end with one wallet.
CREATE TABLE personal_wallet (
    user_id    bigint NOT NULL REFERENCES users,
    currency   char(3) NOT NULL,
    account_id bigint NOT NULL UNIQUE REFERENCES account,
    PRIMARY KEY (user_id, currency)
);
GRANT INSERT ON personal_wallet TO cowry_worker;
