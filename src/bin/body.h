/* body.h - the body of a FastCGI request, as long as the web server says that it is. */
#ifndef BIN_BODY_H
#define BIN_BODY_H

#include <fcgiapp.h>

#include "base/text.h"

struct arena;

enum body_state {
	BODY_WHOLE,      /* or there is none */
	BODY_TOO_LARGE,  /* not read */
	BODY_INCOMPLETE, /* less came than was announced, or what was announced is no length */
};

/* Read the body; anything but BODY_WHOLE leaves it empty, and must be refused. */
enum body_state body_read(struct arena *arena, FCGX_Request *fcgi, int64_t most,
			  struct bytes *body) MUST_CHECK;

#endif
