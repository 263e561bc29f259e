/*
 * drop_payer.h - helpers for tests of Drop's payments: users with a bank account, recipients, and
 * merchants.
 */
#ifndef TESTS_SUPPORT_DROP_PAYER_H
#define TESTS_SUPPORT_DROP_PAYER_H

#include "tests/support/fake_bank.h"

#define IBAN_RS "RS35260005601001611379"

/* A bank at which payments stay pending until told otherwise, and their destination. */
void drop_payer_bank_open(struct client *c, struct bank *bank);
/* The bank as it was then. */
void drop_payer_bank_behave(struct bank *bank);

/* A user with a verified identity, with an amount in minor units of NOK at the bank. */
struct person drop_payer_new(struct client *c, int64_t balance);
int64_t drop_payer_id(struct client *c, const struct person *who);
/* A further account; its id. */
const char *drop_payer_account(struct client *c, const struct person *who, int64_t balance,
			       bool primary);
/* The balance of the bank account, and its reserved amount; in minor units. */
const char *drop_payer_balance(struct client *c, const struct person *who);
const char *drop_payer_reserved(struct client *c, const struct person *who);
/* Ids. */
const char *recipient_new(struct client *c, const struct person *who, const char *currency);
const char *merchant_new(struct client *c, const char *name);

/* Run the due jobs of payments. */
void settle_due(struct client *c);

#endif
