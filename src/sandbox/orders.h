/*
 * orders.h - the payments that providers were asked for, and how each stands.
 *
 * Safe for all threads. Holds so many and forgets the oldest; orders go in and out as
 * copies, so nobody holds on to one.
 */
#ifndef SANDBOX_ORDERS_H
#define SANDBOX_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/money.h"

enum { ORDER_TEXT_MAX = 128, ORDER_CODE_MAX = 20, ORDER_URL_MAX = 512 };

enum order_state {
	ORDER_PENDING,
	ORDER_SUCCEEDED,
	ORDER_FAILED,
	ORDER_ABANDONED, /* the customer left the checkout */
	ORDER_REVERSED,  /* it had succeeded and was taken back */
};

enum { ORDER_STATES = ORDER_REVERSED + 1 };

struct order {
	int64_t id; /* the provider's own number */
	int provider;
	bool withdrawal;
	enum order_state state;
	char reference[ORDER_TEXT_MAX];
	char code
		[ORDER_CODE_MAX]; /* the provider's own name for it: of the checkout, of the transfer */
	char key[ORDER_URL_MAX]; /* what the call was authorised with; signs Paystack's webhooks */
	char email[ORDER_URL_MAX];
	char callback[ORDER_URL_MAX];
	char account[ORDER_TEXT_MAX]; /* where a withdrawal goes */
	char bank[ORDER_TEXT_MAX];
	char token[21];                 /* of electricity that was sold */
	char recipient[ORDER_TEXT_MAX]; /* Paystack's code of it */
	struct money asked;
	struct money paid; /* what the provider says was paid, right or wrong */
	struct instant created;
	struct instant settled;
};

struct arena;
struct orders;

struct orders *orders_new(void);
void orders_free(struct orders *orders);

/* Take down a new order; fills id, code and created. False if its provider knows the reference. */
bool orders_add(struct orders *orders, struct order *order) MUST_CHECK;
bool orders_find(struct orders *orders, int provider, bool withdrawal, const char *reference,
		 struct order *out) MUST_CHECK;
/* A deposit of that reference, else a withdrawal. */
bool orders_find_either(struct orders *orders, int provider, const char *reference,
			struct order *out) MUST_CHECK;
/* By the provider's number. */
bool orders_find_id(struct orders *orders, int provider, int64_t id, struct order *out) MUST_CHECK;
/* By the provider's code, else by the reference of a deposit or withdrawal. */
bool orders_find_code(struct orders *orders, int provider, const char *code,
		      struct order *out) MUST_CHECK;
struct order_filter {
	int provider;
	bool withdrawal;
	const char *reference; /* NULL: any */
	size_t skip;
	size_t most;
};
/* Orders of a provider, the newest first: so many of them in the arena, after those that are skipped.
 * Returns how many there are. */
size_t orders_list(struct orders *orders, struct arena *arena, const struct order_filter *filter,
		   struct order **out, size_t *shown);
/*
 * Decide an order: a pending one any way, one that failed or was abandoned may succeed yet, one
 * that succeeded may be reversed. paid: what is claimed; NULL: what was asked for. False, with the
 * order as it stands, if there was nothing to decide.
 */
bool orders_settle(struct orders *orders, int64_t id, enum order_state state,
		   const struct money *paid, struct order *out);

#endif
