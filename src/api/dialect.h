/* dialect.h - how each of the five APIs presents the common parts. */
#ifndef API_DIALECT_H
#define API_DIALECT_H

#include "api/route.h"

struct event_type;

/* A member of an object, for the documentation; type as JSON Schema names it. */
struct property {
	const char *name;
	const char *type;
	const char *constant; /* as JSON; NULL: any value of the type */
	bool optional;        /* not always there */
};

/* A group of routes in the documentation. */
struct tag {
	const char *name;
	const char *doc;
};

/*
 * A dialect: how one API presents the common parts. write_ok gets the out struct of the route (a
 * struct page for lists, NULL for none).
 */
struct dialect {
	const char *name;
	const char *title;
	const char *version;
	const char *doc;
	const char *implied; /* first segment that may be omitted from paths; NULL: none */
	const struct route *const
		*groups;                 /* tables of routes, each ending with a row without path */
	const struct tag *tags;          /* ends with a row without name; NULL: none */
	const struct event_type *events; /* that its subscribers are sent; NULL: none */
	enum amount_style amounts;
	void (*write_ok)(struct jw *w, const struct call *call, const void *out);
	void (*write_fail)(struct jw *w, const struct call *call);
	/* Status of an error if it differs from the catalogue. */
	int (*status)(const struct fault *f);
	/* The envelope around out as JSON Schema, or as an example, for the documentation. */
	void (*describe_ok)(struct jw *w, const struct dialect *dialect, const struct route *route,
			    bool example, const char *name);
	/* Output of write_fail: members of simple types, ending with a row without name, and the
	 * name of the list of violations (NULL: none), each with or without a code. */
	const struct property *error;
	const char *violations;
	bool violation_codes;
	bool shows_limits;  /* an exceeded limit is a member, not only a message */
	bool unprocessable; /* validation errors are 422 */
	bool strict_queries; /* unknown parameters of lists and reports are refused, empty ones are values */
};

/* All dialects; ends with NULL. */
extern const struct dialect *const dialects[];
const struct dialect *dialect_find(const char *name);

#endif
