/* dialects.h - the five APIs that the server speaks. */
#ifndef API_DIALECTS_H
#define API_DIALECTS_H

#include "api/call.h"

extern const struct dialect pocket;
extern const struct dialect bitpal;
extern const struct dialect otp;
extern const struct dialect moolah;
extern const struct dialect drop;

/* The reply's schema as it is, without an envelope: for flat bodies. */
void describe_flat(struct jw *w, const struct dialect *dialect, const struct route *route,
		   bool example, const char *name);
/* What the envelope of a success has, each written as its JSON Schema or as an example: the object
 * itself, members of a simple type, and "data": a list, an object or null, as the route has it. */
void describe_open(struct jw *w, bool example, const char *name);
void describe_text(struct jw *w, bool example, const char *name, const char *value);
void describe_integer(struct jw *w, bool example, const char *name, int64_t value);
void describe_bool(struct jw *w, bool example, const char *name, bool value);
void describe_data(struct jw *w, const struct dialect *dialect, const struct route *route,
		   bool example);
void describe_close(struct jw *w, bool example);
/* A property of a simple type in a JSON Schema. */
void describe_property(struct jw *w, const char *name, const char *type);

/* "data" of a success: what the handler left in out, as describe_data() says. */
void write_data(struct jw *w, const struct call *call, const void *out);
/* The violations of the call's fault as a list, as its dialect has it; nothing if there are none. */
void write_violations(struct jw *w, const struct call *call);
/* The dialect's error as JSON Schema. */
void describe_error(struct jw *w, const struct dialect *dialect, const char *name);

#endif
