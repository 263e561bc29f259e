/* Checks of the settings: valid individually, but not together, or not safe. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/bank/iban.h"
#include "base/attributes.h"
#include "base/email.h"
#include "base/env_file.h"
#include "base/origin.h"
#include "base/text.h"
#include "bin/doctor_checks.h"

/* Settings of the environment that hide another value of the file. */
static void
check_hidden(struct checkup *c, const struct env_file *file)
{
	for (const struct env_assignment *a = file->first; a != NULL; a = a->next) {
		const char *value = getenv(a->name); /* NOLINT(concurrency-mt-unsafe) */

		if (text_starts_with(a->name, "COWRY_") && value != NULL &&
		    !text_equal(value, env_file_value(file, a->name)))
			found(c, SEVERITY_WARNING,
			      "the environment has another value than the file of settings",
			      a->name);
	}
}

/* Whether the settings are those of the installed programs. The file has been read at the start. */
void
doctor_env_file(struct checkup *c)
{
	const char *path = c->config->env_file;
	struct env_file file;
	struct stat status;
	char problem[256] = "";

	if (path[0] == '\0')
		return;
	switch (env_file_read(c->arena, path, &file, problem)) {
	case ENV_FILE_READ:
		found(c, SEVERITY_OK, "file of settings", path);
		if (stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
			foundf(c, SEVERITY_WARNING, "all users may read the file of settings",
			       "run chmod o= %s", path);
		check_hidden(c, &file);
		return;
	case ENV_FILE_DENIED:
		found(c, SEVERITY_WARNING,
		      "these are not the settings of the installed programs; run this as root",
		      problem);
		return;
	case ENV_FILE_ABSENT:
		found(c, SEVERITY_OK, "there is no file of settings", path);
		return;
	case ENV_FILE_WRONG:
		found(c, SEVERITY_ERROR, "file of settings", problem);
		return;
	}
}

void
doctor_environment(struct checkup *c)
{
	const char *name = c->config->environment;
	bool known = c->development || text_equal(name, "production");

	found(c, known ? SEVERITY_OK : SEVERITY_ERROR, "environment", name);
	if (c->development)
		found(c, SEVERITY_WARNING, "this is a development server",
		      "do not use it for real money");
	else if (c->config->sandbox_url[0] != '\0')
		found(c, SEVERITY_ERROR, "COWRY_SANDBOX_URL",
		      "the sandbox is for development only");
}

/* Unencrypted addresses of outside services. */
void
doctor_addresses(struct checkup *c)
{
	const struct config *config = c->config;
	const char *const urls[] = {
		config->paystack_url, config->flutterwave_url, config->paga_url,
		config->fingra_url,   config->flash_url,       config->mobilemart_url,
		config->easypay_url,  config->google_issuer,   config->bank_url};

	for (size_t i = 0; i < COUNT(urls); i++)
		if (!c->development && urls[i][0] != '\0' && !text_starts_with(urls[i], "https://"))
			found(c, SEVERITY_ERROR,
			      "addresses of external services begin with https://", urls[i]);
}

/* Origins whose pages may call the APIs; with or without cookies. */
void
doctor_origins(struct checkup *c)
{
	const char *origins = c->config->allowed_origins;
	char problem[200];

	if (!origin_list_valid(origins, problem)) {
		found(c, SEVERITY_ERROR, "COWRY_ALLOWED_ORIGINS", problem);
		return;
	}
	if (origins[0] == '\0') {
		found(c, SEVERITY_OK, "pages of other origins are not allowed",
		      "COWRY_ALLOWED_ORIGINS is empty");
		return;
	}
	if (origin_any_listed(origins))
		found(c, SEVERITY_WARNING,
		      "pages of any origin may call the routes that take no cookie",
		      "COWRY_ALLOWED_ORIGINS has *");
	found(c, SEVERITY_OK, "pages of other origins are allowed", origins);
}

void
doctor_sign_in(struct checkup *c)
{
	bool id = c->config->google_client_id[0] != '\0';
	bool secret = c->config->google_client_secret[0] != '\0';

	if (id != secret)
		found(c, SEVERITY_ERROR, "Google sign-in",
		      id ? "COWRY_GOOGLE_CLIENT_SECRET is missing"
			 : "COWRY_GOOGLE_CLIENT_ID is missing");
}

void
doctor_accounts(struct checkup *c)
{
	const struct config *config = c->config;
	const char *clearing = config->clearing_account;

	if (config->payout_user[0] != '\0' && !email_valid(config->payout_user))
		found(c, SEVERITY_ERROR, "COWRY_PAYOUT_USER", "must be an email address");
	if (clearing[0] != '\0' && !bban_valid("NO", clearing) && !iban_valid(clearing))
		found(c, SEVERITY_ERROR, "COWRY_CLEARING_ACCOUNT",
		      "must be an IBAN or a Norwegian account number, without spaces");
	if (config->bank_url[0] != '\0' && clearing[0] == '\0')
		found(c, SEVERITY_WARNING, "COWRY_CLEARING_ACCOUNT is empty",
		      "payments from bank accounts are disabled");
}

/* Settings that give rights away. */
void
doctor_rights(struct checkup *c)
{
	if (config_opens_funding(c->config))
		found(c, SEVERITY_WARNING, "ANYBODY CAN CREDIT THEMSELVES WITH UNBACKED MONEY",
		      "COWRY_OTP_FUNDING is open: POST /api/wallet/fund credits from the "
		      "operator's funding account, confirmed only by a mailed code");
	else if (!c->development)
		found(c, SEVERITY_OK, "POST /api/wallet/fund of Wallet OTP is disabled",
		      "its credits would be unbacked; COWRY_OTP_FUNDING=open enables it");
	if (c->config->open_providers)
		found(c, SEVERITY_WARNING, "ANYBODY CAN ENABLE AND DISABLE PROVIDERS",
		      "COWRY_OPEN_WALLET_PROVIDERS is true");
	if (c->config->lend_providers)
		found(c, SEVERITY_WARNING,
		      "PROJECTS CAN PAY OUT LIVE MONEY FROM THE PLATFORM'S ACCOUNTS",
		      "COWRY_LEND_PROVIDERS is true");
}

void
doctor_mail(struct checkup *c)
{
	const struct config *config = c->config;

	if (config->smtp_url[0] != '\0')
		found(c, SEVERITY_OK, "mail is sent by SMTP", config->smtp_url);
	else
		found(c, access(config->mail_dir, W_OK | X_OK) == 0 ? SEVERITY_OK : SEVERITY_ERROR,
		      "mail is written to the spool folder", config->mail_dir);
}
