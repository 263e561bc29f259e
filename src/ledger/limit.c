#include "ledger/limit.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "ledger/kernel.h"

const char *const limit_measures[] = {"balance", "amount", "sum", "count", NULL};
const char *const limit_direction_words[] = {"out", "in", NULL};
const char *const limit_span_words[] = {"hour", "day", "month", NULL};

static const enum limit_policy policies[] = {
#define TRANSACTION(symbol, word, policy) [TRANSACTION_##symbol] = LIMIT_##policy,
#include "ledger/types.def"
#undef TRANSACTION
};
_Static_assert(COUNT(policies) <= 64, "types are bits of a limit");

enum limit_policy
limit_policy(enum transaction_type type)
{
	return policies[type];
}

const char *const *
limits_counted(struct arena *arena, size_t *n)
{
	const char **words = arena_array(arena, COUNT(policies), sizeof(const char *));

	*n = 0;
	for (size_t type = 1; type < COUNT(policies); type++)
		if (policies[type] != LIMIT_IGNORES)
			words[(*n)++] = transaction_type_words[type - 1];
	return words;
}

static bool
is_of(const struct ledger_limit *limit, unsigned type)
{
	return limit->types == 0 || (limit->types >> type & 1) != 0;
}

static wide_int
left_of(const struct ledger_limit *limit)
{
	return limit->most - limit->used - limit->held;
}

static int64_t
clamped(wide_int value)
{
	if (value < 0)
		return 0;
	return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Whether this much more exceeds the limit. What lowers a balance does not. */
static bool
exceeds(const struct ledger_limit *limit, wide_int taking)
{
	return taking > 0 && taking > left_of(limit);
}

static void
explain(const struct ledger_limit *limit, wide_int taking, struct ledger_exceeded *out)
{
	*out = (struct ledger_exceeded){
		.id = limit->public_id,
		.measure = limit->measure,
		.direction = limit->direction,
		.span = limit->span,
		.most = limit->most,
		.left = clamped(left_of(limit)),
		.limit_id = limit->limit_id,
		.subject = limit->subject,
		.ends_at = limit->ends_at,
	};
	if (limit->currency != NULL)
		memcpy(out->currency, limit->currency, strnlen(limit->currency, 3));
	if (limit->span != 0 && taking + limit->held <= limit->most)
		out->wanted = clamped(taking - left_of(limit));
}

/* The limits that a transaction takes something of. */
static void
touch(struct ledger_limit **touched, struct ledger_limit *limit, wide_int taking)
{
	if (!limit->touched) {
		limit->touched = true;
		limit->taking = 0;
		limit->next = *touched;
		*touched = limit;
	}
	limit->taking += taking;
}

/* Whether the account has a posting in the same direction before this one. */
static bool
came_before(struct ledger_account *const *sides, size_t side)
{
	for (size_t i = side % 2; i < side; i += 2)
		if (sides[i] == sides[side])
			return true;
	return false;
}

/* What a posting on one of its sides takes of a limit of that account. */
static wide_int
taken(const struct ledger_limit *limit, struct ledger_account *const *sides, size_t side,
      int64_t amount)
{
	bool goes_out = side % 2 == 0;

	if (limit->measure == LIMIT_BALANCE)
		return goes_out ? -(wide_int)amount : amount;
	if (goes_out != (limit->direction == LIMIT_OUT))
		return 0;
	if (limit->measure == LIMIT_COUNT)
		return came_before(sides, side) ? 0 : 1;
	return amount;
}

static struct ledger_limit *
touch_all(struct ledger_account *const *sides, const struct ledger_transaction *t)
{
	struct ledger_limit *touched = NULL;

	for (size_t side = 0; side < 2 * t->count; side++) {
		const struct ledger_account *account = sides[side];

		for (size_t i = 0; account != NULL && i < account->limit_count; i++) {
			struct ledger_limit *limit = account->limits[i];
			bool counts =
				limit_policy(t->type) != LIMIT_IGNORES && is_of(limit, t->type);

			if (counts || limit->measure == LIMIT_BALANCE)
				touch(&touched, limit,
				      taken(limit, sides, side, t->results[side / 2].amount));
		}
	}
	return touched;
}

/* The first of the exceeded ones, by its id; NULL: none is. */
static const struct ledger_limit *
find_exceeded(const struct ledger_limit *touched)
{
	const struct ledger_limit *first = NULL;

	for (; touched != NULL; touched = touched->next)
		if (exceeds(touched, touched->taking) &&
		    (first == NULL || touched->limit_id < first->limit_id))
			first = touched;
	return first;
}

/* End the transaction for the limits that it has touched. */
static void
settle(struct ledger_limit *touched, bool posted)
{
	for (; touched != NULL; touched = touched->next) {
		touched->touched = false;
		if (!posted || touched->measure == LIMIT_AMOUNT)
			continue;
		touched->used += touched->taking;
		touched->added += touched->taking;
	}
}

static void
count_postings(struct ledger_account *const *sides, size_t n)
{
	for (size_t side = 0; side < n; side++)
		for (size_t i = 0; sides[side] != NULL && i < sides[side]->limit_count; i++)
			sides[side]->limits[i]->postings++;
}

enum err
limits_take(struct ledger_account *const *sides, struct ledger_transaction *t)
{
	bool decides =
		limit_policy(t->type) == LIMIT_DECIDES && !t->settles && uuid_is_nil(t->hold);
	struct ledger_limit *touched = touch_all(sides, t);
	const struct ledger_limit *exceeded = decides ? find_exceeded(touched) : NULL;

	if (exceeded != NULL)
		explain(exceeded, exceeded->taking, &t->exceeded);
	settle(touched, exceeded == NULL);
	if (exceeded != NULL)
		return ERR_LIMIT;
	count_postings(sides, 2 * t->count);
	return ERR_OK;
}

/* Whether a hold counts for the limit: it will go out. */
static bool
has_holds(const struct ledger_limit *limit, unsigned type)
{
	return limit->measure != LIMIT_BALANCE && limit->direction == LIMIT_OUT &&
	       is_of(limit, type);
}

enum err
limits_hold(const struct ledger_account *account, unsigned type, int64_t amount,
	    struct ledger_exceeded *exceeded)
{
	const struct ledger_limit *first = NULL;
	wide_int taking = 0;

	for (size_t i = 0; i < account->limit_count; i++) {
		const struct ledger_limit *limit = account->limits[i];
		wide_int more = limit->measure == LIMIT_COUNT ? 1 : amount;

		if (!has_holds(limit, type) || !exceeds(limit, more) ||
		    (first != NULL && first->limit_id < limit->limit_id))
			continue;
		first = limit;
		taking = more;
	}
	if (first == NULL)
		return ERR_OK;
	explain(first, taking, exceeded);
	return ERR_LIMIT;
}

void
limits_release(const struct ledger_account *account, unsigned type, int64_t amount, bool ended)
{
	for (size_t i = 0; i < account->limit_count; i++) {
		struct ledger_limit *limit = account->limits[i];

		if (!has_holds(limit, type) || limit->measure == LIMIT_AMOUNT)
			continue;
		limit->held -= limit->measure == LIMIT_SUM ? amount : ended;
	}
}
