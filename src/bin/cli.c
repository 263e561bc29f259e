/* cowry - the operator's command line. */
#include <config.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/openapi.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/email.h"
#include "base/unicode.h"
#include "bin/addresses.h"
#include "bin/cli.h"
#include "bin/doctor.h"
#include "bin/start.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "db/migrate.h"
#include "runtime/app.h"
#include "schema/schema.h"

static const char program[] = "cowry";

static int usage(FILE *out);

enum { ARENA_MAX = 256 * 1024 * 1024, PASSWORD_FILE_MAX = 1024 };
enum { WAIT_DEFAULT_S = 300, WAIT_MOST_S = 86400 };

/* A command gets the configuration and the arguments after its name. */
struct command {
	const char *group; /* first word */
	const char *verb;  /* second word, or NULL */
	const char *arguments;
	const char *help;
	int (*run)(const struct config *config, int argc, char **argv);
};

const char *
cli_user(void)
{
	const struct passwd *user = getpwuid(getuid()); /* NOLINT(concurrency-mt-unsafe) */

	return user != NULL ? user->pw_name : "?";
}

/* There is no signed-in user; the audit log has the name of the system user. */
struct ctx
cli_ctx(const struct app *app)
{
	struct ctx ctx = app_ctx(app, arena_new(ARENA_MAX));

	(void)snprintf(ctx.request_id, sizeof(ctx.request_id), "cli %.32s", cli_user());
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
show_migration(void *arg, const char *name, enum migrate_step step)
{
	static const char *const before[] = {"… ", "\r… ", "\r✓ "};
	static const char *const after[] = {"", " waits for a lock", "\033[K\n"};
	bool *waits = arg;

	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "%s%s%s", before[step], name, after[step]);
	else if (step == MIGRATE_DONE)
		(void)fprintf(stderr, "applied %s\n", name);
	else if (step == MIGRATE_WAITS && !*waits)
		(void)fprintf(stderr, "%s waits for a lock\n", name);
	*waits = step == MIGRATE_WAITS;
}

/* Seconds that a migration is tried while its locks are not free. */
static int64_t
wait_seconds(int argc, char **argv)
{
	const char *text = cli_option(argc, argv, "--wait");
	int64_t seconds = WAIT_DEFAULT_S;

	if (argc != (text != NULL ? 2 : 0) ||
	    (text != NULL &&
	     (!integer_parse(&seconds, text) || seconds < 0 || seconds > WAIT_MOST_S)))
		start_failed(program, "usage: cowry migrate [--wait SECONDS]");
	return seconds;
}

static int
run_migrate(const struct config *config, int argc, char **argv)
{
	bool waits = false;
	char problem[512];
	char dir[1024];
	struct migrate_options options = {.conninfo = config->owner_url,
					  .dir = dir,
					  .wait_ms = 1000 * wait_seconds(argc, argv),
					  .progress = show_migration,
					  .arg = &waits};

	(void)snprintf(dir, sizeof(dir), "%s/migrations", config->sql_dir);
	if (!migrate_apply(&options, problem))
		start_failed(program, problem);
	cli_keys_record(config);
	if (!addresses_rekey(config, problem))
		start_failed(program, problem);
	(void)fprintf(stderr, "the database is up to date\n");
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
	{"migrate", NULL, "[--wait SECONDS]", "apply pending migrations to the database",
	 run_migrate},
	{"verify", NULL,
	 "[--since TIME|ID] [--checkpoint FILE]... [--key KEY]... [--progress] | --export FILE...",
	 "check the books and print the trial balance", cli_verify},
	{"archive", "list", "", "list the archived months of the journal", cli_archive_list},
	{"archive", "move", "MONTH [--tablespace T]", "move a month and all before to a table",
	 cli_archive_move},
	{"archive", "export", "MONTH FILE", "write a month to a file", cli_archive_export},
	{"archive", "detach", "MONTH FILE", "drop the table of a month that the file has",
	 cli_archive_detach},
	{"archive", "attach", "MONTH FILE [--tablespace T]", "bring a month back from its file",
	 cli_archive_attach},
	{"admin", "create", "--email E --name N --password-file F",
	 "create an administrator, or promote a user", run_admin_create},
	{"keys", "create", "[--lost FILE]", "create missing key files", cli_keys_create},
	{"jobs", "list", "[--status S] [--kind K]", "list waiting, running and parked jobs",
	 cli_jobs_list},
	{"jobs", "retry", "ID", "retry a job now, with all its attempts", cli_jobs_retry},
	{"jobs", "park", "ID", "park a job", cli_jobs_park},
	{"metrics", NULL, "", "print what monitoring reads, for Prometheus", cli_metrics},
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
	{"seals", "status", "", "print what is sealed", cli_seals_status},
	{"seals", "checkpoint", "MODE", "print the last checkpoint of live or test money",
	 cli_seals_checkpoint},
	{"seals", "key", "[--all]", "print the verifier keys of the checkpoints", cli_seals_key},
	{"seals", "proof", "MODE OLD [NEW]", "prove that a tree contains an older one",
	 cli_seals_proof},
	{"seals", "rotate", "", "add a key that signs beside the others", cli_seals_rotate},
	{"seals", "retire", "", "drop all keys but the newest", cli_seals_retire},
	{"secrets", "rotate", "[--tokens]", "add a key that waits to become active",
	 cli_secrets_rotate},
	{"secrets", "activate", "", "activate the waiting key", cli_secrets_activate},
	{"secrets", "prune", "", "re-encrypt values sealed with older keys, and drop those keys",
	 cli_secrets_prune},
	{"receipt", "check", "FILE --key KEY", "check the receipt of a transaction, offline",
	 cli_receipt_check},
	{"restored", NULL, "[--jump N] [--force] [--unseen]",
	 "prepare a restored database for service", cli_restored},
	{"reviews", "list", "[--status S] [--kind K]", "list pending reviews", cli_reviews_list},
	{"reviews", "approve", "ID [--note N]", "approve a review", cli_reviews_approve},
	{"reviews", "reject", "ID [--note N]", "reject a review", cli_reviews_reject},
	{"complaints", "list", "[--status S] [--category C]", "list customer complaints",
	 cli_complaints_list},
	{"complaints", "answer", "ID --status S [--resolution T]", "answer a complaint",
	 cli_complaints_answer},
	{"kyc", "approve", "EMAIL", "mark a user's identity as verified", cli_kyc_approve},
	{"kyc", "reject", "EMAIL", "mark a user's identity as rejected", cli_kyc_reject},
	{"second-factor", "remove", "EMAIL", "remove a user's second factor",
	 cli_second_factor_remove},
	{"openapi", NULL, "DIALECT", "print the OpenAPI document of a dialect", run_openapi},
	{"doctor", NULL, "[--strict] [--json]", "check settings, keys, database and pending work",
	 run_doctor},
	{"setup", NULL, "[OPTION]...", "set up this machine: database, keys, nginx, units",
	 cli_setup},
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
		(void)fprintf(out, "  %-55s  %s\n", words, commands[i].help);
	}
	return out == stdout ? 0 : 2;
}

static int
run(const struct command *command, int argc, char **argv)
{
	struct config config;

	/* These need no settings, and work with wrong ones. */
	if (command->run == run_settings || command->run == run_version ||
	    command->run == cli_receipt_check)
		return command->run(NULL, argc, argv);
	start_env_file(program);
	start_config(&config, program);
	return command->run(&config, argc, argv);
}

int
main(int argc, char **argv)
{
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
		return run(command, argc - words - 1, argv + words + 1);
	}
	return usage(stderr);
}
