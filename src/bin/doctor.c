#include <config.h>

#include "bin/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/bank/iban.h"
#include "app/operation/unresolved.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/ctx.h"
#include "base/email.h"
#include "base/origin.h"
#include "bin/addresses.h"
#include "crypto/rotation.h"
#include "db/migrate.h"
#include "db/row.h"
#include "runtime/app.h"

enum { ARENA_MAX = 16 * 1024 * 1024, DAY_S = 86400, KEY_DAYS_MAX = 365 };

static bool
report(bool ok, const char *what, const char *detail)
{
	(void)printf("%s %s%s%s\n", ok ? "✓" : "✗", what, detail[0] != '\0' ? ": " : "", detail);
	return ok;
}

/* Warnings. */
static void
warn(const char *what, const char *detail)
{
	(void)printf("! %s%s%s\n", what, detail[0] != '\0' ? ": " : "", detail);
}

static void
print_setting(const struct config *config, const struct config_row *row)
{
	const void *member = (const char *)config + row->offset;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the only thread */
	const char *origin = getenv(row->variable) != NULL ? "" : " (default)";

	switch (row->kind) {
	case CONFIG_TEXT:
		(void)printf("  %-28s %s%s\n", row->variable, *(const char *const *)member, origin);
		break;
	case CONFIG_SECRET:
		(void)printf("  %-28s %s%s\n", row->variable,
			     (*(const char *const *)member)[0] != '\0' ? "(set)" : "(empty)",
			     origin);
		break;
	case CONFIG_NUMBER:
		(void)printf("  %-28s %lld%s\n", row->variable, (long long)*(const int64_t *)member,
			     origin);
		break;
	case CONFIG_FLAG:
		(void)printf("  %-28s %s%s\n", row->variable, *(const bool *)member ? "yes" : "no",
			     origin);
		break;
	}
}

/* What PostgreSQL logs about this role. */
static void
check_log(struct ctx *ctx, const char *what)
{
	struct rows rows;
	char problem[160];

	if (db_run(ctx, SQL_log_settings, &rows, NO_PARAMS) != ERR_OK || row_int(&rows, 0, 0) == 0)
		return;
	(void)snprintf(problem, sizeof(problem), "%s: PostgreSQL's log may contain personal data",
		       what);
	warn(problem, "see cowry(1), THE DATABASE'S LOG");
}

static bool
check_database(const struct config *config, const char *what, const char *conninfo)
{
	struct db_options options = {conninfo, "cowry-doctor", 1, config->statement_timeout_ms,
				     config->connect_timeout_ms};
	struct app app = {
		.config = config, .database.pool = db_pool_new(&options), .now = clock_system};
	struct ctx ctx = {.app = &app, .database = &app.database, .arena = arena_new(ARENA_MAX)};
	int64_t latency_ns = 0;
	char detail[320] = "";
	bool ok = db_ping(&ctx, &latency_ns) == ERR_OK;

	if (ok)
		(void)snprintf(detail, sizeof(detail), "%lld µs", (long long)latency_ns / 1000);
	else
		(void)snprintf(detail, sizeof(detail), "%s", ctx.fault.detail);
	(void)report(ok, what, detail);
	if (ok)
		check_log(&ctx, what);
	arena_free(ctx.arena);
	db_pool_free(app.database.pool);
	return ok;
}

static void
describe_keys(const struct keyring *keys, enum key_use use)
{
	const char *active = keyring_id(keys, use, 0);
	int64_t days = (clock_system().us - rotation_birth(active).us) / SECOND_US / DAY_S;
	char detail[128];

	if (rotation_waiting(keys, use) != NULL) {
		warn(keyring_file(use), "a key is waiting; restart all processes, then run cowry "
					"secrets activate");
		return;
	}
	if (keyring_id(keys, use, 1) != NULL)
		warn(keyring_file(use), "has older keys; restart all processes, then run cowry "
					"secrets prune");
	if (rotation_birth(active).us == 0 || days <= KEY_DAYS_MAX)
		return;
	(void)snprintf(detail, sizeof(detail), "the key is %lld days old; see cowry secrets rotate",
		       (long long)days);
	warn(keyring_file(use), detail);
}

static bool
check_keys(const struct config *config)
{
	char problem[256] = "";
	struct keyring *keys = keyring_load(config->secrets_dir, problem);
	bool ok = report(keys != NULL, "key files", problem);

	if (keys != NULL) {
		describe_keys(keys, KEY_BOX);
		describe_keys(keys, KEY_TOKEN);
	}
	keyring_free(keys);
	return ok;
}

/* Unencrypted addresses of outside services. */
static bool
check_addresses(const struct config *config, bool development)
{
	const char *const urls[] = {
		config->paystack_url, config->flutterwave_url, config->paga_url,
		config->fingra_url,   config->flash_url,       config->mobilemart_url,
		config->easypay_url,  config->google_issuer,   config->bank_url};
	bool ok = true;

	for (size_t i = 0; i < COUNT(urls); i++)
		if (!development && urls[i][0] != '\0' && !text_starts_with(urls[i], "https://"))
			ok = report(false, "addresses of external services begin with https://",
				    urls[i]);
	return ok;
}

static void
check_otp_funding(const struct config *config, bool development)
{
	if (text_equal(config->otp_funding, "open"))
		warn("ANYBODY CAN CREDIT THEMSELVES WITH UNBACKED MONEY",
		     "COWRY_OTP_FUNDING is open: POST /api/wallet/fund credits from the operator's "
		     "funding account, confirmed only by a mailed code");
	else if (!development)
		(void)report(true, "POST /api/wallet/fund of Wallet OTP is disabled",
			     "its credits would be unbacked; COWRY_OTP_FUNDING=open enables it");
}

/* Origins whose pages may call the APIs; with or without cookies. */
static bool
check_origins(const struct config *config)
{
	char problem[200];

	if (!origin_list_valid(config->allowed_origins, problem))
		return report(false, "COWRY_ALLOWED_ORIGINS", problem);
	if (config->allowed_origins[0] == '\0')
		return report(true, "pages of other origins are not allowed",
			      "COWRY_ALLOWED_ORIGINS is empty");
	if (origin_any_listed(config->allowed_origins))
		warn("pages of any origin may call the routes that take no cookie",
		     "COWRY_ALLOWED_ORIGINS has *");
	return report(true, "pages of other origins are allowed", config->allowed_origins);
}

/* Settings that are valid individually, but not together. */
static bool
check_settings(const struct config *config)
{
	bool development = config_is_development(config);
	bool known = development || strcmp(config->environment, "production") == 0;
	bool id = config->google_client_id[0] != '\0';
	bool secret = config->google_client_secret[0] != '\0';
	bool ok = report(known, "environment", config->environment);

	if (development)
		warn("this is a development server", "do not use it for real money");
	if (!development && config->sandbox_url[0] != '\0')
		ok = report(false, "COWRY_SANDBOX_URL", "the sandbox is for development only");
	ok &= check_addresses(config, development);
	ok &= check_origins(config);
	if (id != secret)
		ok = report(false, "Google sign-in",
			    id ? "COWRY_GOOGLE_CLIENT_SECRET is missing"
			       : "COWRY_GOOGLE_CLIENT_ID is missing");
	if (config->payout_user[0] != '\0' && !email_valid(config->payout_user))
		ok = report(false, "COWRY_PAYOUT_USER", "must be an email address");
	if (config->clearing_account[0] != '\0' && !bban_valid("NO", config->clearing_account) &&
	    !iban_valid(config->clearing_account))
		ok = report(false, "COWRY_CLEARING_ACCOUNT",
			    "must be an IBAN or a Norwegian account number, without spaces");
	if (config->bank_url[0] != '\0' && config->clearing_account[0] == '\0')
		warn("COWRY_CLEARING_ACCOUNT is empty", "payments from bank accounts are disabled");
	check_otp_funding(config, development);
	if (config->open_providers)
		warn("ANYBODY CAN ENABLE AND DISABLE PROVIDERS",
		     "COWRY_OPEN_WALLET_PROVIDERS is true");
	if (config->lend_providers)
		warn("PROJECTS CAN PAY OUT LIVE MONEY FROM THE PLATFORM'S ACCOUNTS",
		     "COWRY_LEND_PROVIDERS is true");
	return ok;
}

/* Pending work for the operator. */
static const struct {
	enum statement_id count;
	const char *what;
} attention[] = {
	{SQL_attention_reviews, "reviews are open; see cowry reviews list"},
	{SQL_attention_withdrawals, "withdrawals have been pending for a day"},
	{SQL_attention_jobs, "jobs are parked; see cowry jobs list"},
	{SQL_attention_subscriptions, "webhooks were disabled because the receiver did not answer"},
	{SQL_attention_deliveries, "deliveries to webhooks failed permanently in the last day"},
};

enum { NAMED_MAX = 20 };

/* Money that is held until a review is decided. */
static void
name_unresolved(struct ctx *ctx)
{
	char amount[MONEY_TEXT_MAX];
	char at[INSTANT_TEXT_MAX];
	char id[UUID_TEXT_MAX];
	struct unresolved *list;
	size_t n;

	if (unresolved_list(ctx, NAMED_MAX, &list, &n) != ERR_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		struct money money = {list[i].amount, currency_find(list[i].currency)};

		(void)printf("! %s holds %s %s, and its outcome could not be determined (since "
			     "%s);\n  see cowry reviews list, then approve or reject %s\n",
			     list[i].reference, money_text(amount, money), list[i].currency,
			     instant_text(at, list[i].since), uuid_text(id, list[i].review));
	}
}

static void
look_for_work(const struct config *config)
{
	struct db_options options = {config->owner_url, "cowry-doctor", 1,
				     config->statement_timeout_ms, config->connect_timeout_ms};
	struct app app = {
		.config = config, .database.pool = db_pool_new(&options), .now = clock_system};
	struct ctx ctx = {.app = &app, .database = &app.database, .arena = arena_new(ARENA_MAX)};
	struct rows rows;
	char what[160];

	for (size_t i = 0; i < COUNT(attention); i++) {
		if (db_run(&ctx, attention[i].count, &rows, NO_PARAMS) != ERR_OK ||
		    row_int(&rows, 0, 0) == 0)
			continue;
		(void)snprintf(what, sizeof(what), "%lld %s", (long long)row_int(&rows, 0, 0),
			       attention[i].what);
		warn(what, "");
	}
	name_unresolved(&ctx);
	arena_free(ctx.arena);
	db_pool_free(app.database.pool);
}

static bool
check_addresses_of_users(const struct config *config)
{
	char problem[512];

	return addresses_report(config, false, problem) || report(false, problem, "");
}

static bool
check_migrations(const struct config *config)
{
	char problem[512] = "";
	char dir[1024];
	int pending;

	(void)snprintf(dir, sizeof(dir), "%s/migrations", config->sql_dir);
	pending = migrate_pending(config->owner_url, dir, problem);
	if (pending > 0)
		(void)snprintf(problem, sizeof(problem), "%d pending; run cowry migrate", pending);
	return report(pending == 0, "migrations", problem);
}

static bool
check_mail(const struct config *config)
{
	if (config->smtp_url[0] != '\0')
		return report(true, "mail is sent by SMTP", config->smtp_url);
	return report(access(config->mail_dir, W_OK | X_OK) == 0,
		      "mail is written to the spool folder", config->mail_dir);
}

bool
doctor(const struct config *config)
{
	const struct config_row *row;
	bool migrated;
	bool ok = true;

	(void)printf("Settings\n");
	for (size_t i = 0; (row = config_row(i)) != NULL; i++)
		print_setting(config, row);
	(void)printf("\nChecks\n");
	ok &= check_settings(config);
	ok &= check_keys(config);
	ok &= check_database(config, "database, as the worker", config->database_url);
	ok &= check_database(config, "database, as the owner", config->owner_url);
	ok &= check_database(config, "database, as the auditor", config->auditor_url);
	migrated = check_migrations(config);
	ok &= check_mail(config);
	if (migrated) {
		look_for_work(config);
		ok &= check_addresses_of_users(config);
	}
	return ok && migrated;
}

void
doctor_settings_manual(void)
{
	const struct config_row *row;

	for (size_t i = 0; (row = config_row(i)) != NULL; i++) {
		(void)printf(".It Ev %s\n%c%s.\n", row->variable, toupper(row->help[0]),
			     row->help + 1);
		if (row->kind == CONFIG_NUMBER)
			(void)printf("From %lld to %lld; default %s.\n", (long long)row->least,
				     (long long)row->most, row->fallback);
		else if (row->fallback[0] != '\0')
			(void)printf("Default:\n.Ql %s .\n", row->fallback);
	}
}
