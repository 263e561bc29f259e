#include "tlog/leaf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hmac.h"

/* Bytes: of memory for a leaf, whose text has a few hundred for each posting. */
enum { LEAF_MAX = 4 * 1024 * 1024 };

/* What a leaf is written with. */
struct writer {
	struct arena *arena;
	struct hmac_context *salts; /* its key is the leaf's salt */
	const struct leaf *leaf;
};

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
commitment(const struct writer *writer, const char *name, const char *value)
{
	struct hash salt;
	struct hash hash;

	hmac_context_digest(writer->salts, name, strlen(name), salt.bytes);
	leaf_commit(&salt, value, &hash);
	return hex_encode(writer->arena, hash.bytes, sizeof(hash.bytes));
}

const char *
leaf_state(struct arena *arena, int64_t balance, int64_t sequence)
{
	char first[INTEGER_TEXT_MAX];
	char second[INTEGER_TEXT_MAX];
	const char *const parts[] = {integer_text(first, balance), " ",
				     integer_text(second, sequence)};

	return arena_join(arena, parts, COUNT(parts));
}

/* One side of a posting: the account's balance after it, and its number in the account's history. */
static const char *
side(const struct writer *writer, const char *prefix, int64_t line, int64_t balance,
     int64_t sequence)
{
	char number[INTEGER_TEXT_MAX];
	const char *const name[] = {prefix, integer_text(number, line)};

	return commitment(writer, arena_join(writer->arena, name, COUNT(name)),
			  leaf_state(writer->arena, balance, sequence));
}

static const char *
posting_line(const struct writer *writer, const struct leaf_posting *p)
{
	char line[INTEGER_TEXT_MAX];
	char amount[INTEGER_TEXT_MAX];
	char from[UUID_TEXT_MAX];
	char to[UUID_TEXT_MAX];
	const char *const parts[] = {
		"posting ", integer_text(line, p->line),
		" ",        uuid_text(from, p->from),
		" ",        uuid_text(to, p->to),
		" ",        integer_text(amount, p->amount),
		" ",        p->currency,
		" ",        side(writer, "from ", p->line, p->from_balance, p->from_sequence),
		" ",        side(writer, "to ", p->line, p->to_balance, p->to_sequence),
		"\n",
	};

	return arena_join(writer->arena, parts, COUNT(parts));
}

const char *
leaf_time(struct arena *arena, struct instant time)
{
	enum { DIGITS = 6 };
	char text[INSTANT_TEXT_MAX];
	int64_t rest = time.us % SECOND_US;
	char *fraction;

	(void)instant_text(text, time);
	fraction = text + strcspn(text, ".") + 1;
	for (size_t i = DIGITS; i-- > 0; rest /= 10)
		fraction[i] = (char)('0' + rest % 10);
	memcpy(fraction + DIGITS, "Z", 2);
	return arena_strdup(arena, text);
}

static const char *
id_text(char buf[UUID_TEXT_MAX], struct uuid id)
{
	return uuid_is_nil(id) ? "-" : uuid_text(buf, id);
}

static const char *
head(const struct writer *writer)
{
	const struct leaf *leaf = writer->leaf;
	char project[UUID_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	char reverses[UUID_TEXT_MAX];
	const char *const parts[] = {
		LEAF_VERSION,
		"\nmode ",
		leaf->mode,
		"\nproject ",
		id_text(project, leaf->project),
		"\nid ",
		uuid_text(id, leaf->id),
		"\ntype ",
		leaf->type,
		"\ntime ",
		leaf_time(writer->arena, leaf->time),
		"\nreverses ",
		id_text(reverses, leaf->reverses),
		"\nreference ",
		commitment(writer, "reference", leaf->reference),
		"\nmetadata ",
		commitment(writer, "metadata", leaf->metadata),
		"\n",
	};

	return arena_join(writer->arena, parts, COUNT(parts));
}

static struct bytes
write_leaf(struct arena *arena, struct hmac_context *salts, const struct leaf *leaf)
{
	const struct writer writer = {arena, salts, leaf};
	const char **lines = arena_array(arena, leaf->count + 1, sizeof(*lines));
	const char *text;

	hmac_context_key(salts, (struct bytes){leaf->salt, LEAF_SALT_SIZE});
	lines[0] = head(&writer);
	for (size_t i = 0; i < leaf->count; i++)
		lines[i + 1] = posting_line(&writer, &leaf->postings[i]);
	text = arena_join(arena, lines, leaf->count + 1);
	return (struct bytes){text, strlen(text)};
}

struct bytes
leaf_text(struct arena *arena, const struct leaf *leaf)
{
	struct hmac_context *salts = hmac_context_new();
	struct bytes text = write_leaf(arena, salts, leaf);

	hmac_context_free(salts);
	return text;
}

struct leaf_hasher {
	struct arena *arena;
	struct hmac_context *salts;
};

struct leaf_hasher *
leaf_hasher_new(void)
{
	struct leaf_hasher *hasher = malloc(sizeof(*hasher));

	if (hasher == NULL) {
		(void)fputs("leaf: out of memory\n", stderr);
		abort();
	}
	*hasher = (struct leaf_hasher){arena_new(LEAF_MAX), hmac_context_new()};
	return hasher;
}

void
leaf_hasher_free(struct leaf_hasher *hasher)
{
	if (hasher == NULL)
		return;
	arena_free(hasher->arena);
	hmac_context_free(hasher->salts);
	free(hasher);
}

void
leaf_hash(struct leaf_hasher *hasher, const struct leaf *leaf, struct hash *out)
{
	struct bytes text = write_leaf(hasher->arena, hasher->salts, leaf);

	merkle_leaf(text.data, text.length, out);
	arena_reset(hasher->arena);
}
