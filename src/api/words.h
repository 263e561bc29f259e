/* words.h - the values of enumerated fields, for the documents of all dialects. Lists end with
 * NULL. */
#ifndef API_WORDS_H
#define API_WORDS_H

/* Users. */
extern const char *const word_kyc_drop[];

/* Wallets and ledger. */
extern const char *const word_completed[];
/* Types of wallet transactions; split: transfers by direction. */
extern const char *const word_transactions[];
extern const char *const word_transactions_split[];

/* Statuses. */

/* Others. */
extern const char *const word_providers[];

#endif
