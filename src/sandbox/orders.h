/*
 * orders.h - the payments ordered from providers, and their states.
 *
 * Thread-safe. Limited in size, oldest orders are dropped; orders are passed as copies, so no
 * caller keeps a reference.
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
	ORDER_REVERSED,  /* reversed after success */
};

enum { ORDER_STATES = ORDER_REVERSED + 1 };

struct order {
	int64_t id; /* the provider's own number */
	int provider;
	bool withdrawal;
	enum order_state state;
	char reference[ORDER_TEXT_MAX];
	char code
		[ORDER_CODE_MAX]; /* the provider's name for it: of the checkout, of the transfer */
	char key[ORDER_URL_MAX];  /* authorised the call; signs Paystack's webhooks */
	char email[ORDER_URL_MAX];
	char callback[ORDER_URL_MAX];
	char account[ORDER_TEXT_MAX]; /* destination of a withdrawal */
	char bank[ORDER_TEXT_MAX];
	char token[21];                 /* of electricity that was sold */
	char recipient[ORDER_TEXT_MAX]; /* Paystack's code of it */
	struct money asked;
	struct money paid; /* reported as paid, right or wrong */
	struct instant created;
	struct instant settled;
};

struct arena;
struct orders;

struct orders *orders_new(void);
void orders_free(struct orders *orders);

/* Add a new order; fills id, code and created. False if its provider knows the reference. */
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
/* Orders of a provider, newest first: at most this many in the arena, after the skipped ones.
 * Returns the total number. */
size_t orders_list(struct orders *orders, struct arena *arena, const struct order_filter *filter,
		   struct order **out, size_t *shown);
/*
 * Settle an order: a pending one in any way, a failed or abandoned one may still succeed, a
 * successful one may be reversed. paid: the reported amount; NULL: the requested one. False, with
 * the current order, if it can't be settled so.
 */
bool orders_settle(struct orders *orders, int64_t id, enum order_state state,
		   const struct money *paid, struct order *out);

#endif
