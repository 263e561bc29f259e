/* users.h - test users: users, administrators, and platforms with a project and keys. */
#ifndef TESTS_SUPPORT_USERS_H
#define TESTS_SUPPORT_USERS_H

#include "tests/support/client.h"

#define PASSWORD "correct-horse-42"

/* A user who has registered and signed in. */
struct person {
	const char *id;
	const char *email;
	const char *access;
	const char *refresh;
};

struct person person_new(struct client *c, const char *email);
struct person person_admin(struct client *c, const char *email);
/* Sign in once more. */
struct person person_sign_in(struct client *c, const char *email, const char *password);

/* A user with a platform account, a project and a key of each scope, without quota. */
struct tenant {
	struct person owner;
	const char *account;
	const char *project;
	const char *test_key;
	const char *live_key;
};

struct tenant tenant_new(struct client *c, const char *name);
/* client_setup() and one or two tenants; other may be NULL. */
int tenants_setup(void **state, struct tenant *acme, struct tenant *other);
/* A further project of the owner; its id. */
const char *tenant_project(struct client *c, const struct tenant *tenant, const char *name);
/* A further key of a project, or with NULL of the person; members goes into the request's object. */
const char *key_new(struct client *c, const struct person *owner, const char *project,
		    const char *members);

/* A wallet of the key's project and mode; its id. */
const char *wallet_new(struct client *c, const char *key, const char *currency);
/* Likewise with an amount in it. */
const char *wallet_with(struct client *c, const char *key, const char *currency,
			const char *amount);
/* A wallet's balance: "ledger", "available" or "held". */
const char *wallet_balance(struct client *c, const char *key, const char *wallet,
			   const char *which);
/* A reference that was not used before. */
const char *fresh_reference(struct client *c);

/* The text of the latest mail to an address; NULL if there is none. */
const char *mail_to(struct client *c, const char *email);
/* The token in it. Requests for tokens are answered first, as the job runner does. */
const char *mailed_token(struct client *c, const char *email);

#endif
