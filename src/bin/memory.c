#include <config.h>

#include "bin/memory.h"

#include <malloc.h>

/*
 * Larger blocks are mapped, and unmapped when freed; set, so that it does not grow. What is free at the end of
 * a heap stays for the next request: the kernel clears pages that it gives again.
 */
enum { MAPPED_FROM = 1024 * 1024, KEPT_AT_TOP = 2 * 1024 * 1024, HEAPS_MAX = 4 };
enum { FREE_MAX = 8 * 1024 * 1024 };

void
memory_begin(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): before threads begin */
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_AT_TOP);
	(void)mallopt(M_ARENA_MAX, HEAPS_MAX);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

void
memory_return(void)
{
	struct mallinfo2 info = mallinfo2();

	if (info.fordblks > FREE_MAX)
		(void)malloc_trim(0);
}
