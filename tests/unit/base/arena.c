#include <config.h>

#include "base/arena.h"

#include <signal.h>
#include <stdbool.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cmocka.h"

static void
gives_zeroed_aligned_memory(void **state)
{
	struct arena *arena = arena_new(1 << 20);

	(void)state;
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *memory = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xAA, size);
		if (size == 2100)
			arena_reset(arena);
	}
	arena_free(arena);
}

static void
copies_texts(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	char *numbers;

	(void)state;
	assert_string_equal(arena_strdup(arena, "wallet"), "wallet");
	assert_string_equal(arena_strndup(arena, "wallet", 3), "wal");
	assert_string_equal(arena_strndup(arena, "wallet", 30), "wallet");
	assert_string_equal(arena_printf(arena, "%s-%d", "w", 7), "w-7");
	for (size_t length = 250; length < 260; length++)
		assert_int_equal(strlen(arena_printf(arena, "%0*d", (int)length, 7)), length);
	assert_string_equal(arena_join(arena, (const char *const[]){"a", NULL, "", "bc"}, 4),
			    "abc");
	assert_string_equal(arena_join(arena, NULL, 0), "");
	assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 3);
	numbers = arena_array(arena, 1000, 100);
	assert_int_equal(numbers[99999], 0);
	arena_free(arena);
}

struct trace {
	int count;
	int order[3];
	int name;
	struct trace *into;
};

static void
record(void *object)
{
	const struct trace *trace = object;

	trace->into->order[trace->into->count++] = trace->name;
}

static void
releases_last_in_first_out(void **state)
{
	struct trace log = {0};
	struct trace objects[3] = {
		{.name = 1, .into = &log}, {.name = 2, .into = &log}, {.name = 3, .into = &log}};
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	arena_adopt(arena, &objects[0], record);
	arena_adopt(arena, &objects[1], record);
	arena_reset(arena);
	assert_int_equal(log.count, 2);
	assert_int_equal(log.order[0], 2);
	assert_int_equal(log.order[1], 1);
	arena_adopt(arena, &objects[2], record);
	arena_free(arena);
	assert_int_equal(log.count, 3);
	assert_int_equal(log.order[2], 3);
	arena_free(NULL);
}

static void
serves_again_after_reset(void **state)
{
	struct arena *arena = arena_new(4 << 20);

	(void)state;
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 30; i++)
			memset(arena_alloc(arena, 100000), round, 100000);
		arena_reset(arena);
	}
	arena_free(arena);
}

/* What one request needed is there for the next one: nobody else got it meanwhile. */
static void
keeps_memory_for_the_next(void **state)
{
	enum { PIECES = 40, SIZE = 1000, ROUNDS = 3 };
	struct arena *arena = arena_new(8 << 20);
	unsigned char *first[PIECES];
	void *others[ROUNDS];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < PIECES; i++) {
			unsigned char *piece = arena_alloc(arena, SIZE);

			if (round == 0)
				first[i] = piece;
			assert_ptr_equal(piece, first[i]);
			assert_int_equal(piece[0] | piece[SIZE - 1], 0);
			memset(piece, 1, SIZE);
		}
		arena_reset(arena);
		others[round] = malloc((size_t)PIECES * SIZE / 2);
		assert_non_null(others[round]);
	}
	for (int round = 0; round < ROUNDS; round++)
		free(others[round]);
	arena_free(arena);
}

/* Whether use() ends the process by abort(). */
static bool
aborts(void (*use)(struct arena *))
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		(void)close(STDERR_FILENO);
		use(arena_new(100000));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
ask_at_once(struct arena *arena)
{
	(void)arena_alloc(arena, 100001);
}

static void
ask_bit_by_bit(struct arena *arena)
{
	for (int i = 0; i < 1001; i++)
		(void)arena_alloc(arena, 100);
}

static void
ask_for_too_many(struct arena *arena)
{
	volatile size_t huge = SIZE_MAX / 2; /* the compiler would warn */

	(void)arena_array(arena, huge, 3);
}

static void
ask_for_little(struct arena *arena)
{
	(void)arena_alloc(arena, 50000);
}

static void
stops_at_its_limit(void **state)
{
	(void)state;
	assert_true(aborts(ask_at_once));
	assert_true(aborts(ask_bit_by_bit));
	assert_true(aborts(ask_for_too_many));
	assert_false(aborts(ask_for_little));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(copies_texts),
		cmocka_unit_test(releases_last_in_first_out),
		cmocka_unit_test(serves_again_after_reset),
		cmocka_unit_test(keeps_memory_for_the_next),
		cmocka_unit_test(stops_at_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
