#include "bin/body.h"

#include "base/arena.h"

enum body_state
body_read(struct arena *arena, FCGX_Request *fcgi, int64_t most, struct bytes *body)
{
	const char *text = FCGX_GetParam("CONTENT_LENGTH", fcgi->envp);
	int64_t length = 0;
	char *bytes;

	if (text != NULL && text[0] != '\0' && (!integer_parse(&length, text) || length < 0))
		return BODY_INCOMPLETE;
	if (length == 0)
		return BODY_WHOLE;
	if (length > most)
		return BODY_TOO_LARGE;
	bytes = arena_alloc(arena, (size_t)length + 1);
	if (FCGX_GetStr(bytes, (int)length, fcgi->in) != (int)length)
		return BODY_INCOMPLETE;
	*body = (struct bytes){bytes, (size_t)length};
	return BODY_WHOLE;
}
