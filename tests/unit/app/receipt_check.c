/* A stored receipt is valid; with any bit changed it is not. */
#include "app/seal/receipt_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"

enum { ROOM = 8192 };

static struct arena *arena;
static struct note_key key;
static char original[ROOM];

static void
read_file(const char *name, char *out)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tests/support/%s", getenv("srcdir"), name);
	file = fopen(path, "re");
	assert_non_null(file);
	out[fread(out, 1, ROOM - 1, file)] = '\0';
	(void)fclose(file);
}

static int
setup(void **state)
{
	static char text[ROOM];

	(void)state;
	arena = arena_new(64 << 20);
	read_file("receipt.json", original);
	read_file("receipt.key", text);
	text[strcspn(text, "\n")] = '\0';
	return note_key_parse(arena, text, &key) ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char *
check(struct arena *memory, const char *text, size_t length)
{
	struct receipt receipt;

	return receipt_check(memory, (struct bytes){text, length}, &key, 1, &receipt);
}

static void
is_valid(void **state)
{
	struct receipt receipt;
	const struct receipt_posting *posting;
	const struct receipt_opening *openings;

	(void)state;
	assert_null(receipt_check(arena, (struct bytes){original, strlen(original)}, &key, 1,
				  &receipt));
	assert_string_equal(receipt.transaction.type, "transfer");
	assert_int_equal(receipt.transaction.postings.count, 1);
	posting = receipt.transaction.postings.items;
	assert_string_equal(posting->amount, "1250");
	assert_string_equal(posting->currency, "NGN");
	assert_int_equal(receipt.openings.count, 3);
	openings = receipt.openings.items;
	assert_string_equal(openings[1].value, "{\"note\": \"Lunch\"}");
	assert_int_equal(receipt.index, 8);
	assert_int_equal(receipt.size, 15);
}

static void
each_bit_counts(void **state)
{
	static char text[ROOM];
	size_t length = strlen(original);
	struct arena *memory = arena_new(64 << 20);

	(void)state;
	for (size_t i = 0; i < 8 * length; i++) {
		memcpy(text, original, sizeof(text));
		text[i / 8] ^= (char)(1 << i % 8);
		if (check(memory, text, length) == NULL)
			fail_msg("bit %zu of byte %zu does not count", i % 8, i / 8);
		arena_reset(memory);
	}
	arena_free(memory);
}

/* The receipt with one part of its text replaced. */
static const char *
replaced(const char *part, const char *by)
{
	const char *at = strstr(original, part);

	assert_non_null(at);
	return arena_printf(arena, "%.*s%s%s", (int)(at - original), original, by,
			    at + strlen(part));
}

static void
names_what_differs(void **state)
{
	static const struct {
		const char *part;
		const char *by;
		const char *problem; /* its beginning */
	} rows[] = {
		{"\"1250\"", "\"125000\"", "line 10 of leaf is not \"posting 0 "},
		{"\"type\":\"transfer\"", "\"type\":\"credit\"",
		 "line 5 of leaf is not \"type credit\""},
		{"\"reverses\":null,", "", "the object of mode has other members"},
		{"\"reverses\":null", "\"reverses\":null,\"amount\":\"1\"",
		 "the object of mode has other members"},
		{"\"reverses\":null", "\"reverses\":7", "reverses is not a string"},
		{"\"postings\":[{", "\"postings\":[7,{", "the object of fromAccountId"},
		{"8750 2", "8751 2", "the opening of from 0 does not match"},
		{"8750 2", "8750\\u001b2", "value has control characters"},
		{"\"from 0\"", "\"to 0\"", "the opening of to 0 does not match"},
		{"\"from 0\"", "\"from 1\"", "openings has a name"},
		{"\"index\":8", "\"index\":9", "leaf, index and path do not lead to"},
		{"\"index\":8", "\"index\":-1", "leaf, index and path do not lead to"},
		{"\"index\":8", "\"index\":8.0", "index is not an integer"},
		{"\"size\":15", "\"size\":14", "size is not that of the checkpoint"},
		{"\\n15\\n", "\\n16\\n", "checkpoint: a signature is not valid"},
		{"\"path\":[", "\"path\":[\"AAAA\",", "path[0] is not a hash"},
		{"\"origin\":\"pay", "\"origin\":\"say", "origin is not that of the checkpoint"},
		{"cowry-receipt/1", "cowry-receipt/2", "format is not cowry-receipt/1"},
		{"\\n\",\"openings\"", "\\nx\\n\",\"openings\"", "leaf has more lines"},
		{"{", "[", "it is not JSON"},
		{"\"openings\":[", "\"openings\":{},\"more\":[", "the object of format"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = replaced(rows[i].part, rows[i].by);
		const char *problem = check(arena, text, strlen(text));

		if (problem == NULL ||
		    strncmp(problem, rows[i].problem, strlen(rows[i].problem)) != 0)
			fail_msg("%s: %s", rows[i].by, problem);
	}
}

/* A receipt may be passed on without openings. */
static void
openings_may_be_removed(void **state)
{
	const char *first = strstr(original, "{\"name\":\"metadata\"");
	const char *end = strstr(original, "],\"index\"");
	const char *text = replaced(arena_strndup(arena, first - 1, (size_t)(end - first) + 1), "");

	(void)state;
	assert_null(check(arena, text, strlen(text)));
}

static void
another_key_does_not_do(void **state)
{
	struct note_key kept = key;
	const char *problem;

	(void)state;
	key.key[0] ^= 1;
	key = note_key_make(key.name, key.key);
	problem = check(arena, original, strlen(original));
	key = kept;
	assert_string_equal(problem, "checkpoint: no known key has signed it");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_valid),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(names_what_differs),
		cmocka_unit_test(openings_may_be_removed),
		cmocka_unit_test(another_key_does_not_do),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
