#include "app/events/outbox.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/log.h"
#include "crypto/box.h"
#include "db/row.h"
#include "net/mail.h"
#include "queue/queue.h"
#include "runtime/app.h"

/* The text is sealed with the id of its mail. */
static const char *
seal_context(struct ctx *ctx, struct uuid id)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "mail %s", uuid_text(text, id));
}

struct addition {
	struct uuid id;
	const char *recipient;
	const char *subject;
	struct bytes sealed;
	int64_t lifetime_s;
};

static enum err
add(struct ctx *ctx, void *arg)
{
	const struct addition *mail = arg;
	char id[UUID_TEXT_MAX];

	TRY(db_run(ctx, SQL_mail_insert, NULL,
		   PARAMS(p_uuid(mail->id), p_text(mail->recipient), p_text(mail->subject),
			  p_bytes(mail->sealed.data, mail->sealed.length),
			  p_int(mail->lifetime_s))));
	return queue_add(ctx, "mail", uuid_text(id, mail->id), 0);
}

/* Below .invalid there is no mailbox (RFC 6761): mail to it would only come back. */
static bool
reaches_nobody(const char *recipient)
{
	const char *dot = strrchr(recipient, '.');

	return dot != NULL && strcasecmp(dot, ".invalid") == 0;
}

enum err
outbox_add(struct ctx *ctx, const char *recipient, const char *subject, const char *body,
	   int64_t lifetime_s)
{
	struct addition mail = {.id = uuid_v7(), recipient, subject, .lifetime_s = lifetime_s};

	if (reaches_nobody(recipient))
		return ERR_OK;
	mail.sealed = box_seal(ctx->app->keys, ctx->arena, seal_context(ctx, mail.id),
			       (struct bytes){body, strlen(body)});
	return db_transact(ctx, add, &mail);
}

static const struct column mail_columns[] = {
	COLUMN(struct outbox_mail, mail_id),     COLUMN(struct outbox_mail, public_id),
	COLUMN(struct outbox_mail, recipient),   COLUMN(struct outbox_mail, subject),
	COLUMN(struct outbox_mail, body_sealed), COLUMN(struct outbox_mail, stale),
	COLUMN(struct outbox_mail, created_at),
};

enum err
outbox_find(struct ctx *ctx, struct uuid public_id, struct outbox_mail *out, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_mail_find, &rows, PARAMS(p_uuid(public_id))));
	*found = rows.count > 0;
	if (*found)
		rows_scan(&rows, 0, mail_columns, COLUMN_COUNT(mail_columns), out);
	return ERR_OK;
}

/* Record the result of a mail; it was sent, so this must not be lost. */
struct ending {
	enum statement_id statement;
	int64_t mail_id;
};

static enum err
record(struct ctx *ctx, void *arg)
{
	const struct ending *ending = arg;

	return db_run(ctx, ending->statement, NULL, PARAMS(p_int(ending->mail_id)));
}

static enum err
end(struct ctx *ctx, const struct outbox_mail *mail, enum statement_id statement)
{
	struct ending ending = {statement, mail->mail_id};

	return db_insist(ctx, record, &ending);
}

static enum err
give_up(struct ctx *ctx, const struct outbox_mail *mail, const char *why)
{
	char id[UUID_TEXT_MAX];

	log_event(LOG_LEVEL_WARN, "mail_failed",
		  LOG_FIELDS({"mail", uuid_text(id, mail->public_id), 0}, {"why", why, 0}));
	return end(ctx, mail, SQL_mail_failed);
}

enum err
outbox_send(struct ctx *ctx, const struct outbox_mail *mail)
{
	char id[UUID_TEXT_MAX];
	struct mail message = {uuid_text(id, mail->public_id), mail->recipient, mail->subject, NULL,
			       mail->created_at};
	struct bytes body;
	enum err err;

	if (mail->stale)
		return give_up(ctx, mail, "stale");
	if (!box_open(ctx->app->keys, ctx->arena, seal_context(ctx, mail->public_id),
		      mail->body_sealed, &body))
		return give_up(ctx, mail, "the text can't be decrypted");
	message.body = body.data;
	err = mail_send(ctx->arena, &ctx->fault, ctx->app->config, &message);
	if (err == ERR_UNAVAILABLE)
		return err;
	if (err != ERR_OK) {
		const char *why = arena_strdup(ctx->arena, ctx->fault.detail);

		fault_clear(&ctx->fault);
		return give_up(ctx, mail, why);
	}
	return end(ctx, mail, SQL_mail_sent);
}
