#include "tlog/note.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/hmac.h"

/* Of Ed25519 in key ids and verifier keys. */
enum { TYPE = 1, ID_SIZE = 4, ID_DIGITS = 2 * ID_SIZE };

static const char dash[] = "\xe2\x80\x94 ";

static bool
is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

/* The spaces of Unicode beyond ASCII, as UTF-8. */
static bool
begins_with_space(const char *text)
{
	static const char *const spaces[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80",
					     "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
					     "\xe2\x81\x9f", "\xe3\x80\x80"};

	for (size_t i = 0; i < COUNT(spaces); i++)
		if (text_starts_with(text, spaces[i]))
			return true;
	/* U+2000 to U+200A. */
	return text_starts_with(text, "\xe2\x80") && (unsigned char)text[2] <= 0x8a;
}

bool
note_name_valid(const char *name)
{
	if (*name == '\0' || !utf8_valid(name, strlen(name)))
		return false;
	for (; *name != '\0'; name++)
		if (*name == '+' || is_blank((unsigned char)*name) || begins_with_space(name))
			return false;
	return true;
}

static void
set_id(struct note_key *key)
{
	static const unsigned char type[] = {'\n', TYPE};
	const struct bytes parts[] = {
		{key->name, strlen(key->name)}, {type, sizeof(type)}, {key->key, sizeof(key->key)}};
	unsigned char digest[SHA256_SIZE];

	sha256_parts(parts, COUNT(parts), digest);
	key->id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
		  digest[3];
}

struct note_key
note_key_make(const char *name, const unsigned char key[SIGNATURE_PUBLIC_SIZE])
{
	struct note_key made = {.name = name};

	memcpy(made.key, key, SIGNATURE_PUBLIC_SIZE);
	set_id(&made);
	return made;
}

struct note_key
note_key_of(const char *name, const unsigned char seed[SIGNATURE_SEED_SIZE])
{
	unsigned char key[SIGNATURE_PUBLIC_SIZE];

	signature_public(seed, key);
	return note_key_make(name, key);
}

const char *
note_key_text(struct arena *arena, const struct note_key *key)
{
	unsigned char typed[1 + SIGNATURE_PUBLIC_SIZE] = {TYPE};

	memcpy(typed + 1, key->key, sizeof(key->key));
	return arena_printf(arena, "%s+%08x+%s", key->name, key->id,
			    base64_encode(arena, typed, sizeof(typed)));
}

bool
note_key_parse(struct arena *arena, const char *text, struct note_key *out)
{
	const char *id = strchr(text, '+');
	const char *encoded = id != NULL ? strchr(id + 1, '+') : NULL;
	struct bytes typed = {0};

	if (encoded == NULL || !base64_decode(arena, encoded + 1, &typed) ||
	    typed.length != 1 + SIGNATURE_PUBLIC_SIZE || *(const unsigned char *)typed.data != TYPE)
		return false;
	out->name = arena_strndup(arena, text, (size_t)(id - text));
	memcpy(out->key, (const unsigned char *)typed.data + 1, SIGNATURE_PUBLIC_SIZE);
	set_id(out);
	return note_name_valid(out->name) &&
	       text_equal(arena_strndup(arena, id + 1, (size_t)(encoded - id - 1)),
			  arena_printf(arena, "%08x", out->id));
}

static const char *
signature_line(struct arena *arena, const char *text, const char *name, const unsigned char *seed)
{
	struct note_key key = note_key_of(name, seed);
	unsigned char signature[ID_SIZE + SIGNATURE_SIZE] = {
		(unsigned char)(key.id >> 24), (unsigned char)(key.id >> 16),
		(unsigned char)(key.id >> 8), (unsigned char)key.id};

	signature_make(seed, text, strlen(text), signature + ID_SIZE);
	return arena_printf(arena, "%s%s %s\n", dash, name,
			    base64_encode(arena, signature, sizeof(signature)));
}

const char *
note_sign(struct arena *arena, const char *text, const char *name,
	  const unsigned char *const *seeds, size_t count)
{
	const char *note = arena_printf(arena, "%s\n", text);

	for (size_t i = 0; i < count; i++) {
		const char *parts[] = {note, signature_line(arena, text, name, seeds[i])};

		note = arena_join(arena, parts, COUNT(parts));
	}
	return note;
}

/* Where the signatures begin: after the last empty line. NULL if there is none. */
static const char *
signatures_of(const char *note)
{
	const char *found = NULL;

	for (const char *at = note; (at = strstr(at, "\n\n")) != NULL; at++)
		found = at + 2;
	return found;
}

static bool
is_text(const char *note, size_t length)
{
	if (length > NOTE_SIZE_MAX || length == 0 || note[length - 1] != '\n' ||
	    !utf8_valid(note, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)note[i] < ' ' && note[i] != '\n')
			return false;
	return true;
}

/* The signature of a line, and the key that the line names; *key is NULL if it is none of ours. False if
 * the line is malformed. */
static bool
read_line(struct arena *arena, const char *line, const struct note_key *keys, size_t count,
	  const struct note_key **key, struct bytes *signature)
{
	const char *name = line + sizeof(dash) - 1;
	const char *blank = text_starts_with(line, dash) ? strchr(name, ' ') : NULL;
	const unsigned char *id;

	*key = NULL;
	if (blank == NULL || !base64_decode(arena, blank + 1, signature) ||
	    signature->length <= ID_SIZE)
		return false;
	id = signature->data;
	name = arena_strndup(arena, name, (size_t)(blank - name));
	for (size_t i = 0; i < count && *key == NULL; i++)
		if (text_equal(keys[i].name, name) &&
		    keys[i].id == ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
				   (uint32_t)id[2] << 8 | id[3]))
			*key = &keys[i];
	*signature = (struct bytes){id + ID_SIZE, signature->length - ID_SIZE};
	return note_name_valid(name);
}

/* What is wrong with the signatures of a text; NULL if one of the keys has signed it. */
static const char *
check_signatures(struct arena *arena, const char *text, const char *lines,
		 const struct note_key *keys, size_t count)
{
	bool signed_by_us = false;

	for (size_t n = 0; *lines != '\0'; n++) {
		size_t length = strcspn(lines, "\n");
		const struct note_key *key;
		struct bytes signature;

		if (n == NOTE_SIGNATURES_MAX)
			return "there are too many signatures";
		if (!read_line(arena, arena_strndup(arena, lines, length), keys, count, &key,
			       &signature))
			return "a signature line is malformed";
		if (key != NULL && (signature.length != SIGNATURE_SIZE ||
				    !signature_valid(key->key, text, strlen(text), signature.data)))
			return "a signature is not valid";
		signed_by_us = signed_by_us || key != NULL;
		lines += length + 1;
	}
	return signed_by_us ? NULL : "no known key has signed it";
}

const char *
note_open(struct arena *arena, const char *note, const struct note_key *keys, size_t count,
	  const char **problem)
{
	const char *lines = signatures_of(note);
	const char *text;

	*problem = "it is not a signed note";
	if (!is_text(note, strlen(note)) || lines == NULL)
		return NULL;
	text = arena_strndup(arena, note, (size_t)(lines - 1 - note));
	*problem = check_signatures(arena, text, lines, keys, count);
	return *problem == NULL ? text : NULL;
}
