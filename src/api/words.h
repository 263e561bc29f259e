/* words.h - words that stand in answers of several dialects, where no enum has them all and no others.
 * Lists end with NULL. */
#ifndef API_WORDS_H
#define API_WORDS_H

/* Of people, as Drop has them. */
extern const char *const word_kyc_drop[];

/* What a transaction of a wallet may be, and its status; split: by the side that a wallet has in a
 * transfer. */
extern const char *const word_completed[];
extern const char *const word_transactions[];
extern const char *const word_transactions_split[];

/* Who brings money in or out. */
extern const char *const word_providers[];

#endif
