#include "app/events/webhook.h"

#include <string.h>

#include "app/events/event.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/config.h"
#include "crypto/box.h"
#include "crypto/random.h"
#include "db/row.h"
#include "net/url.h"
#include "runtime/app.h"

enum { SECRET_BYTES = 32, PREVIOUS_S = 86400 };

const char *const webhook_status_words[] = {"active", "inactive", NULL};

struct webhook_row {
	int64_t subscription_id;
	struct uuid public_id;
	enum mode mode;
	const char *url;
	const char *description;
	const char *event_types; /* separated by commas */
	int64_t batch_size;
	enum webhook_status status;
	const char *problem;
	struct instant previous_until;
	struct instant created_at;
	struct instant updated_at;
};

static const struct column webhook_columns[] = {
	COLUMN(struct webhook_row, subscription_id),
	COLUMN(struct webhook_row, public_id),
	COLUMN_WORD(struct webhook_row, mode, mode_words),
	COLUMN(struct webhook_row, url),
	COLUMN(struct webhook_row, description),
	COLUMN(struct webhook_row, event_types),
	COLUMN(struct webhook_row, batch_size),
	COLUMN_WORD(struct webhook_row, status, webhook_status_words),
	COLUMN(struct webhook_row, problem),
	COLUMN(struct webhook_row, previous_until),
	COLUMN(struct webhook_row, created_at),
	COLUMN(struct webhook_row, updated_at),
};

static void
scan(struct ctx *ctx, const struct rows *rows, size_t i, struct uuid project, struct webhook *out)
{
	struct webhook_row row = {0};

	rows_scan(rows, i, webhook_columns, COLUMN_COUNT(webhook_columns), &row);
	*out = (struct webhook){
		.subscription_id = row.subscription_id,
		.public_id = row.public_id,
		.project = project,
		.url = row.url,
		.polled = row.url == NULL,
		.mode = row.mode,
		.description = row.description,
		.event_types = text_list_split(ctx->arena, row.event_types),
		.batch_size = row.batch_size,
		.status = row.status,
		.problem = row.problem,
		.previous_until = row.previous_until,
		.created_at = row.created_at,
		.updated_at = row.updated_at,
	};
}

static enum err
refuse_url(struct ctx *ctx, const char *why)
{
	violation_add(ctx->arena, &ctx->fault, "url", "URL", why);
	return ERR_VALIDATION;
}

/*
 * Test mode must not reach the operator's network: http:// and private addresses are for
 * development servers only. The resolved address is checked at each connection.
 */
static enum err
check_url(struct ctx *ctx, const char *text, enum mode mode)
{
	bool open = mode == MODE_TEST && config_is_development(ctx->app->config);
	struct url url;

	if (strlen(text) > WEBHOOK_URL_MAX || !url_parse(ctx->arena, text, &url))
		return refuse_url(ctx, "must be a URL");
	if (url.has_credentials)
		return refuse_url(ctx, "must not have a user name or password");
	if (url.has_fragment)
		return refuse_url(ctx, "must not have a fragment");
	if (open && strcmp(url.scheme, "http") == 0)
		return ERR_OK;
	if (strcmp(url.scheme, "https") != 0)
		return refuse_url(ctx, "must begin with https://");
	if (!open && url.port != 443)
		return refuse_url(ctx, "must be on port 443");
	if (!open && !url_host_may_be_public(url.host))
		return refuse_url(ctx, "must name a public host");
	return ERR_OK;
}

/* A new subscription has a URL, or says that it does without. */
static enum err
check_receiver(struct ctx *ctx, const struct webhook *in)
{
	if (in->url != NULL && !in->polled)
		return check_url(ctx, in->url, in->mode);
	if (in->url == NULL && in->polled)
		return ERR_OK;
	if (in->polled)
		return refuse_url(ctx, "must be absent if the webhook is polled");
	violation_add(ctx->arena, &ctx->fault, "url", "REQUIRED",
		      "is required unless the webhook is polled");
	return ERR_VALIDATION;
}

const char *
webhook_secret_context(struct ctx *ctx, struct uuid subscription)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(ctx->arena, "webhook %s", uuid_text(text, subscription));
}

/* A new secret, as shown to the owner and as stored. */
static struct bytes
make_secret(struct ctx *ctx, struct uuid subscription, const char **shown)
{
	unsigned char bytes[SECRET_BYTES];

	random_bytes(bytes, sizeof(bytes));
	*shown = arena_printf(ctx->arena, "whsec_%s",
			      base64_encode(ctx->arena, bytes, sizeof(bytes)));
	return box_seal(ctx->app->keys, ctx->arena, webhook_secret_context(ctx, subscription),
			(struct bytes){*shown, strlen(*shown)});
}

static enum err
find(struct ctx *ctx, struct uuid project, struct uuid id, struct webhook *out)
{
	struct project owner = {0};
	struct rows rows;

	TRY(project_get(ctx, project, &owner));
	TRY(db_run(ctx, SQL_webhook_find, &rows, PARAMS(p_int(owner.project_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Webhook not found");
	scan(ctx, &rows, 0, project, out);
	return ERR_OK;
}

static enum err
check_number(struct ctx *ctx, int64_t project_id)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_webhook_project_lock, NULL, PARAMS(p_int(project_id))));
	TRY(db_run(ctx, SQL_webhook_count, &rows, PARAMS(p_int(project_id))));
	if (row_int(&rows, 0, 0) >= WEBHOOKS_MAX)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "A project can have at most %d webhooks", WEBHOOKS_MAX);
	return ERR_OK;
}

enum err
webhook_create(struct ctx *ctx, struct uuid project, const struct webhook *in, struct webhook *out)
{
	struct project owner = {0};
	struct uuid id = uuid_v7();
	const char *secret;
	struct bytes sealed = make_secret(ctx, id, &secret);

	TRY(project_get(ctx, project, &owner));
	TRY(check_receiver(ctx, in));
	TRY(check_number(ctx, owner.project_id));
	TRY(db_run(ctx, SQL_webhook_insert, NULL,
		   PARAMS(p_uuid(id), p_int(owner.project_id), p_word(mode_words, in->mode),
			  p_text(in->url), p_text(in->description),
			  p_texts(in->event_types.items, in->event_types.count),
			  p_bytes(sealed.data, sealed.length), p_id(in->batch_size))));
	TRY(find(ctx, project, id, out));
	out->secret = secret;
	return ERR_OK;
}

enum err
webhook_get(struct ctx *ctx, struct uuid project, struct uuid id, struct webhook *out)
{
	return find(ctx, project, id, out);
}

enum err
webhook_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
	     struct webhook **out, size_t *n)
{
	struct project owner = {0};
	struct rows rows;

	TRY(project_get(ctx, project, &owner));
	TRY(db_run(ctx, SQL_webhook_list, &rows,
		   PARAMS(p_int(owner.project_id), p_id(after), p_int(most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		scan(ctx, &rows, i, project, &(*out)[i]);
	return ERR_OK;
}

static enum err
abandon(struct ctx *ctx, const struct webhook *webhook, const char *why)
{
	return db_run(ctx, SQL_delivery_abandon, NULL,
		      PARAMS(p_int(webhook->subscription_id), p_text(why)));
}

enum err
webhook_update(struct ctx *ctx, struct uuid project, struct uuid id, const struct webhook *in,
	       struct webhook *out)
{
	bool has_status = in->status != 0;
	bool is_active = in->status == WEBHOOK_ACTIVE;

	TRY(find(ctx, project, id, out));
	if (in->url != NULL)
		TRY(check_url(ctx, in->url, out->mode));
	TRY(db_run(ctx, SQL_webhook_update, NULL,
		   PARAMS(p_int(out->subscription_id), p_text(in->url), p_text(in->description),
			  p_texts(in->event_types.items, in->event_types.count),
			  has_status ? p_bool(is_active) : p_null(), p_id(in->batch_size))));
	if (has_status && !is_active)
		TRY(abandon(ctx, out, "The webhook was disabled"));
	return find(ctx, project, id, out);
}

enum err
webhook_delete(struct ctx *ctx, struct uuid project, struct uuid id, struct webhook *out)
{
	TRY(find(ctx, project, id, out));
	TRY(db_run(ctx, SQL_webhook_delete, NULL, PARAMS(p_int(out->subscription_id))));
	out->status = WEBHOOK_INACTIVE;
	return abandon(ctx, out, "The webhook was deleted");
}

enum err
webhook_rotate(struct ctx *ctx, struct uuid project, struct uuid id, struct webhook *out)
{
	const char *secret;
	struct bytes sealed;

	TRY(find(ctx, project, id, out));
	sealed = make_secret(ctx, id, &secret);
	TRY(db_run(ctx, SQL_webhook_rotate, NULL,
		   PARAMS(p_int(out->subscription_id), p_bytes(sealed.data, sealed.length),
			  p_int(PREVIOUS_S))));
	TRY(find(ctx, project, id, out));
	out->secret = secret;
	return ERR_OK;
}
