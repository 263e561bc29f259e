#include "api/admission.h"

#include <stdatomic.h>
#include <stdlib.h>

/* There are as many bodies up to SMALL as threads; larger ones share LARGE_TOTAL. */
enum { SMALL = 16 * 1024, LARGE_TOTAL = 4 * 1024 * 1024 };

struct admission {
	long public_max;
	long long_max;
	atomic_long public_calls;
	atomic_long long_answers;
	atomic_long large_bytes;
};

struct admission *
admission_new(int64_t threads)
{
	struct admission *admission = calloc(1, sizeof(*admission));

	if (admission == NULL)
		return NULL;
	admission->public_max = (long)(threads - threads / 4);
	admission->long_max = threads < 8 ? 1 : (long)(threads / 4);
	return admission;
}

void
admission_free(struct admission *admission)
{
	free(admission);
}

/* Take an amount of a resource; false if not enough is left. */
static bool
take(atomic_long *taken, long amount, long most)
{
	if (amount == 0 || atomic_fetch_add(taken, amount) + amount <= most)
		return true;
	atomic_fetch_sub(taken, amount);
	return false;
}

static long
weight(size_t body_length)
{
	return body_length > SMALL ? (long)body_length : 0;
}

bool
admission_enter(struct admission *admission, bool anybody, size_t body_length)
{
	if (!take(&admission->public_calls, anybody ? 1 : 0, admission->public_max))
		return false;
	if (take(&admission->large_bytes, weight(body_length), LARGE_TOTAL))
		return true;
	atomic_fetch_sub(&admission->public_calls, anybody ? 1 : 0);
	return false;
}

void
admission_leave(struct admission *admission, bool anybody, size_t body_length)
{
	atomic_fetch_sub(&admission->public_calls, anybody ? 1 : 0);
	atomic_fetch_sub(&admission->large_bytes, weight(body_length));
}

bool
admission_enter_long(struct admission *admission)
{
	return take(&admission->long_answers, 1, admission->long_max);
}

void
admission_leave_long(struct admission *admission)
{
	atomic_fetch_sub(&admission->long_answers, 1);
}
