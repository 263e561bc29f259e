#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/users.h"

#include <stdio.h>
#include <string.h>

#include "app/people/user.h"
#include "crypto/box.h"
#include "runtime/app.h"

static const char *
keep(struct client *c, const char *text)
{
	assert_non_null(text);
	return arena_strdup(c->keep, text);
}

struct person
person_sign_in(struct client *c, const char *email, const char *password)
{
	struct answer a =
		client_call(c, "POST", "/v1/auth/login", NULL,
			    client_json(c, "{'email':'%s','password':'%s'}", email, password));

	expect_status(&a, 200);
	return (struct person){keep(c, answer_at(&a, "data.user.id")), keep(c, email),
			       keep(c, answer_at(&a, "data.accessToken")),
			       keep(c, answer_at(&a, "data.refreshToken"))};
}

struct person
person_new(struct client *c, const char *email)
{
	struct answer a = client_call(c, "POST", "/v1/auth/register", NULL,
				      client_json(c,
						  "{'name':'Ada','email':'%s','password':'%s',"
						  "'country':'Nigeria','acceptTerms':true}",
						  email, PASSWORD));

	expect_status(&a, 201);
	return person_sign_in(c, email, PASSWORD);
}

struct person
person_admin(struct client *c, const char *email)
{
	struct person person = person_new(c, email);

	client_sql(c,
		   "UPDATE cowry.users SET role = 'admin', is_email_verified = true"
		   " WHERE email_key = '%s'",
		   email);
	return person;
}

const char *
key_new(struct client *c, const struct person *owner, const char *project, const char *members)
{
	const char *target = project != NULL ? client_text(c, "/v1/projects/%s/api-keys", project)
					     : "/v1/api-key";
	struct answer a =
		client_call(c, "POST", target, owner->access, client_json(c, "{%s}", members));

	expect_status(&a, 201);
	return keep(c, answer_at(&a, "data.rawKey"));
}

const char *
tenant_project(struct client *c, const struct tenant *tenant, const char *name)
{
	struct answer a = client_call(c, "POST", "/v1/projects", tenant->owner.access,
				      client_json(c, "{'name':'%s'}", name));

	expect_status(&a, 201);
	return keep(c, answer_at(&a, "data.id"));
}

struct tenant
tenant_new(struct client *c, const char *name)
{
	struct tenant tenant = {
		.owner = person_new(c, client_text(c, "%s@example.com", name)),
	};
	struct answer a = client_call(c, "POST", "/v1/platform-accounts", tenant.owner.access,
				      client_json(c, "{'name':'%s'}", name));

	expect_status(&a, 201);
	tenant.account = keep(c, answer_at(&a, "data.id"));
	tenant.project = tenant_project(c, &tenant, name);
	tenant.test_key = key_new(c, &tenant.owner, tenant.project, "'quota':null");
	tenant.live_key = key_new(c, &tenant.owner, tenant.project, "'quota':null,'scope':'live'");
	return tenant;
}

const char *
wallet_new(struct client *c, const char *key, const char *currency)
{
	struct answer a = client_call(c, "POST", "/v1/wallets", key,
				      client_json(c, "{'currency':'%s'}", currency));

	expect_status(&a, 201);
	return keep(c, answer_at(&a, "data.wallet.id"));
}

const char *
fresh_reference(struct client *c)
{
	char id[UUID_TEXT_MAX];

	return client_text(c, "ref-%s", uuid_text(id, uuid_v7()));
}

const char *
wallet_with(struct client *c, const char *key, const char *currency, const char *amount)
{
	const char *wallet = wallet_new(c, key, currency);
	struct answer a = client_call(
		c, "POST", "/v1/wallets/credit", key,
		client_json(c, "{'walletId':'%s','amount':'%s','currency':'%s','reference':'%s'}",
			    wallet, amount, currency, fresh_reference(c)));

	expect_status(&a, 201);
	return wallet;
}

const char *
wallet_balance(struct client *c, const char *key, const char *wallet, const char *which)
{
	struct answer a =
		client_call(c, "GET", client_text(c, "/v1/wallets/%s", wallet), key, NULL);

	expect_status(&a, 200);
	return answer_at(&a, client_text(c, "data.balance.%s", which));
}

const char *
mail_to(struct client *c, const char *email)
{
	static const char latest[] = "FROM cowry.mail WHERE lower(recipient) = lower('%s')"
				     " ORDER BY mail_id DESC LIMIT 1";
	const char *from = client_text(c, latest, email);
	const char *id = client_value(c, "SELECT public_id %s", from);
	const char *hex = client_value(c, "SELECT encode(body_sealed, 'hex') %s", from);
	size_t length = strlen(hex) / 2;
	void *sealed = arena_alloc(c->scratch, length + 1);
	struct bytes body;

	if (id[0] == '\0' || !hex_decode(sealed, length, hex))
		return NULL;
	assert_true(box_open(c->app->keys, c->scratch, client_text(c, "mail %s", id),
			     (struct bytes){sealed, length}, &body));
	return body.data;
}

const char *
mailed_token(struct client *c, const char *email)
{
	static const char hex[] = "0123456789abcdef";
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *mail;
	bool found = true;

	while (found)
		assert_int_equal(user_answer_request(&ctx, &found), ERR_OK);
	mail = mail_to(c, email);
	assert_non_null(mail);
	for (const char *p = mail; *p != '\0'; p += *p != '\0') {
		size_t run = strspn(p, hex);

		if (run == 64)
			return arena_strndup(c->scratch, p, run);
		p += run;
	}
	fail_msg("no token in: %s", mail);
	return NULL;
}

int
tenants_setup(void **state, struct tenant *acme, struct tenant *other)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	*acme = tenant_new(c, "acme");
	if (other != NULL)
		*other = tenant_new(c, "other");
	return 0;
}
