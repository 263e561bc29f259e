/* words.h - what stands where an answer has one of a few words, for the documents of all dialects.
 * Lists end with NULL. */
#ifndef API_WORDS_H
#define API_WORDS_H

/* People. */
extern const char *const word_kyc_drop[];

/* Wallets and books. */
extern const char *const word_completed[];
/* What a transaction of a wallet is; split: by the side that a wallet has in a transfer. */
extern const char *const word_transactions[];
extern const char *const word_transactions_split[];

/* What is under way. */

/* Others. */
extern const char *const word_providers[];

#endif
