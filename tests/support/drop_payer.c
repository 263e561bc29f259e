#include "tests/support/cmocka.h"

#include "tests/support/drop_payer.h"

#include <stdlib.h>
#include <string.h>

#include "jobs/job.h"
#include "ledger/account.h"
#include "runtime/app.h"

void
drop_payer_bank_behave(struct bank *bank)
{
	bank_behave(bank);
	bank->script.payment = "ACSP";
	bank->script.times = 0;
	bank->script.done = false;
}

void
drop_payer_bank_open(struct client *c, struct bank *bank)
{
	struct config *config = &c->fixture->config;

	bank_open(c, bank);
	drop_payer_bank_behave(bank);
	config->clearing_account = "86011117947";
	config->outside_timeout_ms = 500;
}

int64_t
drop_payer_id(struct client *c, const struct person *who)
{
	return atoll(
		client_value(c, "SELECT user_id FROM cowry.users WHERE public_id = '%s'", who->id));
}

#define RANDOM_HEX "substr(md5(random()::text), 1, 16)"

const char *
drop_payer_account(struct client *c, const struct person *who, int64_t balance, bool primary)
{
	long long user = (long long)drop_payer_id(c, who);
	const char *consent = client_value(
		c,
		"INSERT INTO cowry.bank_consent (drop_id, user_id, bank, status, state_digest,"
		" state_until, consent_sealed, expires_at)"
		" VALUES ('con_' || " RANDOM_HEX ", %lld, 'DNB', 'valid',"
		" sha256(random()::text::bytea), now(), '\\x00', now() + interval '90 days')"
		" RETURNING bank_consent_id",
		user);

	return client_value(
		c,
		"INSERT INTO cowry.bank_account (drop_id, user_id, bank_consent_id, resource_id,"
		" number, bban, currency, balance, balance_at, is_primary)"
		" VALUES ('ba_' || " RANDOM_HEX ", %lld, %s, 'r', (12345678901 + random() *"
		" 1000000000)::bigint::text, '12345678901', 'NOK', %lld, now(), %s)"
		" RETURNING drop_id",
		user, consent, (long long)balance, primary ? "true" : "false");
}

struct person
drop_payer_new(struct client *c, int64_t balance)
{
	struct person person = person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));

	client_sql(c, "UPDATE cowry.users SET kyc_status = 'verified' WHERE public_id = '%s'",
		   person.id);
	(void)drop_payer_account(c, &person, balance, true);
	return person;
}

const char *
drop_payer_balance(struct client *c, const struct person *who)
{
	return client_value(
		c, "SELECT balance FROM cowry.bank_account WHERE user_id = %lld AND is_primary",
		(long long)drop_payer_id(c, who));
}

const char *
drop_payer_reserved(struct client *c, const struct person *who)
{
	return client_value(
		c,
		"SELECT reserved FROM cowry.bank_account_state WHERE user_id = %lld AND is_primary",
		(long long)drop_payer_id(c, who));
}

const char *
recipient_new(struct client *c, const struct person *who, const char *currency)
{
	struct answer a =
		client_call(c, "POST", "/api/recipients", who->access,
			    client_json(c,
					"{'name':'Mama Jasmina','country':'RS','currency':'%s',"
					"'bankAccount':'" IBAN_RS "'}",
					currency));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static enum err
open_account(struct ctx *ctx, void *arg)
{
	int64_t ledger_id;
	struct uuid id;

	TRY(ledger_of(ctx, 0, MODE_LIVE, &ledger_id));
	return ledger_open_account(ctx, ledger_id, ACCOUNT_PAYABLES, currency_find("NOK"), arg,
				   &id);
}

const char *
merchant_new(struct client *c, const char *name)
{
	struct person owner = person_new(c, client_text(c, "%s@example.com", fresh_reference(c)));
	struct ctx ctx = app_ctx(c->app, c->keep);
	int64_t account_id = 0;

	assert_int_equal(db_transact(&ctx, open_account, &account_id), ERR_OK);
	return client_value(c,
			    "INSERT INTO cowry.merchant (drop_id, user_id, business_name,"
			    " account_id) VALUES ('mer_' || " RANDOM_HEX ", %lld, '%s', %lld)"
			    " RETURNING drop_id",
			    (long long)drop_payer_id(c, &owner), name, (long long)account_id);
}

void
settle_due(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found = true;

	client_sql(c, "UPDATE cowry.job SET due_at = now() WHERE kind = 'remittance'");
	while (found)
		assert_int_equal(queue_run_one(&ctx, &queue_remittance, &found), ERR_OK);
}
