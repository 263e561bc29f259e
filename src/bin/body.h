/* body.h - reading the body of a FastCGI request, up to its announced length. */
#ifndef BIN_BODY_H
#define BIN_BODY_H

#include <fcgiapp.h>

#include "base/text.h"

struct arena;

enum body_state {
	BODY_WHOLE,      /* or no body */
	BODY_TOO_LARGE,  /* not read */
	BODY_INCOMPLETE, /* shorter than announced, or the announced length is invalid */
};

/* Read the body, as long as CONTENT_LENGTH says, which may be NULL; anything but BODY_WHOLE leaves it empty,
 * and must be refused. The connection serves further requests only if this one was read to its end. */
enum body_state body_read(struct arena *arena, FCGX_Request *fcgi, const char *content_length,
			  int64_t most, struct bytes *body) MUST_CHECK;

#endif
