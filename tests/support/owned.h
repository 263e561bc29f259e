/*
 * owned.h - one object of each kind that a user or a project owns, and requests that name them: for
 * tests of access.
 */
#ifndef TESTS_SUPPORT_OWNED_H
#define TESTS_SUPPORT_OWNED_H

#include "api/dialect.h"
#include "tests/support/users.h"

/* Ids and codes as they are in paths. */
struct owned {
	const struct tenant *owner;
	const char *wallet;
	const char *hold;
	const char *transaction;
	const char *project_key;
	const char *user_key;
	const char *customer;
	const char *wallet_key;
	const char *payment;
	const char *webhook;
	const char *delivery;
	const char *event;
	const char *fee_schedule;
	const char *voucher;
	const char *code;
	const char *recipient;
	const char *bank_account;
	const char *drop_payment;
	const char *deposit;
	const char *purchase;
	const char *card;
	const char *session;
	const char *statement;
};

/* Make them, in the test mode of the tenant's project; it is kept. Features that are off by default are on. */
void owned_make(struct client *c, const struct tenant *owner, struct owned *owned);

/* Requests name the owner's objects, or with NULL objects that do not exist. */

/* The path of a route with a value for each parameter. */
const char *owned_path(struct client *c, const struct route *route, const struct owned *owned);
/* The example body of the documentation; NULL if the route takes none. */
const char *owned_body(struct client *c, const struct dialect *dialect, const struct route *route,
		       const struct owned *owned);
/* A query of all parameters that name an object; "" if the route has none. */
const char *owned_query(struct client *c, const struct route *route, const struct owned *owned);
/* Whether a member of the body or a parameter of the query names an object; within_project: one
 * that keys of the project's other mode do not have either. */
bool owned_is_named(const struct route *route, bool within_project);

#endif
