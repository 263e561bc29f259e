/* cowry complaints, cowry kyc, cowry second-factor - complaints, identity verification, and the way out
 * for who has lost the second factor. */
#include <stdio.h>

#include "app/people/complaint.h"
#include "app/people/kyc.h"
#include "app/people/second_factor.h"
#include "app/people/user.h"
#include "base/arena.h"
#include "base/word.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"

enum { LIST_MAX = 200 };

static void
show(const struct complaint *complaint)
{
	char at[INSTANT_TEXT_MAX];
	char due[INSTANT_TEXT_MAX];

	(void)printf("%s  %-9s  %-11s  %s, due %s  %s\n", complaint->drop_id,
		     word_text(complaint_status_words, complaint->status), complaint->category,
		     instant_text(at, complaint->created_at), instant_text(due, complaint->due_at),
		     complaint->email);
	(void)printf("    %s: %s\n", complaint->subject, complaint->description);
	if (complaint->resolution != NULL)
		(void)printf("    answer: %s\n", complaint->resolution);
}

int
cli_complaints_list(const struct config *config, int argc, char **argv)
{
	const char *status = cli_option(argc, argv, "--status");
	struct complaint_filter filter = {.status = word_find(complaint_status_words, status),
					  .category = cli_option(argc, argv, "--category"),
					  .most = LIST_MAX};
	struct complaint *complaints;
	struct app app;
	struct ctx ctx;
	size_t n;

	if (status != NULL && filter.status == 0)
		cli_fail("--status must be received, in_review, resolved or rejected");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (complaint_list(&ctx, &filter, &complaints, &n) != ERR_OK)
		cli_fail(ctx.fault.message);
	for (size_t i = 0; i < n; i++)
		show(&complaints[i]);
	(void)fprintf(stderr, "%zu %s\n", n,
		      n == LIST_MAX ? "or more; the newest are shown" : "in all");
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

struct reply_to {
	const char *id;
	enum complaint_status status;
	const char *resolution;
	struct complaint complaint;
};

static enum err
answer(struct ctx *ctx, void *arg)
{
	struct reply_to *reply = arg;

	return complaint_answer(ctx, reply->id, reply->status, reply->resolution,
				&reply->complaint);
}

int
cli_complaints_answer(const struct config *config, int argc, char **argv)
{
	struct reply_to reply = {
		.status = word_find(complaint_status_words, cli_option(argc, argv, "--status")),
		.resolution = cli_option(argc, argv, "--resolution")};
	struct app app;
	struct ctx ctx;

	if (argc < 1)
		cli_fail("the id of the complaint is required");
	if (reply.status == 0 || reply.status == COMPLAINT_RECEIVED)
		cli_fail("--status must be in_review, resolved or rejected");
	reply.id = argv[0];
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (db_transact(&ctx, answer, &reply) != ERR_OK)
		cli_fail(ctx.fault.message);
	show(&reply.complaint);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

/* A user, named by email address, and what is done to them. */
struct person_change {
	const char *email;
	bool approved;
	struct user user; /* afterwards */
};

/* Do it in a transaction. */
static void
change_person(const struct config *config, int argc, char **argv, db_work *work,
	      struct person_change *change)
{
	struct app app;
	struct ctx ctx;

	if (argc < 1)
		cli_fail("the email address of the user is required");
	change->email = argv[0];
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (db_transact(&ctx, work, change) != ERR_OK)
		cli_fail(ctx.fault.message);
	(void)printf("%s ", change->user.email);
	arena_free(ctx.arena);
	stop_app(&app);
}

static enum err
decide(struct ctx *ctx, void *arg)
{
	struct person_change *change = arg;

	return kyc_decide(ctx, change->email, change->approved, &change->user);
}

static int
decide_kyc(const struct config *config, bool approved, int argc, char **argv)
{
	struct person_change change = {.approved = approved};

	change_person(config, argc, argv, decide, &change);
	(void)printf("is %s\n", word_text(kyc_status_words, change.user.kyc_status));
	return 0;
}

int
cli_kyc_approve(const struct config *config, int argc, char **argv)
{
	return decide_kyc(config, true, argc, argv);
}

int
cli_kyc_reject(const struct config *config, int argc, char **argv)
{
	return decide_kyc(config, false, argc, argv);
}

static enum err
remove_factor(struct ctx *ctx, void *arg)
{
	struct person_change *change = arg;

	return second_factor_remove(ctx, change->email, &change->user);
}

int
cli_second_factor_remove(const struct config *config, int argc, char **argv)
{
	struct person_change change = {.email = NULL};

	change_person(config, argc, argv, remove_factor, &change);
	(void)puts("has no second factor any more");
	return 0;
}
