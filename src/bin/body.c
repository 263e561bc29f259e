#include "bin/body.h"

#include "base/arena.h"

enum { REST_MAX = 64 * 1024 };

static enum body_state
read_announced(struct arena *arena, FCGX_Request *fcgi, const char *content_length, int64_t most,
	       struct bytes *body)
{
	int64_t length = 0;
	char *bytes;

	if (content_length != NULL && content_length[0] != '\0' &&
	    (!integer_parse(&length, content_length) || length < 0))
		return BODY_INCOMPLETE;
	if (length == 0)
		return BODY_WHOLE;
	if (length > most)
		return BODY_TOO_LARGE;
	bytes = arena_room(arena, (size_t)length + 1);
	if (FCGX_GetStr(bytes, (int)length, fcgi->in) != (int)length)
		return BODY_INCOMPLETE;
	bytes[length] = '\0';
	*body = (struct bytes){bytes, (size_t)length};
	return BODY_WHOLE;
}

/*
 * Read what follows, at least the record that ends the body. What is left of a request in the connection
 * would be taken for the next one, so that libfcgi would close it under a request of the web server.
 */
static void
read_rest(FCGX_Request *fcgi)
{
	char rest[1024];

	for (size_t n = 0; n < REST_MAX; n += sizeof(rest))
		if (FCGX_GetStr(rest, sizeof(rest), fcgi->in) < (int)sizeof(rest))
			return;
	fcgi->keepConnection = 0;
}

enum body_state
body_read(struct arena *arena, FCGX_Request *fcgi, const char *content_length, int64_t most,
	  struct bytes *body)
{
	enum body_state state = read_announced(arena, fcgi, content_length, most, body);

	if (state == BODY_TOO_LARGE)
		fcgi->keepConnection = 0;
	else
		read_rest(fcgi);
	return state;
}
