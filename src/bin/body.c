#include "bin/body.h"

#include "base/arena.h"

enum body_state
body_read(struct arena *arena, FCGX_Request *fcgi, const char *content_length, int64_t most,
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
