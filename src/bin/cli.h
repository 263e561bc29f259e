/* cli.h - common parts of the operator's commands; their table is in cli.c. */
#ifndef BIN_CLI_H
#define BIN_CLI_H

#include "base/config.h"
#include "base/ctx.h"

/* The context of a command: its arena, and the name for the audit log. */
struct ctx cli_ctx(const struct app *app);
/* The value that follows a name such as "--note"; NULL if it is not there. */
const char *cli_option(int argc, char **argv, const char *name);
/* The name of the system user. */
const char *cli_user(void);
/* End the program with a one-line message. */
void cli_fail(const char *why) __attribute__((noreturn));

/* Record the keys of the folder in the database, for the check of their fingerprints; ends the
 * program if the database is used with others. */
void cli_keys_record(const struct config *config);

/* Options that may be repeated. */
enum { CLI_LIST_MAX = 32 };
struct cli_list {
	const char *items[CLI_LIST_MAX];
	size_t count;
};

struct witness;

/* Read files of checkpoints, for seal_check(). They must be signed by one of the verifier keys, or, if none
 * are given, by one that the database knows; else the program ends. */
void cli_witnesses(struct ctx *ctx, const struct cli_list *files, const struct cli_list *keys,
		   struct witness *out);

/* Commands: arguments start after their names. */
int cli_archive_list(const struct config *config, int argc, char **argv);
int cli_archive_move(const struct config *config, int argc, char **argv);
int cli_archive_export(const struct config *config, int argc, char **argv);
int cli_archive_detach(const struct config *config, int argc, char **argv);
int cli_archive_attach(const struct config *config, int argc, char **argv);
int cli_complaints_list(const struct config *config, int argc, char **argv);
int cli_complaints_answer(const struct config *config, int argc, char **argv);
int cli_keys_create(const struct config *config, int argc, char **argv);
int cli_kyc_approve(const struct config *config, int argc, char **argv);
int cli_kyc_reject(const struct config *config, int argc, char **argv);
int cli_jobs_list(const struct config *config, int argc, char **argv);
int cli_jobs_retry(const struct config *config, int argc, char **argv);
int cli_jobs_park(const struct config *config, int argc, char **argv);
int cli_metrics(const struct config *config, int argc, char **argv);
int cli_payees_list(const struct config *config, int argc, char **argv);
int cli_payees_add(const struct config *config, int argc, char **argv);
int cli_payees_remove(const struct config *config, int argc, char **argv);
int cli_products_list(const struct config *config, int argc, char **argv);
int cli_products_load(const struct config *config, int argc, char **argv);
int cli_provider_list(const struct config *config, int argc, char **argv);
int cli_provider_set(const struct config *config, int argc, char **argv);
int cli_provider_stop(const struct config *config, int argc, char **argv);
int cli_rates_list(const struct config *config, int argc, char **argv);
int cli_rates_load(const struct config *config, int argc, char **argv);
int cli_receipt_check(const struct config *config, int argc, char **argv);
int cli_restored(const struct config *config, int argc, char **argv);
int cli_reviews_list(const struct config *config, int argc, char **argv);
int cli_reviews_approve(const struct config *config, int argc, char **argv);
int cli_reviews_reject(const struct config *config, int argc, char **argv);
int cli_second_factor_remove(const struct config *config, int argc, char **argv);
int cli_seals_status(const struct config *config, int argc, char **argv);
int cli_seals_checkpoint(const struct config *config, int argc, char **argv);
int cli_seals_key(const struct config *config, int argc, char **argv);
int cli_seals_proof(const struct config *config, int argc, char **argv);
int cli_seals_rotate(const struct config *config, int argc, char **argv);
int cli_seals_retire(const struct config *config, int argc, char **argv);
int cli_secrets_rotate(const struct config *config, int argc, char **argv);
int cli_secrets_activate(const struct config *config, int argc, char **argv);
int cli_secrets_prune(const struct config *config, int argc, char **argv);
int cli_setup(const struct config *config, int argc, char **argv);
int cli_verify(const struct config *config, int argc, char **argv);

#endif
