#include <config.h>

#include "tlog/note.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/cmocka.h"
#include "tlog/checkpoint.h"

/* The example of the specification. */
static const char spec_key[] =
	"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char spec_note[] =
	"This is an example message.\n\n"
	"\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
	"OBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

static struct arena *arena;
static const unsigned char old_seed[SIGNATURE_SEED_SIZE] = {1};
static const unsigned char new_seed[SIGNATURE_SEED_SIZE] = {2};

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
opens_the_example(void **state)
{
	const char *problem;
	struct note_key key;

	(void)state;
	assert_true(note_key_parse(arena, spec_key, &key));
	assert_string_equal(key.name, "example.com/foo");
	assert_string_equal(note_key_text(arena, &key), spec_key);
	assert_string_equal(note_open(arena, spec_note, &key, 1, &problem),
			    "This is an example message.\n");
}

static void
refuses_other_keys(void **state)
{
	static const char *const wrong[] = {
		"",
		"example.com/foo",
		"example.com/foo+530d903a",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example com+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
	};
	struct note_key key;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(note_key_parse(arena, wrong[i], &key));
}

static void
names(void **state)
{
	(void)state;
	assert_true(note_name_valid("example.com/seals/live"));
	assert_true(note_name_valid("caf\xc3\xa9"));
	assert_false(note_name_valid(""));
	assert_false(note_name_valid("a+b"));
	assert_false(note_name_valid("a b"));
	assert_false(note_name_valid("a\nb"));
	assert_false(note_name_valid("a\xc2\xa0z"));
	assert_false(note_name_valid("a\xe2\x80\x89z"));
	assert_false(note_name_valid("\xff"));
}

static bool
opens(const char *note, const struct note_key *keys, size_t count)
{
	const char *problem;

	return note_open(arena, note, keys, count, &problem) != NULL;
}

static void
every_byte_is_signed(void **state)
{
	struct note_key key;
	char *note = arena_strdup(arena, spec_note);

	(void)state;
	assert_true(note_key_parse(arena, spec_key, &key));
	for (size_t i = 0; note[i] != '\0'; i++) {
		char kept = note[i];

		note[i] = kept == 'A' ? 'B' : 'A';
		assert_false(opens(note, &key, 1));
		note[i] = kept;
	}
}

static void
two_keys_sign_beside_each_other(void **state)
{
	const unsigned char *const seeds[] = {old_seed, new_seed};
	struct note_key old = note_key_of("example.com/log", old_seed);
	struct note_key new = note_key_of("example.com/log", new_seed);
	struct note_key other = note_key_of("example.com/other", old_seed);
	struct note_key namesake = old;
	const char *note = note_sign(arena, "a\n\nb\n", "example.com/log", seeds, 2);
	const char *one = note_sign(arena, "a\n\nb\n", "example.com/log", seeds, 1);
	const char *problem;

	(void)state;
	assert_string_equal(note_open(arena, note, &old, 1, &problem), "a\n\nb\n");
	assert_true(opens(note, &new, 1));
	assert_true(opens(one, &old, 1));
	assert_false(opens(one, &new, 1));
	assert_false(opens(note, &other, 1));
	/* A known key whose signature is another's: the whole note is refused. */
	namesake.key[0] ^= 1;
	assert_false(opens(note, (struct note_key[]){new, namesake}, 2));
}

static void
refuses_what_is_no_note(void **state)
{
	static const char *const wrong[] = {
		"",
		"text\n",
		"text\n\n",
		"text",
		"text\n\n\xe2\x80\x94 name\n",
		"text\n\n- example.com/foo Uw2QOkn8\n",
		"text\n\n\xe2\x80\x94 example.com/foo Uw2Q!\n",
		"te\txt\n\n\xe2\x80\x94 example.com/foo Uw2QOkn8\n",
		"\xff\n\n\xe2\x80\x94 example.com/foo Uw2QOkn8\n",
	};
	struct note_key key;

	(void)state;
	assert_true(note_key_parse(arena, spec_key, &key));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(opens(wrong[i], &key, 1));
}

/* The example of the specification of checkpoints. */
static void
checkpoints(void **state)
{
	static const char text[] = "example.com/behind-the-sofa\n20852163\n"
				   "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
	static const char *const wrong[] = {
		"",
		"a\n",
		"a\n1\n",
		"\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nb\n",
	};
	struct checkpoint checkpoint;

	(void)state;
	assert_true(checkpoint_parse(arena, text, &checkpoint));
	assert_string_equal(checkpoint.origin, "example.com/behind-the-sofa");
	assert_int_equal(checkpoint.size, 20852163);
	assert_string_equal(checkpoint_text(arena, &checkpoint), text);
	assert_true(
		checkpoint_parse(arena, arena_printf(arena, "%sextension\n", text), &checkpoint));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(checkpoint_parse(arena, wrong[i], &checkpoint));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_the_example),
		cmocka_unit_test(refuses_other_keys),
		cmocka_unit_test(names),
		cmocka_unit_test(every_byte_is_signed),
		cmocka_unit_test(two_keys_sign_beside_each_other),
		cmocka_unit_test(refuses_what_is_no_note),
		cmocka_unit_test(checkpoints),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
