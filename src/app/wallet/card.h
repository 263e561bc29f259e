/*
 * card.h - payment cards of users.
 *
 * Number and CVV belong to the issuer: neither is stored or shown, except the last four digits. A
 * cancelled card is kept and can't be changed. Cards can't pay while there is no issuer.
 */
#ifndef APP_WALLET_CARD_H
#define APP_WALLET_CARD_H

#include <stddef.h>

#include "base/ctx.h"
#include "base/money.h"

enum { CARDS_MAX = 10, PIN_DIGITS = 4, CARD_ADDRESS_MIN = 10 };

enum card_type { CARD_VIRTUAL = 1, CARD_PHYSICAL };
enum card_status { CARD_ACTIVE = 1, CARD_FROZEN, CARD_CANCELLED };
enum card_limit_type { CARD_DAILY = 1, CARD_WEEKLY, CARD_MONTHLY, CARD_TRANSACTION };

extern const char *const card_type_words[];
extern const char *const card_status_words[];
extern const char *const card_limit_type_words[];

struct card {
	int64_t card_id;
	const char *drop_id; /* "card_…" */
	enum card_type type;
	enum card_status status;
	const char *last_four;
	const char *expires; /* "11/29" */
	bool has_pin;
	struct instant ordered_at; /* the physical version */
	struct instant created_at;
};

/* Those of the caller, except cancelled ones. */
enum err card_list(struct ctx *ctx, struct card **out, size_t *n) MUST_CHECK;
/* One of the caller, cancelled or not. ERR_NOT_FOUND. */
enum err card_get(struct ctx *ctx, const char *drop_id, struct card *out) MUST_CHECK;

/* These change a card in the caller's transaction; ERR_NOT_FOUND, and ERR_CONFLICT for a
 * cancelled one. */

/* ERR_CONFLICT above the maximum number. */
enum err card_make(struct ctx *ctx, enum card_type type, struct card *out) MUST_CHECK;
/* Active or frozen. */
enum err card_set_status(struct ctx *ctx, const char *drop_id, enum card_status status,
			 struct card *out) MUST_CHECK;
/* ERR_OK also if it was already cancelled. */
enum err card_cancel(struct ctx *ctx, const char *drop_id, struct card *out) MUST_CHECK;
/* The physical version of a virtual one, once. */
enum err card_order(struct ctx *ctx, const char *drop_id, const char *address,
		    struct card *out) MUST_CHECK;

/*
 * A hash of four digits can be reversed by trying all of them. So the hashed value (bcrypt) is a
 * digest of card and PIN under the server's pepper, which is not in the database. Before the
 * transaction.
 */
enum err card_pin_hash(struct ctx *ctx, const char *drop_id, const char *pin,
		       const char **hash) MUST_CHECK;
enum err card_set_pin(struct ctx *ctx, const char *drop_id, const char *hash,
		      struct card *out) MUST_CHECK;

struct card_limit {
	enum card_limit_type type;
	struct money amount;
	struct instant updated_at;
};
enum err card_limits(struct ctx *ctx, const char *drop_id, struct card_limit **out,
		     size_t *n) MUST_CHECK;
/* Replaces the limit of the same type, if any. */
enum err card_set_limit(struct ctx *ctx, const char *drop_id, enum card_limit_type type,
			struct decimal amount, struct card_limit *out) MUST_CHECK;

/* Cancel all cards of a user whose account is closed. */
enum err card_leave(struct ctx *ctx, int64_t user_id) MUST_CHECK;

#endif
