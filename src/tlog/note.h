/*
 * note.h - signed notes (C2SP signed-note) with Ed25519.
 *
 * A note is a text that ends with a newline, an empty line, and a line for each signature:
 * "— <key name> base64(key id, signature)". A verifier key is "<key name>+<key id>+base64(1, public key)".
 */
#ifndef TLOG_NOTE_H
#define TLOG_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "crypto/signature.h"

enum { NOTE_SIZE_MAX = 65536, NOTE_SIGNATURES_MAX = 64 };

/* A verifier's key. */
struct note_key {
	const char *name;
	uint32_t id; /* made of name and key */
	unsigned char key[SIGNATURE_PUBLIC_SIZE];
};

/* Not empty, without blanks, control characters and plus signs. */
bool note_name_valid(const char *name);
/* The verifier key of a public key, and of a private one. The name is not copied. */
struct note_key note_key_make(const char *name, const unsigned char key[SIGNATURE_PUBLIC_SIZE]);
struct note_key note_key_of(const char *name, const unsigned char seed[SIGNATURE_SEED_SIZE]);
/* Its text form. */
const char *note_key_text(struct arena *arena, const struct note_key *key);
/* False if the text is not a verifier key of Ed25519, or its id is not that of its name and key. */
bool note_key_parse(struct arena *arena, const char *text, struct note_key *out) MUST_CHECK;

/* The text, which ends with a newline, and its signatures by keys of one name. */
const char *note_sign(struct arena *arena, const char *text, const char *name,
		      const unsigned char *const *seeds, size_t count);

/*
 * The text of a note that one of the keys has signed. Signatures by other keys are ignored. NULL, with
 * the reason in problem, if the note is malformed, if no key has signed it, or if a signature that
 * names a key is not its own.
 */
const char *note_open(struct arena *arena, const char *note, const struct note_key *keys,
		      size_t count, const char **problem);

#endif
