#include "bin/memory.h"

#include <malloc.h>

/* Larger blocks are mapped, and unmapped when freed; set, so that it does not grow. */
enum { MAPPED_FROM = 1024 * 1024, KEPT_AT_TOP = 2 * 1024 * 1024, HEAPS_MAX = 4 };

void
memory_begin(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): before threads begin */
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_AT_TOP);
	(void)mallopt(M_ARENA_MAX, HEAPS_MAX);
	/* NOLINTEND(concurrency-mt-unsafe) */
}
