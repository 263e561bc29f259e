#include "tlog/leaf.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

void
leaf_field_salt(const unsigned char salt[LEAF_SALT_SIZE], const char *name, struct hash *out)
{
	hmac_sha256((struct bytes){salt, LEAF_SALT_SIZE}, name, strlen(name), out->bytes);
}

void
leaf_commit(const struct hash *field_salt, const char *value, struct hash *out)
{
	const struct bytes parts[] = {{field_salt->bytes, sizeof(field_salt->bytes)},
				      {value, strlen(value)}};

	sha256_parts(parts, COUNT(parts), out->bytes);
}

static const char *
commitment(struct arena *arena, const struct leaf *leaf, const char *name, const char *value)
{
	struct hash salt;
	struct hash hash;

	leaf_field_salt(leaf->salt, name, &salt);
	leaf_commit(&salt, value, &hash);
	return hex_encode(arena, hash.bytes, sizeof(hash.bytes));
}

const char *
leaf_state(struct arena *arena, int64_t balance, int64_t sequence)
{
	return arena_printf(arena, "%" PRId64 " %" PRId64, balance, sequence);
}

/* One side of a posting: the account's balance after it, and its number in the account's history. */
static const char *
side(struct arena *arena, const struct leaf *leaf, const char *side, int64_t line, int64_t balance,
     int64_t sequence)
{
	return commitment(arena, leaf, arena_printf(arena, "%s %" PRId64, side, line),
			  leaf_state(arena, balance, sequence));
}

static const char *
posting_line(struct arena *arena, const struct leaf *leaf, const struct leaf_posting *p)
{
	char from[UUID_TEXT_MAX];
	char to[UUID_TEXT_MAX];

	return arena_printf(arena, "posting %" PRId64 " %s %s %" PRId64 " %s %s %s\n", p->line,
			    uuid_text(from, p->from), uuid_text(to, p->to), p->amount, p->currency,
			    side(arena, leaf, "from", p->line, p->from_balance, p->from_sequence),
			    side(arena, leaf, "to", p->line, p->to_balance, p->to_sequence));
}

const char *
leaf_time(struct arena *arena, struct instant time)
{
	time_t seconds = time.us / SECOND_US;
	struct tm tm;
	char text[sizeof("2026-01-31T09:30:00")];

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return arena_printf(arena, "%s.%06" PRId64 "Z", text, time.us % SECOND_US);
}

static const char *
id_text(char buf[UUID_TEXT_MAX], struct uuid id)
{
	return uuid_is_nil(id) ? "-" : uuid_text(buf, id);
}

static const char *
head(struct arena *arena, const struct leaf *leaf)
{
	char project[UUID_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	char reverses[UUID_TEXT_MAX];

	return arena_printf(
		arena,
		LEAF_VERSION "\nmode %s\nproject %s\nid %s\ntype %s\ntime %s\nreverses %s\n"
			     "reference %s\nmetadata %s\n",
		leaf->mode, id_text(project, leaf->project), uuid_text(id, leaf->id), leaf->type,
		leaf_time(arena, leaf->time), id_text(reverses, leaf->reverses),
		commitment(arena, leaf, "reference", leaf->reference),
		commitment(arena, leaf, "metadata", leaf->metadata));
}

struct bytes
leaf_text(struct arena *arena, const struct leaf *leaf)
{
	const char **lines = arena_array(arena, leaf->count + 1, sizeof(*lines));
	const char *text;

	lines[0] = head(arena, leaf);
	for (size_t i = 0; i < leaf->count; i++)
		lines[i + 1] = posting_line(arena, leaf, &leaf->postings[i]);
	text = arena_join(arena, lines, leaf->count + 1);
	return (struct bytes){text, strlen(text)};
}
