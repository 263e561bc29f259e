#include <config.h>

#include "crypto/box.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "tests/support/keys.h"

static const struct bytes plain = {"4084084084084081", 16};

static void
opens_what_it_sealed(void **state)
{
	struct keyed *x = *state;
	struct bytes sealed = box_seal(x->keys, x->arena, "voucher 7", plain);
	struct bytes again = box_seal(x->keys, x->arena, "voucher 7", plain);
	struct bytes opened;

	assert_true(box_open(x->keys, x->arena, "voucher 7", sealed, &opened));
	assert_int_equal(opened.length, plain.length);
	assert_string_equal(opened.data, plain.data);
	assert_int_equal(sealed.length, again.length);
	assert_memory_not_equal(sealed.data, again.data, sealed.length);
	sealed = box_seal(x->keys, x->arena, "", (struct bytes){"", 0});
	assert_true(box_open(x->keys, x->arena, "", sealed, &opened));
	assert_int_equal(opened.length, 0);
}

static void
refuses_every_change(void **state)
{
	struct keyed *x = *state;
	struct bytes sealed = box_seal(x->keys, x->arena, "voucher 7", plain);
	struct bytes opened;

	for (size_t i = 0; i < sealed.length; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			unsigned char *copy = arena_copy(x->arena, sealed.data, sealed.length);

			copy[i] ^= (unsigned char)(1U << bit);
			assert_false(box_open(x->keys, x->arena, "voucher 7",
					      (struct bytes){copy, sealed.length}, &opened));
		}
	for (size_t length = 0; length < sealed.length; length++)
		assert_false(box_open(x->keys, x->arena, "voucher 7",
				      (struct bytes){sealed.data, length}, &opened));
}

static void
refuses_other_contexts_and_keys(void **state)
{
	struct keyed *x = *state;
	struct bytes sealed = box_seal(x->keys, x->arena, "voucher 7", plain);
	unsigned char *copy = arena_copy(x->arena, sealed.data, sealed.length);
	struct bytes opened;

	assert_false(box_open(x->keys, x->arena, "voucher 8", sealed, &opened));
	assert_false(box_open(x->keys, x->arena, "", sealed, &opened));
	assert_int_equal(copy[2], 'a');
	copy[2] = 'b'; /* a key that exists, but another one */
	assert_false(box_open(x->keys, x->arena, "voucher 7", (struct bytes){copy, sealed.length},
			      &opened));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_sealed),
		cmocka_unit_test(refuses_every_change),
		cmocka_unit_test(refuses_other_contexts_and_keys),
	};

	return cmocka_run_group_tests(tests, keyed_setup, keyed_teardown);
}
