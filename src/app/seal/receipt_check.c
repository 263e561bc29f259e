#include "app/seal/receipt_check.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "tlog/checkpoint.h"
#include "tlog/leaf.h"
#include "json/reader.h"

enum { DIGITS = 2 * SHA256_SIZE };

struct check {
	struct arena *arena;
	const char *problem; /* the first one */
};

static bool
differs(struct check *c, const char *problem)
{
	if (c->problem == NULL)
		c->problem = problem;
	return false;
}

static size_t
count_of(const char *const *names)
{
	size_t n = 0;

	while (names[n] != NULL)
		n++;
	return n;
}

/* All of these members and no others: what is not checked must not be there. */
static bool
has_members(struct check *c, const struct json_object *object, const char *const *names)
{
	struct json_object *value;
	const char *name;
	size_t n = 0;

	if (json_kind(object) == JSON_OBJECT) {
		while (json_member_at(object, n, &name, &value) && text_index(names, name) >= 0)
			n++;
		/* No member is repeated: as many as there are names are all of them. */
		if (!json_member_at(object, n, &name, &value) && n == count_of(names))
			return true;
	}
	return differs(c, arena_printf(c->arena, "the object of %s has other members", names[0]));
}

static bool
read_lines(struct check *c, const struct json_object *object, const char *name, const char **out)
{
	struct json_object *value = json_member(object, name, NULL);

	if (json_kind(value) != JSON_TEXT)
		return differs(c, arena_printf(c->arena, "%s is not a string", name));
	*out = json_text_value(value);
	return true;
}

static bool
read_text(struct check *c, const struct json_object *object, const char *name, const char **out)
{
	if (!read_lines(c, object, name, out))
		return false;
	return !text_has_control(*out) ||
	       differs(c, arena_printf(c->arena, "%s has control characters", name));
}

/* Only in the form in which it is written; nil for null, and for nothing else. */
static bool
read_id(struct check *c, const struct json_object *object, const char *name, bool may_be_null,
	struct uuid *out)
{
	char again[UUID_TEXT_MAX];
	const char *text;

	*out = (struct uuid){0};
	if (may_be_null && json_kind(json_member(object, name, NULL)) == JSON_NULL)
		return true;
	return read_text(c, object, name, &text) &&
	       ((uuid_parse(out, text) && !uuid_is_nil(*out) &&
		 text_equal(uuid_text(again, *out), text)) ||
		differs(c, arena_printf(c->arena, "%s is not an id", name)));
}

static bool
read_number(struct check *c, const struct json_object *object, const char *name, int64_t *out)
{
	struct json_object *value = json_member(object, name, NULL);

	if (json_kind(value) != JSON_INTEGER)
		return differs(c, arena_printf(c->arena, "%s is not an integer", name));
	*out = json_integer_value(value);
	return true;
}

typedef bool read_item(struct check *c, const struct json_object *item, void *out);

static bool
read_list(struct check *c, const struct json_object *object, const char *name, read_item *read,
	  size_t size, struct list *out)
{
	struct json_object *list = json_member(object, name, NULL);
	bool good = json_kind(list) == JSON_LIST ||
		    differs(c, arena_printf(c->arena, "%s is not a list", name));

	out->count = good ? json_list_length(list) : 0;
	out->items = arena_array(c->arena, out->count, size);
	for (size_t i = 0; good && i < out->count; i++)
		good = read(c, json_list_item(list, i), (char *)out->items + i * size);
	return good;
}

static bool
read_posting(struct check *c, const struct json_object *item, void *out)
{
	static const char *const names[] = {"fromAccountId", "toAccountId", "minorUnits",
					    "currency", NULL};
	struct receipt_posting *posting = out;

	return has_members(c, item, names) &&
	       read_id(c, item, "fromAccountId", false, &posting->from) &&
	       read_id(c, item, "toAccountId", false, &posting->to) &&
	       read_text(c, item, "minorUnits", &posting->amount) &&
	       read_text(c, item, "currency", &posting->currency);
}

static bool
read_content(struct check *c, const struct json_object *object, struct receipt_content *out)
{
	static const char *const names[] = {"mode", "projectId", "id",       "type",
					    "time", "reverses",  "postings", NULL};

	return has_members(c, object, names) && read_text(c, object, "mode", &out->mode) &&
	       read_id(c, object, "projectId", true, &out->project) &&
	       read_id(c, object, "id", false, &out->id) &&
	       read_text(c, object, "type", &out->type) &&
	       read_text(c, object, "time", &out->time) &&
	       read_id(c, object, "reverses", true, &out->reverses) &&
	       read_list(c, object, "postings", read_posting, sizeof(struct receipt_posting),
			 &out->postings);
}

static bool
read_opening(struct check *c, const struct json_object *item, void *out)
{
	static const char *const names[] = {"name", "salt", "value", NULL};
	struct receipt_opening *opening = out;

	return has_members(c, item, names) && read_text(c, item, "name", &opening->name) &&
	       read_text(c, item, "salt", &opening->salt) &&
	       read_text(c, item, "value", &opening->value);
}

static bool
read_hash(struct check *c, const struct json_object *item, void *out)
{
	const char **text = out;

	*text = json_text_value(item);
	return json_kind(item) == JSON_TEXT || differs(c, "path has an item that is not a string");
}

static bool
read_receipt(struct check *c, struct bytes text, struct receipt *out)
{
	static const char *const names[] = {"format",     "transaction", "leaf", "openings",
					    "index",      "size",        "path", "origin",
					    "checkpoint", NULL};
	struct fault fault = {.err = ERR_OK};
	struct json_object *object;
	struct list path;

	if (json_read(c->arena, &fault, text.data, text.length, &object) != ERR_OK)
		return differs(c, arena_printf(c->arena, "it is not JSON: %s", fault.message));
	if (!has_members(c, object, names) || !read_text(c, object, "format", &out->format) ||
	    !(text_equal(out->format, RECEIPT_FORMAT) ||
	      differs(c, "format is not " RECEIPT_FORMAT)) ||
	    !read_content(c, json_member(object, "transaction", NULL), &out->transaction) ||
	    !read_lines(c, object, "leaf", &out->leaf) ||
	    !read_list(c, object, "openings", read_opening, sizeof(struct receipt_opening),
		       &out->openings) ||
	    !read_number(c, object, "index", &out->index) ||
	    !read_number(c, object, "size", &out->size) ||
	    !read_list(c, object, "path", read_hash, sizeof(const char *), &path) ||
	    !read_text(c, object, "origin", &out->origin) ||
	    !read_lines(c, object, "checkpoint", &out->checkpoint))
		return false;
	out->path = (struct text_list){path.items, path.count};
	return true;
}

/* The leaf while it is compared, and the commitments in it: to reference and metadata, then two for each
 * posting. */
struct leaf_reader {
	const char *at;
	size_t line;
	const char **commitments;
	size_t count;
};

/* The next line, which is this text, and so many commitments behind it. */
static bool
same_line(struct check *c, struct leaf_reader *leaf, const char *text, size_t commitments)
{
	const char *rest = commitments > 0 ? " …" : "";
	bool same = text_starts_with(leaf->at, text);

	leaf->line++;
	leaf->at += same ? strlen(text) : 0;
	for (; same && commitments > 0; commitments--) {
		same = leaf->at[0] == ' ' && strspn(leaf->at + 1, "0123456789abcdef") == DIGITS;
		if (same)
			leaf->commitments[leaf->count++] =
				arena_strndup(c->arena, leaf->at + 1, DIGITS);
		leaf->at += same ? 1 + DIGITS : 0;
	}
	if (!same || leaf->at[0] != '\n')
		return differs(c, arena_printf(c->arena, "line %zu of leaf is not \"%s%s\"",
					       leaf->line, text, rest));
	leaf->at++;
	return true;
}

static const char *
id_line(struct arena *arena, const char *name, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(arena, "%s %s", name, uuid_is_nil(id) ? "-" : uuid_text(text, id));
}

static bool
same_head(struct check *c, const struct receipt_content *t, struct leaf_reader *leaf)
{
	const char *lines[] = {LEAF_VERSION,
			       arena_printf(c->arena, "mode %s", t->mode),
			       id_line(c->arena, "project", t->project),
			       id_line(c->arena, "id", t->id),
			       arena_printf(c->arena, "type %s", t->type),
			       arena_printf(c->arena, "time %s", t->time),
			       id_line(c->arena, "reverses", t->reverses)};

	for (size_t i = 0; i < COUNT(lines); i++)
		if (!same_line(c, leaf, lines[i], 0))
			return false;
	return same_line(c, leaf, "reference", 1) && same_line(c, leaf, "metadata", 1);
}

/* The leaf is made of the transaction. */
static bool
same_leaf(struct check *c, const struct receipt *receipt, struct leaf_reader *leaf)
{
	const struct list *postings = &receipt->transaction.postings;

	if (!same_head(c, &receipt->transaction, leaf))
		return false;
	for (size_t i = 0; i < postings->count; i++) {
		const struct receipt_posting *p =
			&((const struct receipt_posting *)postings->items)[i];
		char from[UUID_TEXT_MAX];
		char to[UUID_TEXT_MAX];

		if (!same_line(c, leaf,
			       arena_printf(c->arena, "posting %zu %s %s %s %s", i,
					    uuid_text(from, p->from), uuid_text(to, p->to),
					    p->amount, p->currency),
			       2))
			return false;
	}
	return *leaf->at == '\0' || differs(c, "leaf has more lines than the transaction");
}

static const char *
name_of(struct arena *arena, size_t commitment)
{
	static const char *const first[] = {"reference", "metadata"};

	return commitment < COUNT(first)
		       ? first[commitment]
		       : arena_printf(arena, "%s %zu", commitment % 2 == 0 ? "from" : "to",
				      commitment / 2 - 1);
}

static bool
is_opened(struct check *c, const struct receipt_opening *opening, const struct leaf_reader *leaf)
{
	struct hash salt;
	struct hash hash;
	size_t i = 0;

	while (i < leaf->count && !text_equal(opening->name, name_of(c->arena, i)))
		i++;
	if (i == leaf->count)
		return differs(c, "openings has a name that the leaf has no commitment of");
	if (strspn(opening->salt, "0123456789abcdef") != DIGITS ||
	    !hex_decode(salt.bytes, sizeof(salt.bytes), opening->salt) ||
	    opening->salt[DIGITS] != '\0')
		return differs(c, "openings has a salt that is not 64 hexadecimal digits");
	leaf_commit(&salt, opening->value, &hash);
	return text_equal(hex_encode(c->arena, hash.bytes, sizeof(hash.bytes)),
			  leaf->commitments[i]) ||
	       differs(c, arena_printf(c->arena,
				       "the opening of %s does not match its commitment in leaf",
				       opening->name));
}

static bool
read_path(struct check *c, const struct text_list *path, struct merkle_proof *out)
{
	if (path->count > MERKLE_PROOF_MAX)
		return differs(c, "path has too many hashes");
	out->count = path->count;
	for (size_t i = 0; i < path->count; i++) {
		struct bytes hash;

		if (!base64_decode(c->arena, path->items[i], &hash) ||
		    hash.length != sizeof(out->path[i].bytes))
			return differs(c, arena_printf(c->arena, "path[%zu] is not a hash", i));
		memcpy(out->path[i].bytes, hash.data, hash.length);
	}
	return true;
}

/* The checkpoint that a key of its origin has signed. */
static bool
open_checkpoint(struct check *c, const char *note, const struct note_key *keys, size_t count,
		struct checkpoint *out)
{
	const char *why = "no known key has signed it";

	for (size_t i = 0; i < count; i++) {
		const char *text = note_open(c->arena, note, &keys[i], 1, &why);

		if (text != NULL && checkpoint_parse(c->arena, text, out) &&
		    text_equal(out->origin, keys[i].name))
			return true;
	}
	return differs(c, arena_printf(c->arena, "checkpoint: %s", why));
}

static bool
is_sealed(struct check *c, const struct receipt *receipt, const struct note_key *keys, size_t count)
{
	struct checkpoint checkpoint;
	struct merkle_proof proof;
	struct hash hash;

	if (!read_path(c, &receipt->path, &proof) ||
	    !open_checkpoint(c, receipt->checkpoint, keys, count, &checkpoint))
		return false;
	if (!text_equal(checkpoint.origin, receipt->origin))
		return differs(c, "origin is not that of the checkpoint");
	if (checkpoint.size != receipt->size)
		return differs(c, "size is not that of the checkpoint");
	merkle_leaf(receipt->leaf, strlen(receipt->leaf), &hash);
	return merkle_included(receipt->index, receipt->size, &hash, &proof, &checkpoint.root) ||
	       differs(c, "leaf, index and path do not lead to the root of the checkpoint");
}

const char *
receipt_check(struct arena *arena, struct bytes text, const struct note_key *keys, size_t count,
	      struct receipt *out)
{
	struct check c = {.arena = arena};
	struct leaf_reader leaf = {0};

	*out = (struct receipt){0};
	if (!read_receipt(&c, text, out))
		return c.problem;
	leaf.at = out->leaf;
	leaf.commitments = arena_array(arena, 2 + 2 * out->transaction.postings.count,
				       sizeof(*leaf.commitments));
	if (!same_leaf(&c, out, &leaf))
		return c.problem;
	for (size_t i = 0; i < out->openings.count; i++)
		if (!is_opened(&c, &((const struct receipt_opening *)out->openings.items)[i],
			       &leaf))
			return c.problem;
	return is_sealed(&c, out, keys, count) ? NULL : c.problem;
}
