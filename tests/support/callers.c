#include "tests/support/cmocka.h"

#include "tests/support/callers.h"

#include <string.h>

#include "api/access.h"
#include "crypto/token.h"
#include "runtime/app.h"

enum { ALL_PERMISSIONS = PERMIT_READ | PERMIT_DEPOSIT | PERMIT_TRANSFER };

static struct caller *
add(struct client *c, struct callers *callers, const char *name, const char *credential)
{
	struct caller *caller = &callers->list[callers->count];

	assert_true(callers->count++ < CALLERS_MAX);
	*caller = (struct caller){
		.name = arena_strdup(c->keep, name),
		.credential = credential != NULL ? arena_strdup(c->keep, credential) : NULL,
	};
	return caller;
}

static const char *
wallet_key_new(struct client *c, const struct person *who, unsigned permissions)
{
	const char *words = "";
	struct answer a;

	for (unsigned bit = PERMIT_READ; bit <= PERMIT_TRANSFER; bit <<= 1U)
		if ((permissions & bit) != 0)
			words = client_text(c, "%s%s'%s'", words, words[0] != '\0' ? "," : "",
					    permission_text(bit));
	a = client_call(c, "POST", "/api/v1/keys/create", who->access,
			client_json(c, "{'name':'x','expiry':'1Y','permissions':[%s]}", words));
	expect_status(&a, 201);
	return arena_strdup(c->keep, answer_at(&a, "data.api_key"));
}

/* Each kind of credential that a tenant has. */
static void
add_tenant(struct client *c, struct callers *callers, const struct tenant *t, const char *name)
{
	const struct {
		const char *what;
		const char *credential;
		enum principal_kind kind;
	} rows[] = {
		{"token", t->owner.access, PRINCIPAL_USER},
		{"personal key", key_new(c, &t->owner, NULL, "'quota':null"), PRINCIPAL_USER_KEY},
		{"test key", t->test_key, PRINCIPAL_PROJECT_KEY},
		{"live key", t->live_key, PRINCIPAL_PROJECT_KEY},
		{"wallet key", wallet_key_new(c, &t->owner, ALL_PERMISSIONS), PRINCIPAL_WALLET_KEY},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct caller *caller =
			add(c, callers, client_text(c, "%s: %s", name, rows[i].what),
			    rows[i].credential);

		caller->kind = rows[i].kind;
		caller->permissions = ALL_PERMISSIONS;
		caller->project = t == &callers->acme;
		caller->owner = t == &callers->acme && strcmp(rows[i].what, "live key") != 0;
	}
}

/* Credentials of a user who may no longer use them. */
static void
add_former(struct client *c, struct callers *callers, const char *name, bool erased)
{
	struct tenant t = tenant_new(c, name);
	size_t first = callers->count;

	add_tenant(c, callers, &t, name);
	for (size_t i = first; i < callers->count; i++)
		callers->list[i].kind = PRINCIPAL_NONE;
	if (erased) {
		struct answer a =
			client_call(c, "DELETE", client_text(c, "/v1/users/%s", t.owner.id),
				    t.owner.access, NULL);

		expect_status(&a, 204);
	} else {
		client_sql(c, "UPDATE cowry.users SET status = 'suspended' WHERE email = '%s'",
			   t.owner.email);
	}
}

/* Keys that ended. */
static void
add_ended_keys(struct client *c, struct callers *callers)
{
	static const struct {
		const char *name;
		const char *table;
		const char *end;
		bool of_project;
	} rows[] = {
		{"revoked project key", "api_key", "revoked_at = now()", true},
		{"expired project key", "api_key", "expires_at = now()", true},
		{"revoked personal key", "api_key", "revoked_at = now()", false},
		{"expired personal key", "api_key", "expires_at = now()", false},
		{"revoked wallet key", "wallet_key", "is_active = false, revoked_at = now()",
		 false},
		{"expired wallet key", "wallet_key", "expires_at = now()", false},
	};
	const struct tenant *t = &callers->acme;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *table = rows[i].table;
		const char *project = rows[i].of_project ? t->project : NULL;
		const char *key = strcmp(table, "wallet_key") == 0
					  ? wallet_key_new(c, &t->owner, ALL_PERMISSIONS)
					  : key_new(c, &t->owner, project, "'quota':null");

		client_sql(c,
			   "UPDATE cowry.%s SET %s WHERE %s_id = (SELECT max(%s_id) FROM cowry.%s)",
			   table, rows[i].end, table, table, table);
		(void)add(c, callers, rows[i].name, key);
	}
}

/* A token for acme's session that is correct except for what the caller changed. */
static const char *
token_of(struct client *c, const struct callers *callers, int64_t age_s, const char *issuer)
{
	struct claims claims = {.role = "admin", .issuer = issuer};
	struct fault f = {0};
	const char *token = NULL;

	claims.issued.us = clock_system().us - age_s * SECOND_US;
	claims.expires.us = claims.issued.us + 900 * SECOND_US;
	assert_true(uuid_parse(&claims.user, callers->acme.owner.id));
	assert_true(uuid_parse(&claims.session,
			       client_value(c,
					    "SELECT s.public_id FROM cowry.session s"
					    " JOIN cowry.users u USING (user_id) WHERE u.public_id"
					    " = '%s' AND s.revoked_at IS NULL",
					    callers->acme.owner.id)));
	assert_int_equal(token_sign(c->app->keys, c->scratch, &f, &claims, &token), ERR_OK);
	return token;
}

static void
add_bad_tokens(struct client *c, struct callers *callers)
{
	const char *issuer = c->app->config->public_url;
	const char *token = token_of(c, callers, 0, issuer);
	const char *payload = strchr(token, '.');
	struct person gone = person_new(c, "gone@example.com");
	struct person past = person_new(c, "past@example.com");
	char *forged = arena_strdup(c->scratch, token);
	struct answer a = client_call(c, "POST", "/v1/auth/logout", NULL,
				      client_json(c, "{'refreshToken':'%s'}", gone.refresh));

	expect_status(&a, 204);
	client_sql(c,
		   "UPDATE cowry.session SET created_at = now() - interval '2 days', expires_at ="
		   " now() FROM cowry.users u WHERE u.user_id = session.user_id AND email_key ="
		   " 'past@example.com'");
	forged[strlen(forged) - 2] = forged[strlen(forged) - 2] == 'A' ? 'B' : 'A';
	(void)add(c, callers, "nobody", NULL);
	(void)add(c, callers, "nothing", "");
	(void)add(c, callers, "garbage", "garbage");
	(void)add(c, callers, "unknown key", "qp_0000000000000000000000000000000000000000000");
	(void)add(c, callers, "unknown wallet key", "sk_live_00000000000000000000000000000000");
	(void)add(c, callers, "token without algorithm",
		  client_text(c, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0%.*s.",
			      (int)(strrchr(token, '.') - payload), payload));
	(void)add(c, callers, "forged token", forged);
	(void)add(c, callers, "expired token", token_of(c, callers, 7200, issuer));
	(void)add(c, callers, "token not yet valid", token_of(c, callers, -7200, issuer));
	(void)add(c, callers, "token of another issuer",
		  token_of(c, callers, 0, "https://elsewhere.example"));
	(void)add(c, callers, "refresh token", callers->acme.owner.refresh);
	(void)add(c, callers, "signed out", gone.access);
	(void)add(c, callers, "expired session", past.access);
}

static void
add_roles(struct client *c, struct callers *callers)
{
	static const char *const roles[] = {"team", "founder"};
	struct caller *admin = add(c, callers, "admin", person_admin(c, "root@example.com").access);

	admin->kind = PRINCIPAL_USER;
	admin->admin = true;
	for (size_t i = 0; i < COUNT(roles); i++) {
		const char *email = client_text(c, "%s@example.com", roles[i]);

		add(c, callers, roles[i], person_new(c, email).access)->kind = PRINCIPAL_USER;
		client_sql(c, "UPDATE cowry.users SET role = '%s' WHERE email_key = '%s'", roles[i],
			   email);
	}
}

static void
add_permissions(struct client *c, struct callers *callers)
{
	for (unsigned bit = PERMIT_READ; bit <= PERMIT_TRANSFER; bit <<= 1U) {
		struct caller *caller =
			add(c, callers, client_text(c, "wallet key to %s", permission_text(bit)),
			    wallet_key_new(c, &callers->acme.owner, bit));

		caller->kind = PRINCIPAL_WALLET_KEY;
		caller->permissions = bit;
		caller->owner = true;
	}
}

void
callers_make(struct client *c, struct callers *callers)
{
	callers->acme = tenant_new(c, "acme");
	callers->other = tenant_new(c, "other");
	add_bad_tokens(c, callers);
	add_ended_keys(c, callers);
	add_former(c, callers, "suspended", false);
	add_former(c, callers, "erased", true);
	add_tenant(c, callers, &callers->acme, "owner");
	add_tenant(c, callers, &callers->other, "other");
	add_roles(c, callers);
	add_permissions(c, callers);
}

const struct caller *
caller_named(const struct callers *callers, const char *name)
{
	for (size_t i = 0; i < callers->count; i++)
		if (strcmp(callers->list[i].name, name) == 0)
			return &callers->list[i];
	fail_msg("no caller is named %s", name);
	return NULL;
}

int
caller_refusal(const struct route *route, const struct caller *caller, enum transport transport)
{
	enum principal_kind kind = caller->kind;

	if (route->access == ACCESS_PUBLIC)
		return 0;
	if (kind == PRINCIPAL_NONE ||
	    (transport == BY_COOKIE && !access_credentials(route->access).cookie))
		return 401;
	switch (route->access) {
	case ACCESS_PUBLIC:
		break;
	case ACCESS_USER:
	case ACCESS_COOKIE:
		return kind == PRINCIPAL_USER ? 0 : 403;
	case ACCESS_ADMIN:
		return caller->admin ? 0 : 403;
	case ACCESS_USER_OR_KEY:
		return kind == PRINCIPAL_USER || kind == PRINCIPAL_USER_KEY ? 0 : 403;
	case ACCESS_PROJECT_KEY:
		return kind == PRINCIPAL_PROJECT_KEY ? 0 : 401;
	case ACCESS_USER_OR_PROJECT:
		return kind == PRINCIPAL_USER || kind == PRINCIPAL_PROJECT_KEY ? 0 : 403;
	case ACCESS_WALLET:
		if (kind == PRINCIPAL_WALLET_KEY)
			return (caller->permissions & route->allow.permission) != 0 ? 0 : 403;
		return kind == PRINCIPAL_USER ? 0 : 401;
	case ACCESS_OWNER:
		if (kind == PRINCIPAL_WALLET_KEY)
			return (caller->permissions & route->allow.permission) != 0 ? 0 : 403;
		return kind == PRINCIPAL_USER_KEY ? 403 : 0;
	}
	return 0;
}
