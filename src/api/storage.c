#include "api/storage.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"

#define REMEMBERED_NS (30 * INT64_C(1000000000))

struct storage {
	_Atomic int64_t full_until_ns; /* of clock_monotonic_ns() */
};

struct storage *
storage_new(void)
{
	return calloc(1, sizeof(struct storage));
}

void
storage_free(struct storage *storage)
{
	free(storage);
}

void
storage_fill(struct storage *storage)
{
	atomic_store(&storage->full_until_ns, clock_monotonic_ns() + REMEMBERED_NS);
}

bool
storage_is_full(struct storage *storage)
{
	return clock_monotonic_ns() < atomic_load(&storage->full_until_ns);
}
