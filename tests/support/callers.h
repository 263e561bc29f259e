/*
 * callers.h - every kind of caller that the API knows, valid and not: for tests of access.
 *
 * Two tenants, acme and other, with all their credentials; each state in which a credential is
 * refused; and administrators and other roles.
 */
#ifndef TESTS_SUPPORT_CALLERS_H
#define TESTS_SUPPORT_CALLERS_H

#include "api/route.h"
#include "tests/support/users.h"

enum { CALLERS_MAX = 64 };

struct caller {
	const char *name;
	const char *credential;   /* "" is sent as it is; NULL: none is sent */
	enum principal_kind kind; /* PRINCIPAL_NONE: refused everywhere */
	bool owner;               /* acme's objects of its test mode are the caller's */
	bool project;             /* acme's project is the caller's, in either mode */
	bool admin;
	unsigned permissions; /* PRINCIPAL_WALLET_KEY */
};

struct callers {
	struct tenant acme;
	struct tenant other;
	struct caller list[CALLERS_MAX];
	size_t count;
};

/* Make them all. */
void callers_make(struct client *c, struct callers *callers);
/* A caller by name; stops the test if there is none. */
const struct caller *caller_named(const struct callers *callers, const char *name);

/* How a credential is sent. */
enum transport { BY_BEARER, BY_HEADER, BY_COOKIE, TRANSPORT_COUNT };

/* 401 or 403, as the columns of the route say; 0: the caller is admitted. */
int caller_refusal(const struct route *route, const struct caller *caller,
		   enum transport transport);

#endif
