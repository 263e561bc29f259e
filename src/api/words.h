/* words.h - values of fields in several dialects for which no enum has exactly these words. Lists end
 * with NULL. */
#ifndef API_WORDS_H
#define API_WORDS_H

/* Users, in Drop. */
extern const char *const word_kyc_drop[];

/* Types of wallet transactions, and their status; split: transfers by direction. */
extern const char *const word_completed[];
extern const char *const word_transactions[];
extern const char *const word_transactions_split[];

/* Providers. */
extern const char *const word_providers[];

#endif
