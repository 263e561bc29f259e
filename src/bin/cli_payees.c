/* cowry payees - voucher payees. */
#include <stdio.h>
#include <string.h>

#include "app/voucher/payee.h"
#include "base/arena.h"
#include "base/text.h"
#include "base/word.h"
#include "bin/cli.h"
#include "bin/start.h"
#include "db/db.h"
#include "runtime/app.h"

enum { LIST_MAX = 1000, CODE_MAX = 100, NAME_MAX = 120 };

static void
show(const struct payee *payee)
{
	char id[UUID_TEXT_MAX];
	char owed[MONEY_TEXT_MAX];

	(void)printf("%s  %-12s  %-16s  %s  %s ZAR owed%s%s\n", uuid_text(id, payee->id),
		     word_text(payee_status_words, payee->status),
		     word_text(payee_kind_words, payee->kind), payee->code,
		     money_text(owed, payee->owed), payee->name != NULL ? "  " : "",
		     payee->name != NULL ? payee->name : "");
}

int
cli_payees_list(const struct config *config, int argc, char **argv)
{
	const char *status = cli_option(argc, argv, "--status");
	struct payee_filter filter = {.status = word_find(payee_status_words, status),
				      .most = LIST_MAX};
	struct payee *payees;
	struct app app;
	struct ctx ctx;
	size_t n;

	if (status != NULL && filter.status == 0)
		cli_fail("the status must be registered or unregistered");
	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (payee_list(&ctx, &filter, &payees, &n) != ERR_OK)
		cli_fail(ctx.fault.message);
	for (size_t i = 0; i < n; i++)
		show(&payees[i]);
	(void)fprintf(stderr, "%zu %s\n", n,
		      n == LIST_MAX ? "or more; the newest are shown" : "in all");
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

/* Data of the transaction. */
struct change {
	struct payee_order order;
	struct uuid id;
	struct payee payee;
};

static enum err
add(struct ctx *ctx, void *arg)
{
	struct change *change = arg;

	return payee_register(ctx, &change->order, &change->payee);
}

static enum err
take_away(struct ctx *ctx, void *arg)
{
	struct change *change = arg;

	return payee_remove(ctx, change->id, &change->payee);
}

static int
run(const struct config *config, enum err (*work)(struct ctx *, void *), struct change *change)
{
	struct app app;
	struct ctx ctx;

	start_app(&app, config, "cowry", config->owner_url);
	ctx = cli_ctx(&app);
	if (db_transact(&ctx, work, change) != ERR_OK)
		cli_fail(ctx.fault.message);
	show(&change->payee);
	arena_free(ctx.arena);
	stop_app(&app);
	return 0;
}

static bool
is_line(const char *text, size_t most)
{
	size_t count = utf8_valid(text, strlen(text)) ? utf8_count(text) : 0;

	return count >= 1 && count <= most && !text_has_control(text) && text[0] != ' ' &&
	       text[strlen(text) - 1] != ' ';
}

int
cli_payees_add(const struct config *config, int argc, char **argv)
{
	struct change change = {.order = {.name = cli_option(argc, argv, "--name")}};

	if (argc >= 2)
		change.order.kind = word_find(payee_kind_words, argv[0]);
	if (change.order.kind == 0)
		cli_fail("kind (merchant or service_provider) and code are required");
	change.order.code = argv[1];
	if (!is_line(change.order.code, CODE_MAX))
		cli_fail("the code must have 1 to 100 characters, without leading or trailing "
			 "blanks");
	if (change.order.name != NULL && !is_line(change.order.name, NAME_MAX))
		cli_fail("the name must have 1 to 120 characters, without leading or trailing "
			 "blanks");
	return run(config, add, &change);
}

int
cli_payees_remove(const struct config *config, int argc, char **argv)
{
	struct change change = {.order = {.code = NULL}};

	if (argc < 1 || !uuid_parse(&change.id, argv[0]))
		cli_fail("the id of the payee is required");
	return run(config, take_away, &change);
}
