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
/* A property of a simple type in a JSON Schema. */
void describe_property(struct jw *w, const char *name, const char *type);

/* The violations of the call's fault as a list, as its dialect has it; nothing if there are none. */
void write_violations(struct jw *w, const struct call *call);
/* The dialect's error as JSON Schema. */
void describe_error(struct jw *w, const struct dialect *dialect, const char *name);

#endif
