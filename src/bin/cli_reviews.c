/* cowry reviews - pending reviews. */
#include <stdio.h>

#include "app/operation/decision.h"
#include "base/arena.h"
#include "base/word.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"

enum { LIST_MAX = 200 };

static void
show(const struct review *review)
{
	char id[UUID_TEXT_MAX];
	char subject[UUID_TEXT_MAX];
	char at[INSTANT_TEXT_MAX];

	(void)printf("%s  %-8s  %-8s %s  %s\n", uuid_text(id, review->public_id),
		     word_text(review_status_words, review->status),
		     word_text(review_kind_words, review->kind),
		     uuid_text(subject, review->subject), instant_text(at, review->created_at));
	(void)printf("    %s %s\n", review->reason, review->detail.text);
	if (review->note != NULL)
		(void)printf("    note: %s\n", review->note);
}

int
cli_reviews_list(const struct config *config, int argc, char **argv)
{
	const char *status = cli_option(argc, argv, "--status");
	const char *kind = cli_option(argc, argv, "--kind");
	struct review_filter filter = {.status = word_find(review_status_words, status),
				       .kind = word_find(review_kind_words, kind),
				       .most = LIST_MAX};
	struct review *reviews;
	struct app app;
	struct ctx ctx;
	size_t n;

	if (status == NULL)
		filter.status = REVIEW_OPEN;
	if (filter.status == 0)
		cli_fail("--status must be open, approved or rejected");
	if (kind != NULL && filter.kind == 0)
		cli_fail(
			"--kind must be payment, funding, purchase, closed_account, bank_payment or "
			"ledger");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (review_list(&ctx, &filter, &reviews, &n) != ERR_OK)
		cli_fail(ctx.fault.message);
	for (size_t i = 0; i < n; i++)
		show(&reviews[i]);
	(void)fprintf(stderr, "%zu %s\n", n,
		      n == LIST_MAX ? "or more; the newest are shown" : "in all");
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

struct decision {
	struct uuid id;
	bool approved;
	const char *note;
	struct review review;
};

static enum err
take(struct ctx *ctx, void *arg)
{
	struct decision *decision = arg;

	return review_decide(ctx, decision->id, decision->approved, decision->note,
			     &decision->review);
}

static int
decide(const struct config *config, bool approved, int argc, char **argv)
{
	struct decision decision = {.approved = approved, .note = cli_option(argc, argv, "--note")};
	struct app app;
	struct ctx ctx;

	if (argc < 1 || !uuid_parse(&decision.id, argv[0]))
		cli_fail("the id of the review is required");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (db_transact(&ctx, take, &decision) != ERR_OK)
		cli_fail(ctx.fault.message);
	show(&decision.review);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

int
cli_reviews_approve(const struct config *config, int argc, char **argv)
{
	return decide(config, true, argc, argv);
}

int
cli_reviews_reject(const struct config *config, int argc, char **argv)
{
	return decide(config, false, argc, argv);
}
