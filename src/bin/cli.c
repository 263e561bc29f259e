/* cowry - the operator's command line. */
#include <config.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/openapi.h"
#include "app/operation/verification.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/email.h"
#include "base/money.h"
#include "base/unicode.h"
#include "base/word.h"
#include "bin/addresses.h"
#include "bin/cli.h"
#include "bin/doctor.h"
#include "bin/start.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "db/migrate.h"
#include "ledger/balance.h"
#include "ledger/verify.h"
#include "runtime/app.h"
#include "schema/schema.h"

static const char program[] = "cowry";

static int usage(FILE *out);

enum { ARENA_MAX = 256 * 1024 * 1024, PASSWORD_FILE_MAX = 1024 };

/* A command gets the configuration and the arguments after its name. */
struct command {
	const char *group; /* first word */
	const char *verb;  /* second word, or NULL */
	const char *arguments;
	const char *help;
	int (*run)(const struct config *config, int argc, char **argv);
};

/* The name of the system user. */
static const char *
user_name(void)
{
	const struct passwd *user = getpwuid(getuid()); /* NOLINT(concurrency-mt-unsafe) */

	return user != NULL ? user->pw_name : "?";
}

/* There is no signed-in user; the audit log has the name of the system user. */
struct ctx
cli_ctx(const struct app *app)
{
	struct ctx ctx = app_ctx(app, arena_new(ARENA_MAX));

	(void)snprintf(ctx.request_id, sizeof(ctx.request_id), "cli %.32s", user_name());
	return ctx;
}

void
cli_fail(const char *why)
{
	start_failed(program, why);
}

/* Input of the CLI is shown later, and follows the same rules as input of the API. */
static const char *
checked(const char *name, const char *value)
{
	char problem[128];

	if (utf8_valid(value, strlen(value)) && !text_has_control(value))
		return value;
	(void)snprintf(problem, sizeof(problem), "%s must be UTF-8 without control characters",
		       name);
	start_failed(program, problem);
}

const char *
cli_option(int argc, char **argv, const char *name)
{
	for (int i = 0; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return checked(name, argv[i + 1]);
	return NULL;
}

/* On a terminal the progress line is rewritten, a log gets one line each. */
static void
show_migration(void *arg, const char *name, bool done)
{
	(void)arg;
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, done ? "\r✓ %s\n" : "… %s", name);
	else if (done)
		(void)fprintf(stderr, "applied %s\n", name);
}

static int
run_migrate(const struct config *config, int argc, char **argv)
{
	char problem[512];
	char dir[1024];

	(void)argc;
	(void)argv;
	(void)snprintf(dir, sizeof(dir), "%s/migrations", config->sql_dir);
	if (!migrate_apply(config->owner_url, dir, show_migration, NULL, problem))
		start_failed(program, problem);
	if (!addresses_rekey(config, problem))
		start_failed(program, problem);
	(void)fprintf(stderr, "the database is up to date\n");
	return 0;
}

static int
run_keys_create(const struct config *config, int argc, char **argv)
{
	char problem[256];

	(void)argc;
	(void)argv;
	if (!keyring_create(config->secrets_dir, problem))
		start_failed(program, problem);
	return 0;
}

/* The value that follows --name; a missing one ends the program. */
static const char *
option(int argc, char **argv, const char *name)
{
	const char *value = cli_option(argc, argv, name);
	char problem[128];

	if (value != NULL)
		return value;
	(void)snprintf(problem, sizeof(problem), "%s is missing", name);
	start_failed(program, problem);
}

/* The first line of a file: passwords are never passed as arguments. */
static void
read_password(const char *path, char password[PASSWORD_FILE_MAX])
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

	if (file == NULL || fgets(password, PASSWORD_FILE_MAX, file) == NULL)
		start_failed(program, "the password file can't be read");
	password[strcspn(password, "\r\n")] = '\0';
	if (file != stdin)
		(void)fclose(file);
}

static int
run_admin_create(const struct config *config, int argc, char **argv)
{
	const char *email = option(argc, argv, "--email");
	const char *name = option(argc, argv, "--name");
	char password[PASSWORD_FILE_MAX];
	struct app app;
	struct ctx ctx;
	enum err err;

	read_password(option(argc, argv, "--password-file"), password);
	if (!email_valid(email))
		start_failed(program, "--email is not an email address");
	if (!text_is_visible(name) || text_has_disguise(name))
		start_failed(program, "--name is blank, or has directional controls");
	if (!format_find("password")->valid(password))
		start_failed(program,
			     "the password must have at least 8 characters and at most 72 bytes");
	start_app(&app, config, program, config->owner_url);
	ctx = cli_ctx(&app);
	err = user_make_admin(&ctx, email, name, password);
	if (err != ERR_OK)
		start_failed(program, ctx.fault.message);
	(void)printf("%s is an administrator\n", email);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

static void
print_trial_line(const struct trial_line *line)
{
	const struct currency *currency = currency_find(line->currency);
	char debit[MONEY_TEXT_MAX];
	char credit[MONEY_TEXT_MAX];

	(void)printf("%-5s %-28s %-10s %9lld %20s %s %20s %s\n", line->code, line->name,
		     line->class, (long long)line->accounts,
		     total_text(debit, (struct total){line->debit, currency}), line->currency,
		     total_text(credit, (struct total){line->credit, currency}), line->currency);
}

/* Of live money, then of test money, if there is any. */
static void
print_trial_balance(struct ctx *ctx)
{
	enum mode mode = MODE_LIVE;
	struct trial_line *lines;
	size_t n;

	if (ledger_trial_balance(ctx, (enum mode)0, &lines, &n) != ERR_OK)
		start_failed(program, ctx->fault.message);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || lines[i].mode != mode) {
			mode = lines[i].mode;
			(void)printf("\nTrial balance of %s money\n", word_text(mode_words, mode));
			(void)printf("%-5s %-28s %-10s %9s %24s %24s\n", "Code", "Account", "Class",
				     "Accounts", "Debit", "Credit");
		}
		print_trial_line(&lines[i]);
	}
}

/* Run one check and print its result; returns the number of violations. */
static size_t
verify_one(struct ctx *ctx, size_t i, const struct ledger_check *check)
{
	const char *const *problems;
	size_t n;

	if (isatty(STDOUT_FILENO)) {
		(void)printf("… %s", check->promise);
		(void)fflush(stdout);
	}
	if (ledger_check_run(ctx, i, &problems, &n) != ERR_OK)
		start_failed(program, ctx->fault.message);
	(void)printf("%s%s %s\n", isatty(STDOUT_FILENO) ? "\r" : "", n == 0 ? "✓" : "✗",
		     check->promise);
	for (size_t p = 0; p < n; p++)
		(void)printf("    %s\n", problems[p]);
	return n;
}

/* Record the result for monitoring. The auditor writes nothing, so this needs the owner's role, which
 * the user may not have: the checks count without it. */
static void
record_verification(const struct config *config, const struct verification *result)
{
	struct app app;
	struct ctx ctx;

	start_app(&app, config, program, config->owner_url);
	ctx = cli_ctx(&app);
	if (verification_record(&ctx, result) != ERR_OK)
		(void)fprintf(stderr, "%s: the result could not be recorded: %s\n", program,
			      ctx.fault.detail);
	arena_free(ctx.arena);
	stop_app(&app);
}

static int
run_verify(const struct config *config, int argc, char **argv)
{
	const struct ledger_check *check;
	struct config patient = *config;
	struct verification result = {
		.started_at = clock_system(), .complete = true, .run_by = user_name()};
	size_t violations = 0;
	struct app app;
	struct ctx ctx;

	(void)argc;
	(void)argv;
	patient.statement_timeout_ms = 600000; /* whole tables are read */
	start_app(&app, &patient, program, config->auditor_url);
	ctx = cli_ctx(&app);
	for (size_t i = 0; (check = ledger_check_at(i)) != NULL; i++)
		violations += verify_one(&ctx, i, check);
	print_trial_balance(&ctx);
	(void)printf("\n%s\n",
		     violations == 0 ? "The books are consistent." : "THE BOOKS ARE INCONSISTENT.");
	arena_free(ctx.arena);
	stop_app(&app);
	result.violations = (int64_t)violations;
	record_verification(config, &result);
	return violations == 0 ? 0 : 1;
}

static int
run_openapi(const struct config *config, int argc, char **argv)
{
	struct arena *arena = arena_new(ARENA_MAX);
	const struct dialect *dialect = argc > 0 ? dialect_find(argv[0]) : NULL;
	struct bytes document;

	if (dialect == NULL)
		start_failed(program, "usage: cowry openapi pocket|bitpal|otp|moolah|drop");
	document = openapi_document(arena, dialect, config->public_url);
	(void)fwrite(document.data, 1, document.length, stdout);
	(void)putchar('\n');
	arena_free(arena);
	return 0;
}

static int
run_version(const struct config *config, int argc, char **argv)
{
	(void)config;
	(void)argc;
	(void)argv;
	(void)printf("cowry %s\n", PACKAGE_VERSION);
	return 0;
}

static int
run_doctor(const struct config *config, int argc, char **argv)
{
	struct doctor_options options = {0};

	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			options.json = true;
		else if (strcmp(argv[i], "--strict") == 0)
			options.strict = true;
		else
			return usage(stderr);
	return doctor(config, &options);
}

static int
run_settings(const struct config *config, int argc, char **argv)
{
	(void)config;
	(void)argc;
	(void)argv;
	doctor_settings_manual();
	return 0;
}

static const struct command commands[] = {
	{"migrate", NULL, "", "apply pending migrations to the database", run_migrate},
	{"verify", NULL, "", "check the books and print the trial balance", run_verify},
	{"admin", "create", "--email E --name N --password-file F",
	 "create an administrator, or promote a user", run_admin_create},
	{"keys", "create", "", "create missing key files", run_keys_create},
	{"jobs", "list", "[--status S] [--kind K]", "list waiting, running and parked jobs",
	 cli_jobs_list},
	{"jobs", "retry", "ID", "retry a job now, with all its attempts", cli_jobs_retry},
	{"jobs", "park", "ID", "park a job", cli_jobs_park},
	{"payees", "list", "[--status S]", "list voucher payees and the amounts owed to them",
	 cli_payees_list},
	{"payees", "add", "KIND CODE [--name N]", "register a merchant or service_provider",
	 cli_payees_add},
	{"payees", "remove", "ID", "remove a voucher payee", cli_payees_remove},
	{"products", "list", "", "list the prepaid products", cli_products_list},
	{"products", "load", "FILE", "add or update products from a JSON list", cli_products_load},
	{"provider", "list", "", "list the platform's provider accounts", cli_provider_list},
	{"provider", "set", "TYPE", "configure a provider account, from JSON on standard input",
	 cli_provider_set},
	{"provider", "stop", "TYPE", "disable a provider for all projects", cli_provider_stop},
	{"rates", "list", "", "list the exchange rates of Drop", cli_rates_list},
	{"rates", "load", "FILE", "load exchange rates, all at once; - is standard input",
	 cli_rates_load},
	{"secrets", "rotate", "[--tokens]", "add a key that waits to become active",
	 cli_secrets_rotate},
	{"secrets", "activate", "", "activate the waiting key", cli_secrets_activate},
	{"secrets", "prune", "", "re-encrypt values sealed with older keys, and drop those keys",
	 cli_secrets_prune},
	{"reviews", "list", "[--status S] [--kind K]", "list pending reviews", cli_reviews_list},
	{"reviews", "approve", "ID [--note N]", "approve a review", cli_reviews_approve},
	{"reviews", "reject", "ID [--note N]", "reject a review", cli_reviews_reject},
	{"complaints", "list", "[--status S] [--category C]", "list customer complaints",
	 cli_complaints_list},
	{"complaints", "answer", "ID --status S [--resolution T]", "answer a complaint",
	 cli_complaints_answer},
	{"kyc", "approve", "EMAIL", "mark a user's identity as verified", cli_kyc_approve},
	{"kyc", "reject", "EMAIL", "mark a user's identity as rejected", cli_kyc_reject},
	{"openapi", NULL, "DIALECT", "print the OpenAPI document of a dialect", run_openapi},
	{"doctor", NULL, "[--strict] [--json]", "check settings, keys, database and pending work",
	 run_doctor},
	{"settings", NULL, "", "print all settings in the format of the manual page", run_settings},
	{"version", NULL, "", "print the version", run_version},
};
enum { COMMANDS = COUNT(commands) };

static int
usage(FILE *out)
{
	(void)fprintf(out, "usage: cowry COMMAND\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		char words[128];

		(void)snprintf(words, sizeof(words), "%s %s %s", commands[i].group,
			       commands[i].verb != NULL ? commands[i].verb : "",
			       commands[i].arguments);
		(void)fprintf(out, "  %-56s %s\n", words, commands[i].help);
	}
	return out == stdout ? 0 : 2;
}

int
main(int argc, char **argv)
{
	struct config config;

	if (argc > 1 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0))
		return usage(stdout);
	if (argc > 1 && strcmp(argv[1], "--version") == 0)
		return run_version(NULL, 0, NULL);
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		int words = command->verb != NULL ? 2 : 1;

		if (strcmp(argv[1], command->group) != 0 || argc <= words ||
		    (words == 2 && strcmp(argv[2], command->verb) != 0))
			continue;
		/* "cowry secrets prune --help" must not prune. */
		if (command->arguments[0] == '\0' && argc - words > 1)
			return usage(stderr);
		start_config(&config, program);
		return command->run(&config, argc - words - 1, argv + words + 1);
	}
	return usage(stderr);
}
