#include "ledger/tally.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"

enum { SLOTS_FIRST = 64 };

/* Lines in the order of their keys' first occurrence, and a hash table of their numbers, from 1. */
struct tally {
	struct arena *arena;
	struct tally_line *lines;
	size_t count;
	size_t *slots;
	size_t slots_count; /* a power of two, at least twice the number of lines */
};

/* The slot of a key, or the free one where it belongs. */
static size_t *
slot_of(const struct tally *tally, const char *key)
{
	size_t i = (size_t)text_hash(TEXT_HASH, key) & (tally->slots_count - 1);

	while (tally->slots[i] != 0 && !text_equal(tally->lines[tally->slots[i] - 1].key, key))
		i = (i + 1) & (tally->slots_count - 1);
	return &tally->slots[i];
}

static void
grow(struct tally *tally)
{
	struct tally_line *old = tally->lines;

	tally->slots_count = tally->slots_count > 0 ? 2 * tally->slots_count : SLOTS_FIRST;
	tally->slots = arena_array(tally->arena, tally->slots_count, sizeof *tally->slots);
	tally->lines = arena_array(tally->arena, tally->slots_count / 2, sizeof *tally->lines);
	for (size_t i = 0; i < tally->count; i++) {
		tally->lines[i] = old[i];
		*slot_of(tally, old[i].key) = i + 1;
	}
}

struct tally *
tally_new(struct arena *arena)
{
	struct tally *tally = arena_alloc(arena, sizeof *tally);

	tally->arena = arena;
	grow(tally);
	return tally;
}

void
tally_add(struct tally *tally, const char *key, wide_int found, wide_int expected)
{
	size_t *slot = slot_of(tally, key);

	if (*slot == 0 && tally->count == tally->slots_count / 2) {
		grow(tally);
		slot = slot_of(tally, key);
	}
	if (*slot == 0) {
		tally->lines[tally->count] =
			(struct tally_line){.key = arena_strdup(tally->arena, key)};
		*slot = ++tally->count;
	}
	tally->lines[*slot - 1].found += found;
	tally->lines[*slot - 1].expected += expected;
}

const struct tally_line *
tally_at(const struct tally *tally, size_t i)
{
	return i < tally->count ? &tally->lines[i] : NULL;
}
