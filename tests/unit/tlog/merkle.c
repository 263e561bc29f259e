#include <config.h>

#include "tlog/merkle.h"

#include <string.h>

#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tlog/tile.h"

enum { LEAVES = 130 };

/* The leaves and roots of the tests of Certificate Transparency's logs. */
static const char *const inputs[] = {"",
				     "00",
				     "10",
				     "2021",
				     "3031",
				     "40414243",
				     "5051525354555657",
				     "606162636465666768696a6b6c6d6e6f"};
static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static struct hash leaves[LEAVES];

static enum err
read_leaves(void *arg, int level, int64_t index, struct hash *out)
{
	const struct hash *from = arg;

	merkle_root(from + (index << level), (size_t)1 << level, out);
	return ERR_OK;
}

static const struct merkle_tree tree = {read_leaves, leaves};

static int
setup(void **state)
{
	(void)state;
	for (int i = 0; i < LEAVES; i++)
		merkle_leaf(&i, sizeof(i), &leaves[i]);
	return 0;
}

/* The definition of RFC 6962, section 2.1. */
static void
slow_root(const struct hash *from, size_t n, struct hash *out)
{
	struct hash left;
	struct hash right;
	size_t k = 1;

	if (n == 1) {
		*out = *from;
		return;
	}
	while (2 * k < n)
		k *= 2;
	slow_root(from, k, &left);
	slow_root(from + k, n - k, &right);
	merkle_node(&left, &right, out);
}

static void
has_the_known_roots(void **state)
{
	struct hash known[COUNT(inputs)];

	(void)state;
	for (size_t i = 0; i < COUNT(inputs); i++) {
		unsigned char data[16];

		assert_true(hex_decode(data, strlen(inputs[i]) / 2, inputs[i]));
		merkle_leaf(data, strlen(inputs[i]) / 2, &known[i]);
	}
	for (size_t n = 0; n < COUNT(roots); n++) {
		struct hash expected;
		struct hash root;

		assert_true(hex_decode(expected.bytes, sizeof(expected.bytes), roots[n]));
		merkle_root(known, n, &root);
		assert_memory_equal(root.bytes, expected.bytes, sizeof(root.bytes));
	}
}

static void
roots_are_those_of_the_definition(void **state)
{
	(void)state;
	for (size_t n = 1; n <= LEAVES; n++) {
		struct hash expected;
		struct hash root;

		slow_root(leaves, n, &expected);
		merkle_root(leaves, n, &root);
		assert_true(hash_equal(&root, &expected));
		assert_int_equal(merkle_root_at(&tree, (int64_t)n, &root), ERR_OK);
		assert_true(hash_equal(&root, &expected));
	}
}

/* No proof remains valid with one bit changed, one hash more, or one less. */
static void
refuses_other_inclusions(int64_t index, int64_t size, struct merkle_proof *proof,
			 const struct hash *root)
{
	for (size_t i = 0; i < proof->count; i++) {
		size_t bit = ((size_t)index * 31 + i * 7) % 256;

		proof->path[i].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(merkle_included(index, size, &leaves[index], proof, root));
		proof->path[i].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	proof->count++;
	assert_false(merkle_included(index, size, &leaves[index], proof, root));
	proof->count--;
	if (proof->count > 0) {
		proof->count--;
		assert_false(merkle_included(index, size, &leaves[index], proof, root));
		proof->count++;
	}
	assert_false(merkle_included(index, size, &leaves[(index + 1) % LEAVES], proof, root));
	assert_false(merkle_included(index + 1, size, &leaves[index], proof, root));
	assert_false(merkle_included(-1, size, &leaves[index], proof, root));
}

static void
every_inclusion_is_proved(void **state)
{
	(void)state;
	for (int64_t size = 1; size <= LEAVES; size++) {
		struct hash root;

		merkle_root(leaves, (size_t)size, &root);
		for (int64_t index = 0; index < size; index++) {
			struct merkle_proof proof = {0};

			assert_int_equal(merkle_inclusion(&tree, index, size, &proof), ERR_OK);
			assert_true(merkle_included(index, size, &leaves[index], &proof, &root));
			refuses_other_inclusions(index, size, &proof, &root);
		}
	}
}

static void
refuses_other_consistencies(int64_t old, int64_t size, struct merkle_proof *proof,
			    const struct hash *old_root, const struct hash *root)
{
	for (size_t i = 0; i < proof->count; i++) {
		size_t bit = ((size_t)old * 31 + i * 7) % 256;

		proof->path[i].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(merkle_consistent(old, size, old_root, root, proof));
		proof->path[i].bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	proof->count++;
	assert_false(merkle_consistent(old, size, old_root, root, proof));
	proof->count--;
	assert_false(merkle_consistent(old, size, &leaves[0], root, proof) && old > 1);
	assert_false(merkle_consistent(size + 1, size, old_root, root, proof));
}

static void
every_consistency_is_proved(void **state)
{
	(void)state;
	for (int64_t size = 0; size <= LEAVES; size++) {
		struct hash root;

		merkle_root(leaves, (size_t)size, &root);
		for (int64_t old = 0; old <= size; old++) {
			struct merkle_proof proof = {0};
			struct hash old_root;

			merkle_root(leaves, (size_t)old, &old_root);
			assert_int_equal(merkle_consistency(&tree, old, size, &proof), ERR_OK);
			assert_true(merkle_consistent(old, size, &old_root, &root, &proof));
			refuses_other_consistencies(old, size, &proof, &old_root, &root);
		}
	}
}

/* All bits of one proof of each kind. */
static void
every_bit_counts(void **state)
{
	struct merkle_proof inclusion;
	struct merkle_proof consistency;
	struct hash root;
	struct hash old_root;

	(void)state;
	merkle_root(leaves, LEAVES, &root);
	merkle_root(leaves, 77, &old_root);
	assert_int_equal(merkle_inclusion(&tree, 77, LEAVES, &inclusion), ERR_OK);
	assert_int_equal(merkle_consistency(&tree, 77, LEAVES, &consistency), ERR_OK);
	for (size_t bit = 0; bit < inclusion.count * 256; bit++) {
		unsigned char *byte = &inclusion.path[bit / 256].bytes[bit % 256 / 8];

		*byte ^= (unsigned char)(1 << bit % 8);
		assert_false(merkle_included(77, LEAVES, &leaves[77], &inclusion, &root));
		*byte ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < consistency.count * 256; bit++) {
		unsigned char *byte = &consistency.path[bit / 256].bytes[bit % 256 / 8];

		*byte ^= (unsigned char)(1 << bit % 8);
		assert_false(merkle_consistent(77, LEAVES, &old_root, &root, &consistency));
		*byte ^= (unsigned char)(1 << bit % 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_the_known_roots),
		cmocka_unit_test(roots_are_those_of_the_definition),
		cmocka_unit_test(every_inclusion_is_proved),
		cmocka_unit_test(every_consistency_is_proved),
		cmocka_unit_test(every_bit_counts),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
