#include "sandbox/orders.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "sandbox/code.h"

enum { ORDERS_MAX = 4096 };
#define FIRST_ID INT64_C(3000000000)

struct orders {
	pthread_mutex_t mutex;
	int64_t count; /* total number ever; a ring buffer */
	struct order items[ORDERS_MAX];
};

struct orders *
orders_new(void)
{
	struct orders *orders = calloc(1, sizeof(*orders));

	if (orders != NULL)
		(void)pthread_mutex_init(&orders->mutex, NULL);
	return orders;
}

void
orders_free(struct orders *orders)
{
	if (orders == NULL)
		return;
	(void)pthread_mutex_destroy(&orders->mutex);
	free(orders);
}

static int64_t
kept(const struct orders *orders)
{
	return orders->count < ORDERS_MAX ? orders->count : ORDERS_MAX;
}

/* The wanted order among those of a provider, or NULL. The mutex is held. */
static struct order *
find(struct orders *orders, int provider, bool withdrawal, const char *reference)
{
	for (int64_t i = 0; i < kept(orders); i++) {
		struct order *order = &orders->items[i];

		if (order->provider == provider && order->withdrawal == withdrawal &&
		    strcmp(order->reference, reference) == 0)
			return order;
	}
	return NULL;
}

static struct order *
find_id(struct orders *orders, int64_t id)
{
	int64_t number = id - FIRST_ID;

	if (number < 0 || number >= orders->count || number < orders->count - ORDERS_MAX)
		return NULL;
	return &orders->items[number % ORDERS_MAX];
}

bool
orders_add(struct orders *orders, struct order *order)
{
	bool fresh;

	random_code(order->code, ORDER_CODE_MAX - 1);
	order->created = clock_system();
	order->state = ORDER_PENDING;
	order->paid = order->asked;
	(void)pthread_mutex_lock(&orders->mutex);
	fresh = find(orders, order->provider, order->withdrawal, order->reference) == NULL;
	if (fresh) {
		order->id = FIRST_ID + orders->count;
		orders->items[orders->count % ORDERS_MAX] = *order;
		orders->count++;
	}
	(void)pthread_mutex_unlock(&orders->mutex);
	return fresh;
}

/* Copy the result, if there is one, and unlock. */
static bool
hand_out(struct orders *orders, const struct order *found, struct order *out)
{
	if (found != NULL)
		*out = *found;
	(void)pthread_mutex_unlock(&orders->mutex);
	return found != NULL;
}

bool
orders_find(struct orders *orders, int provider, bool withdrawal, const char *reference,
	    struct order *out)
{
	(void)pthread_mutex_lock(&orders->mutex);
	return hand_out(orders, find(orders, provider, withdrawal, reference), out);
}

bool
orders_find_either(struct orders *orders, int provider, const char *reference, struct order *out)
{
	return orders_find(orders, provider, false, reference, out) ||
	       orders_find(orders, provider, true, reference, out);
}

bool
orders_find_id(struct orders *orders, int provider, int64_t id, struct order *out)
{
	const struct order *found;

	(void)pthread_mutex_lock(&orders->mutex);
	found = find_id(orders, id);
	return hand_out(orders, found != NULL && found->provider == provider ? found : NULL, out);
}

bool
orders_find_code(struct orders *orders, int provider, const char *code, struct order *out)
{
	const struct order *found = NULL;

	(void)pthread_mutex_lock(&orders->mutex);
	for (int64_t i = 0; i < kept(orders) && found == NULL; i++)
		if (orders->items[i].provider == provider &&
		    strcmp(orders->items[i].code, code) == 0)
			found = &orders->items[i];
	if (found == NULL)
		found = find(orders, provider, false, code);
	if (found == NULL)
		found = find(orders, provider, true, code);
	return hand_out(orders, found, out);
}

static bool
is_wanted(const struct order *order, const struct order_filter *filter)
{
	return order->provider == filter->provider && order->withdrawal == filter->withdrawal &&
	       (filter->reference == NULL || strcmp(order->reference, filter->reference) == 0);
}

size_t
orders_list(struct orders *orders, struct arena *arena, const struct order_filter *filter,
	    struct order **out, size_t *shown)
{
	size_t total = 0;

	*out = arena_array(arena, filter->most, sizeof(**out));
	*shown = 0;
	(void)pthread_mutex_lock(&orders->mutex);
	for (int64_t i = 0; i < kept(orders); i++) {
		const struct order *order = &orders->items[(orders->count - 1 - i) % ORDERS_MAX];

		if (!is_wanted(order, filter) || ++total <= filter->skip || *shown == filter->most)
			continue;
		(*out)[(*shown)++] = *order;
	}
	(void)pthread_mutex_unlock(&orders->mutex);
	return total;
}

static bool
may_become(enum order_state from, enum order_state to)
{
	switch (from) {
	case ORDER_PENDING:
		return to != ORDER_PENDING && to != ORDER_REVERSED;
	case ORDER_FAILED:
	case ORDER_ABANDONED:
		return to == ORDER_SUCCEEDED;
	case ORDER_SUCCEEDED:
		return to == ORDER_REVERSED;
	case ORDER_REVERSED:
	default:
		return false;
	}
}

bool
orders_settle(struct orders *orders, int64_t id, enum order_state state, const struct money *paid,
	      struct order *out)
{
	struct order *order;
	bool decided;

	(void)pthread_mutex_lock(&orders->mutex);
	order = find_id(orders, id);
	decided = order != NULL && may_become(order->state, state);
	if (decided) {
		order->state = state;
		order->settled = clock_system();
		if (paid != NULL)
			order->paid = *paid;
	}
	(void)hand_out(orders, order, out);
	return decided;
}
