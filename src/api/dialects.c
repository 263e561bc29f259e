#include "api/dialects.h"

/* The first one answers for paths that belong to none. */
const struct dialect *const dialects[] = {&pocket, &bitpal, &otp, &moolah, &drop, NULL};

void
describe_property(struct jw *w, const char *name, const char *type)
{
	jw_object(w, name);
	jw_text(w, "type", type);
	jw_close(w);
}

void
describe_flat(struct jw *w, const struct dialect *dialect, const struct route *route, bool example,
	      const char *name)
{
	if (example)
		schema_example(route->out, dialect->amounts, w, name);
	else
		schema_describe(route->out, dialect->amounts, true, w, name);
}
