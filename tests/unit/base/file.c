#include "base/file.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

enum { SIZE = 1 << 20 }; /* more than a pipe takes at once */

struct reader {
	int fd;
	size_t taken;
	unsigned char *data;
};

static void *
take_all(void *arg)
{
	struct reader *reader = arg;
	ssize_t n;

	while ((n = read(reader->fd, reader->data + reader->taken, SIZE - reader->taken)) > 0)
		reader->taken += (size_t)n;
	return NULL;
}

static void
writes_all(void **state)
{
	unsigned char *data = malloc(SIZE);
	struct reader reader = {.data = malloc(SIZE)};
	pthread_t thread;
	int ends[2];

	(void)state;
	assert_non_null(data);
	assert_non_null(reader.data);
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (unsigned char)(i * 7 >> 3);
	assert_int_equal(pipe(ends), 0);
	reader.fd = ends[0];
	assert_int_equal(pthread_create(&thread, NULL, take_all, &reader), 0);
	assert_true(file_write(ends[1], data, SIZE));
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.taken, SIZE);
	assert_memory_equal(reader.data, data, SIZE);
	assert_int_equal(close(ends[0]), 0);
	free(reader.data);
	free(data);
}

static void
tells_what_failed(void **state)
{
	(void)state;
	assert_true(file_write(-1, "", 0));
	assert_false(file_write(-1, "text", 4));
	assert_int_equal(errno, EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_all),
		cmocka_unit_test(tells_what_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
