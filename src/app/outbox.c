#include "app/outbox.h"

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "crypto/box.h"
#include "db/row.h"
#include "net/mail.h"

enum { LEASE_S = 120, ATTEMPTS_MAX = 12, BACKOFF_MAX_S = 900 };

/* The text is sealed to the mail that it belongs to. */
static const char *
seal_context(struct ctx *ctx, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "mail %s", uuid_text(text, id));
}

enum err
outbox_add(struct ctx *ctx, const char *recipient, const char *subject, const char *body,
	   int64_t lifetime_s)
{
	struct uuid id = uuid_v7();
	struct bytes sealed = box_seal(ctx->app->keys, ctx->arena, seal_context(ctx, id),
				       (struct bytes){body, strlen(body)});

	return db_run(ctx, SQL_mail_insert, NULL,
		      PARAMS(p_uuid(id), p_text(recipient), p_text(subject),
			     p_bytes(sealed.data, sealed.length), p_int(lifetime_s)));
}

struct mail_row {
	int64_t mail_id;
	struct uuid public_id;
	const char *recipient;
	const char *subject;
	struct bytes body_sealed;
	int64_t attempts;
	bool stale;
	struct instant created_at;
};

static const struct column mail_columns[] = {
	COLUMN(struct mail_row, mail_id),     COLUMN(struct mail_row, public_id),
	COLUMN(struct mail_row, recipient),   COLUMN(struct mail_row, subject),
	COLUMN(struct mail_row, body_sealed), COLUMN(struct mail_row, attempts),
	COLUMN(struct mail_row, stale),       COLUMN(struct mail_row, created_at),
};

static enum err
give_up(struct ctx *ctx, const struct mail_row *row, const char *why)
{
	char id[UUID_TEXT_MAX];

	log_event(LOG_LEVEL_WARN, "mail_failed",
		  LOG_FIELDS({"mail", uuid_text(id, row->public_id), 0}, {"why", why, 0}));
	return db_run(ctx, SQL_mail_failed, NULL, PARAMS(p_int(row->mail_id)));
}

static enum err
try_later(struct ctx *ctx, const struct mail_row *row)
{
	int64_t delay_s = INT64_C(1) << (row->attempts < 10 ? row->attempts : 10);

	if (row->attempts >= ATTEMPTS_MAX)
		return give_up(ctx, row, "no more attempts");
	log_event(LOG_LEVEL_WARN, "mail_delayed",
		  LOG_FIELDS({"attempts", NULL, row->attempts}, {"why", ctx->fault.detail, 0}));
	fault_clear(&ctx->fault);
	return db_run(ctx, SQL_mail_later, NULL,
		      PARAMS(p_int(row->mail_id),
			     p_int(delay_s < BACKOFF_MAX_S ? delay_s : BACKOFF_MAX_S)));
}

static enum err
deliver(struct ctx *ctx, const struct mail_row *row)
{
	char id[UUID_TEXT_MAX];
	struct mail mail = {uuid_text(id, row->public_id), row->recipient, row->subject, NULL,
			    row->created_at};
	struct bytes body;
	enum err err;

	if (!box_open(ctx->app->keys, ctx->arena, seal_context(ctx, row->public_id),
		      row->body_sealed, &body))
		return give_up(ctx, row, "the text can't be opened");
	mail.body = body.data;
	err = mail_send(ctx->arena, &ctx->fault, ctx->app->config, &mail);
	if (err == ERR_UNAVAILABLE)
		return try_later(ctx, row);
	if (err != ERR_OK) {
		fault_clear(&ctx->fault);
		return give_up(ctx, row, "refused for good");
	}
	return db_run(ctx, SQL_mail_sent, NULL, PARAMS(p_int(row->mail_id)));
}

enum err
outbox_send_one(struct ctx *ctx, bool *found)
{
	struct mail_row row = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_mail_claim, &rows, PARAMS(p_int(LEASE_S))));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	rows_scan(&rows, 0, mail_columns, COLUMN_COUNT(mail_columns), &row);
	if (row.stale)
		return give_up(ctx, &row, "stale");
	return deliver(ctx, &row);
}
