#pragma once

/*
 * The request of a case: a file with the request line, headers, an empty line and the body, in which
 *	@a@ @b@    are the first field of two random lines of the list, never the same one,
 *	@a2@ @b3@  other fields of these lines, which tabs separate,
 *	@n@        is a text that no other request has,
 *	@+@        draws new lines and a new text for what follows.
 * Host and Content-Length are added. Nothing here is shared by threads once it is read.
 */
#include <stddef.h>
#include <stdint.h>

#include "tests/bench/load/buffer.h"

struct template;

/* What a thread draws with. */
struct draw {
	uint64_t random;
	uint64_t serial;
	unsigned thread;
};

/* Exits with a message if a file can't be read or has a placeholder that is not known. list may be NULL. */
struct template *template_read(const char *file, const char *list, const char *host,
			       const char *prefix);
void template_free(struct template *template);

/* Write the next request, replacing what buffer had. */
void template_render(const struct template *template, struct draw *draw, struct buffer *buffer);
