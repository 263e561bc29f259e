/* Memory that is free goes back to the system, also if something above it is still used. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attributes.h"
#include "bin/memory.h"
#include "tests/support/cmocka.h"

enum { BLOCK = 32 * 1024, BLOCKS = 2048, PAGES_MOST = 1024 };

static long
resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	(void)fclose(file);
	return pages;
}

static void
test_free_memory_is_returned(void **state)
{
	static char *blocks[BLOCKS];
	long before = resident_pages();
	long page = sysconf(_SC_PAGESIZE);

	(void)state;
	for (size_t i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(BLOCK);
		assert_non_null(blocks[i]);
		for (size_t at = 0; at < BLOCK; at += (size_t)page)
			((volatile char *)blocks[i])[at] = 1;
	}
	for (size_t i = 0; i + 1 < BLOCKS; i++)
		free(blocks[i]);
	assert_true(resident_pages() - before > BLOCKS * (BLOCK / page) / 2);
	memory_return();
	assert_true(resident_pages() - before < PAGES_MOST);
	free(blocks[BLOCKS - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_free_memory_is_returned),
	};

	if (ADDRESS_SANITIZER) {
		(void)printf("1..0 # SKIP the sanitizer has an allocator of its own\n");
		return 0;
	}
	memory_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
