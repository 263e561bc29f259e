#include <config.h>

#include "tlog/leaf.h"

#include <string.h>

#include "base/attributes.h"
#include "tests/support/cmocka.h"

/* Made by the definition in docs/seals.md, with Python's hashlib and hmac. */
static const char expected[] =
	"cowry-transaction/1\n"
	"mode live\n"
	"project 0190a1b2-c3d4-7000-8000-000000000001\n"
	"id 0190a1b2-c3d4-7000-8000-000000000002\n"
	"type transfer\n"
	"time 2026-01-31T09:30:00.000123Z\n"
	"reverses -\n"
	"reference d5831b26fd68be8a3afc8de9ef4682a36c752172051e8302611cd2b0fe2aeb77\n"
	"metadata c70127b03068ca8867dcb93ac5499f7cc61f95ee0677a00db0b438e4d28df356\n"
	"posting 0 0190a1b2-c3d4-7000-8000-000000000003 0190a1b2-c3d4-7000-8000-000000000004 1250 ZAR 757b8e2c3d14cacc75b89de67d15c0c4f6619aca03377cc0e91c25c137b1598c 86ae06252a86f25efaec689a3cec9008d73d0242ee73a0cec1f9f8b5e0fdd267\n";
static const char expected_hash[] =
	"b504a756a6d592bea921ef9ba2224c781037fb43b1ce328f191c590473cbdc87";

static struct arena *arena;

static struct uuid
id_of(unsigned char last)
{
	struct uuid id = {{0x01, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0x70, 0, 0x80}};

	id.bytes[15] = last;
	return id;
}

static const struct leaf_posting posting_lines[] = {{.currency = "ZAR",
						     .amount = 1250,
						     .from_balance = -1250,
						     .to_balance = INT64_MAX,
						     .from_sequence = 7,
						     .to_sequence = 1}};
static const unsigned char salt[LEAF_SALT_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
						   8, 9, 10, 11, 12, 13, 14, 15};

/* A leaf with one posting, which the caller owns. */
static struct leaf
example(struct leaf_posting *posting)
{
	*posting = posting_lines[0];
	posting->from = id_of(3);
	posting->to = id_of(4);
	return (struct leaf){.mode = "live",
			     .project = id_of(1),
			     .id = id_of(2),
			     .type = "transfer",
			     .time = {INT64_C(1769851800000123)},
			     .reference = "order-7 \xc3\xa9",
			     .metadata = "{\"note\": \"x\"}",
			     .salt = salt,
			     .postings = posting,
			     .count = 1};
}

static void
has_the_defined_bytes(void **state)
{
	struct leaf_posting posting;
	struct leaf leaf = example(&posting);
	struct bytes text = leaf_text(arena, &leaf);
	struct hash hash;

	(void)state;
	assert_string_equal(text.data, expected);
	assert_int_equal(text.length, strlen(expected));
	merkle_leaf(text.data, text.length, &hash);
	assert_string_equal(hex_encode(arena, hash.bytes, sizeof(hash.bytes)), expected_hash);
}

/* Also after a leaf with another salt. */
static void
hashes_one_after_the_other(void **state)
{
	static const unsigned char other_salt[LEAF_SALT_SIZE] = {1};
	struct leaf_hasher *hasher = leaf_hasher_new();
	struct leaf_posting posting;
	struct leaf leaf = example(&posting);
	struct leaf other = leaf;
	struct hash hash;

	(void)state;
	other.salt = other_salt;
	for (int i = 0; i < 2; i++) {
		leaf_hash(hasher, &leaf, &hash);
		assert_string_equal(hex_encode(arena, hash.bytes, sizeof(hash.bytes)),
				    expected_hash);
		leaf_hash(hasher, &other, &hash);
		assert_string_not_equal(hex_encode(arena, hash.bytes, sizeof(hash.bytes)),
					expected_hash);
	}
	leaf_hasher_free(hasher);
	leaf_hasher_free(NULL);
}

static bool
differs(const struct leaf *leaf)
{
	return strcmp(leaf_text(arena, leaf).data, expected) != 0;
}

static void
each_part_counts(void **state)
{
	static const unsigned char other_salt[LEAF_SALT_SIZE] = {1};
	struct leaf_posting *p[12];
	struct leaf leaf[12];

	(void)state;
	for (size_t i = 0; i < COUNT(leaf); i++) {
		p[i] = arena_alloc(arena, sizeof(*p[i]));
		leaf[i] = example(p[i]);
	}
	leaf[0].mode = "test";
	leaf[1].project = (struct uuid){0};
	leaf[2].type = "reversal";
	leaf[3].time.us++;
	leaf[4].reverses = id_of(9);
	leaf[5].reference = "order-8";
	leaf[6].metadata = "{}";
	leaf[7].salt = other_salt;
	p[8]->amount++;
	p[9]->from_balance++;
	p[10]->to_sequence++;
	leaf[11].count = 0;
	for (size_t i = 0; i < COUNT(leaf); i++)
		assert_true(differs(&leaf[i]));
}

/* A commitment is opened by its own salt, which does not open another. */
static void
commitments_are_opened_one_by_one(void **state)
{
	struct hash reference;
	struct hash metadata;
	struct hash hash;

	(void)state;
	leaf_field_salt(salt, "reference", &reference);
	leaf_field_salt(salt, "metadata", &metadata);
	assert_false(hash_equal(&reference, &metadata));
	leaf_commit(&reference, "order-7 \xc3\xa9", &hash);
	assert_non_null(strstr(expected, hex_encode(arena, hash.bytes, sizeof(hash.bytes))));
	leaf_commit(&metadata, "order-7 \xc3\xa9", &hash);
	assert_null(strstr(expected, hex_encode(arena, hash.bytes, sizeof(hash.bytes))));
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_defined_bytes),
		cmocka_unit_test(hashes_one_after_the_other),
		cmocka_unit_test(each_part_counts),
		cmocka_unit_test(commitments_are_opened_one_by_one),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
