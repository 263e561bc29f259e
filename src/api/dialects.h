/* dialects.h - the five APIs that the server speaks. */
#ifndef API_DIALECTS_H
#define API_DIALECTS_H

#include "api/dialect.h"

extern const struct dialect pocket;
extern const struct dialect bitpal;
extern const struct dialect otp;
extern const struct dialect moolah;
extern const struct dialect drop;

/* The reply's schema itself, without an envelope: for flat bodies. */
void describe_flat(struct jw *w, const struct dialect *dialect, const struct route *route,
		   bool example, const char *name);
/* The envelope of a success, written as its JSON Schema or as an example. All its members are
 * always present. */
enum { ENVELOPE_MEMBERS_MAX = 8 };

struct envelope {
	struct jw *w;
	bool example;
	const char *members[ENVELOPE_MEMBERS_MAX];
	size_t count;
};

struct envelope envelope_open(struct jw *w, bool example, const char *name);
void envelope_text(struct envelope *e, const char *name, const char *value);
/* A constant text. */
void envelope_word(struct envelope *e, const char *name, const char *value);
void envelope_integer(struct envelope *e, const char *name, int64_t value);
void envelope_bool(struct envelope *e, const char *name);
/* A member that is always true. */
void envelope_true(struct envelope *e, const char *name);
/* "data": a list, an object or null, depending on the route. */
void envelope_data(struct envelope *e, const struct dialect *dialect, const struct route *route);
/* Record a member that the caller writes. */
struct jw *envelope_member(struct envelope *e, const char *name);
void envelope_close(struct envelope *e);
/* A property of a simple type in a JSON Schema. */
void describe_property(struct jw *w, const char *name, const char *type);

/* "data" of a success: the out struct of the handler, as envelope_data() describes. */
void write_data(struct jw *w, const struct call *call, const void *out);
/* The violations of the call's fault as a list, in the format of its dialect; nothing if there
 * are none. */
void write_violations(struct jw *w, const struct call *call);
/* The limit that the call has exceeded, as the member limit; nothing if there is none. */
void write_limit(struct jw *w, const struct call *call);
/* The dialect's error as JSON Schema. */
void describe_error(struct jw *w, const struct dialect *dialect, const char *name);

#endif
