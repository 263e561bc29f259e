/* Accounts at providers: their secrets are sealed, and only their last four characters are
 * shown. */
#include <string.h>

#include "app/payment/provider_config.h"

#include "app/audit/audit.h"
#include "app/payment/provider_account.h"
#include "app/platform/api_key.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/config.h"
#include "crypto/box.h"
#include "db/row.h"
#include "runtime/app.h"
#include "json/reader.h"
#include "json/writer.h"

enum { MEMBERS_MAX = 10, VALUE_MAX = 500, SHOWN = 4, SHOWN_FROM = 10 };

static const struct json_value nothing = {"{}"};

/* A stored row. */
struct account_row {
	int64_t provider_config_id;
	struct uuid public_id;
	int64_t project_id;
	const char *type;
	struct bytes config_sealed;
	bool is_active;
	struct instant created_at;
	struct instant updated_at;
};

static const struct column config_columns[] = {
	COLUMN(struct account_row, provider_config_id), COLUMN(struct account_row, public_id),
	COLUMN(struct account_row, project_id),         COLUMN(struct account_row, type),
	COLUMN(struct account_row, config_sealed),      COLUMN(struct account_row, is_active),
	COLUMN(struct account_row, created_at),         COLUMN(struct account_row, updated_at),
};

static struct account_row
scan(const struct rows *rows, size_t i)
{
	struct account_row row = {0};

	rows_scan(rows, i, config_columns, COLUMN_COUNT(config_columns), &row);
	return row;
}

/* The context of a sealed configuration. */
static const char *
seal_context(struct ctx *ctx, int64_t project_id, const char *type)
{
	return arena_printf(ctx->arena, "provider config %lld %s", (long long)project_id, type);
}

static enum err
open_config(struct ctx *ctx, const struct account_row *row, struct json_object **config)
{
	struct bytes plain;

	if (!box_open(ctx->app->keys, ctx->arena, seal_context(ctx, row->project_id, row->type),
		      row->config_sealed, &plain))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	return json_read(ctx->arena, &ctx->fault, plain.data, plain.length, config);
}

/* The first of two members that is a non-empty text. */
static const char *
text_of(struct json_object *config, const char *name, const char *other)
{
	struct json_object *value = json_member(config, name, NULL);

	if (value != NULL && json_kind(value) == JSON_TEXT && json_text_value(value)[0] != '\0')
		return json_text_value(value);
	return other != NULL ? text_of(config, other, NULL) : NULL;
}

static void
violate(struct ctx *ctx, const char *name, const char *message)
{
	violation_add(ctx->arena, &ctx->fault, arena_printf(ctx->arena, "config.%s", name),
		      "CONFIG", message);
}

/* Values are sent in headers: printable ASCII only. */
static bool
is_plain(const char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return length <= VALUE_MAX;
}

static enum err
check_config(struct ctx *ctx, struct json_object *config)
{
	const char *name;
	struct json_object *value;
	size_t n = 0;

	for (; json_member_at(config, n, &name, &value); n++) {
		enum json_kind kind = json_kind(value);

		if (kind != JSON_TEXT && kind != JSON_BOOL)
			violate(ctx, name, "must be a string, true or false");
		else if (kind == JSON_TEXT && !is_plain(json_text_value(value)))
			violate(ctx, name, "must be at most 500 printable ASCII characters");
	}
	if (n > MEMBERS_MAX)
		violation_add(ctx->arena, &ctx->fault, "config", "LENGTH",
			      "must have at most 10 members");
	if (text_of(config, "apiKey", "secretKey") == NULL)
		violate(ctx, "apiKey", "is required");
	return ctx->fault.violations != NULL ? ERR_VALIDATION : ERR_OK;
}

static const char *
mask(struct ctx *ctx, const char *secret)
{
	size_t length = strlen(secret);

	return length < SHOWN_FROM ? "****"
				   : arena_printf(ctx->arena, "****%s", secret + length - SHOWN);
}

static enum err
masked(struct ctx *ctx, struct json_object *config, struct json_value *out)
{
	const char *name;
	struct json_object *value;
	struct bytes text;
	struct jw w;

	jw_init(&w, ctx->arena, 256);
	jw_object(&w, NULL);
	for (size_t i = 0; json_member_at(config, i, &name, &value); i++)
		if (json_kind(value) == JSON_TEXT)
			jw_text(&w, name, mask(ctx, json_text_value(value)));
		else
			jw_bool(&w, name, json_bool_value(value));
	jw_close(&w);
	if (!jw_finish(&w, &text))
		return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
	out->text = text.data;
	return ERR_OK;
}

static enum err
show(struct ctx *ctx, const struct account_row *row, struct provider_config *out)
{
	struct json_object *config = NULL;

	TRY(open_config(ctx, row, &config));
	*out = (struct provider_config){
		.provider_config_id = row->provider_config_id,
		.public_id = row->public_id,
		.type = row->type,
		.is_active = row->is_active,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
	return masked(ctx, config, &out->config);
}

/* The internal id of a project of the caller; 0 for the platform's own. */
static enum err
project_of(struct ctx *ctx, struct uuid project, int64_t *id)
{
	struct project owner = {0};

	*id = 0;
	if (uuid_is_nil(project))
		return ERR_OK;
	TRY(project_get(ctx, project, &owner));
	*id = owner.project_id;
	return ERR_OK;
}

enum err
provider_config_set(struct ctx *ctx, struct uuid project, const struct provider_config *in,
		    struct provider_config *out)
{
	struct uuid id = uuid_v7();
	struct json_object *config = NULL;
	struct account_row row;
	struct bytes sealed;
	struct rows rows;
	int64_t project_id = 0;

	TRY(project_of(ctx, project, &project_id));
	TRY(json_read(ctx->arena, &ctx->fault, in->config.text, strlen(in->config.text), &config));
	TRY(check_config(ctx, config));
	sealed = box_seal(ctx->app->keys, ctx->arena, seal_context(ctx, project_id, in->type),
			  (struct bytes){in->config.text, strlen(in->config.text)});
	TRY(db_run(ctx, SQL_provider_config_set, &rows,
		   PARAMS(p_uuid(id), p_id(project_id), p_text(in->type),
			  p_bytes(sealed.data, sealed.length), p_bool(in->is_active))));
	row = scan(&rows, 0);
	TRY(show(ctx, &row, out));
	out->changed = !uuid_equal(out->public_id, id);
	return project_id == 0 ? audit_add(ctx, "provider_set", in->type, nothing) : ERR_OK;
}

enum err
provider_config_list(struct ctx *ctx, struct uuid project, struct provider_config **out, size_t *n)
{
	struct rows rows;
	int64_t project_id = 0;

	TRY(project_of(ctx, project, &project_id));
	TRY(db_run(ctx, SQL_provider_config_list, &rows, PARAMS(p_id(project_id))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct account_row row = scan(&rows, i);

		TRY(show(ctx, &row, &(*out)[i]));
	}
	return ERR_OK;
}

enum err
provider_config_stop(struct ctx *ctx, const char *type)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_provider_config_stop, &rows, PARAMS(p_text(type))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "The provider is not active");
	return audit_add(ctx, "provider_stop", type, nothing);
}

enum err
provider_facts(struct ctx *ctx, struct provider_facts **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_provider_config_list, &rows, PARAMS(p_id(0))));
	for (*n = 0; providers[*n] != NULL;)
		(*n)++;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		(*out)[i] = (struct provider_facts){providers[i]->name, providers[i]->title, false};
		for (size_t r = 0; r < rows.count; r++) {
			struct account_row row = scan(&rows, r);

			if (strcmp(row.type, providers[i]->name) == 0)
				(*out)[i].is_active = row.is_active;
		}
	}
	return ERR_OK;
}

bool
provider_in_sandbox(const struct ctx *ctx, enum mode mode)
{
	return mode != MODE_LIVE && ctx->app->config->sandbox_url[0] != '\0';
}

static const char *
base_url(struct ctx *ctx, const char *type, enum mode mode)
{
	const struct config *config = ctx->app->config;
	const struct {
		const char *type;
		const char *url;
	} addresses[] = {
		{"paystack", config->paystack_url}, {"flutterwave", config->flutterwave_url},
		{"paga", config->paga_url},         {"fingra", config->fingra_url},
		{"flash", config->flash_url},       {"mobilemart", config->mobilemart_url},
		{"easypay", config->easypay_url},
	};
	size_t i = 0;

	if (provider_in_sandbox(ctx, mode))
		return arena_printf(ctx->arena, "%s/%s", config->sandbox_url, type);
	while (i + 1 < COUNT(addresses) && strcmp(addresses[i].type, type) != 0)
		i++;
	return addresses[i].url;
}

static enum err
account_of(struct ctx *ctx, const struct account_row *row, enum mode mode,
	   struct provider_account *out)
{
	struct json_object *config = NULL;

	TRY(open_config(ctx, row, &config));
	*out = (struct provider_account){
		.service = metrics_outside(row->type),
		.base_url = base_url(ctx, row->type, mode),
		.api_key = text_of(config, "apiKey", "secretKey"),
		.public_key = text_of(config, "publicKey", NULL),
		.webhook_secret = text_of(config, "webhookSecret", "secretHash"),
	};
	return ERR_OK;
}

static enum err
inactive(struct ctx *ctx)
{
	return fault(&ctx->fault, ERR_PROVIDER_INACTIVE, "provider", NULL);
}

/* Whether the platform's own account can be used for an order without its own. */
static bool
is_lent(struct ctx *ctx, int64_t project_id, enum mode mode, bool deposit)
{
	if (mode != MODE_LIVE)
		return provider_in_sandbox(ctx, mode);
	return project_id == 0 || deposit || ctx->app->config->lend_providers;
}

enum err
provider_account_pick(struct ctx *ctx, int64_t project_id, enum mode mode, const char *type,
		      bool deposit, int64_t *config_id, struct provider_account *out)
{
	struct account_row mine = {0};
	struct account_row own = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_provider_config_candidates, &rows,
		   PARAMS(p_id(project_id), p_text(type))));
	for (size_t i = 0; i < rows.count; i++) {
		struct account_row row = scan(&rows, i);

		*(row.project_id != 0 ? &mine : &own) = row;
	}
	if (own.provider_config_id != 0 && !own.is_active)
		return inactive(ctx);
	if (mine.provider_config_id == 0 && !is_lent(ctx, project_id, mode, deposit))
		return fault(&ctx->fault, ERR_PROVIDER_INACTIVE, "provider",
			     "The project needs its own account at this provider");
	if (mine.provider_config_id == 0)
		mine = own;
	if (mine.provider_config_id == 0 || !mine.is_active)
		return inactive(ctx);
	*config_id = mine.provider_config_id;
	return account_of(ctx, &mine, mode, out);
}

enum err
provider_account_of(struct ctx *ctx, int64_t project_id, enum mode mode, const char *type,
		    struct provider_account *out)
{
	int64_t config_id = 0;

	return provider_account_pick(ctx, project_id, mode, type, false, &config_id, out);
}

enum err
provider_account_at(struct ctx *ctx, int64_t config_id, enum mode mode,
		    struct provider_account *out)
{
	struct account_row row;
	struct rows rows;

	TRY(db_run(ctx, SQL_provider_config_find, &rows, PARAMS(p_int(config_id))));
	row = scan(&rows, 0);
	return account_of(ctx, &row, mode, out);
}

enum err
provider_account_own(struct ctx *ctx, const char *type, enum mode mode,
		     struct provider_account *out, bool *found)
{
	struct rows rows;

	*found = false;
	TRY(db_run(ctx, SQL_provider_config_candidates, &rows, PARAMS(p_id(0), p_text(type))));
	for (size_t i = 0; i < rows.count && !*found; i++) {
		struct account_row row = scan(&rows, i);

		TRY(account_of(ctx, &row, mode, out));
		*found = true;
	}
	return ERR_OK;
}

enum err
provider_signers(struct ctx *ctx, const char *type, struct provider_signer **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_provider_config_waiting, &rows,
		   PARAMS(p_text(type), p_int(PROVIDER_SIGNERS_MAX))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct account_row row = scan(&rows, i);

		(*out)[i].config_id = row.provider_config_id;
		(*out)[i].own = row.project_id == 0;
		/* Secrets don't depend on the mode. */
		TRY(account_of(ctx, &row, MODE_LIVE, &(*out)[i].account));
	}
	return ERR_OK;
}

enum err
provider_order_note(struct ctx *ctx, const char *type, const char *reference, bool deposit,
		    struct provider_account *out)
{
	int64_t config_id = 0;

	TRY(provider_account_pick(ctx, ctx->who.project_id, ctx->who.mode, type, deposit,
				  &config_id, out));
	return db_run(ctx, SQL_provider_order_insert, NULL,
		      PARAMS(p_text(type), p_text(reference), p_int(config_id),
			     p_word(mode_words, ctx->who.mode)));
}

enum err
provider_order_account(struct ctx *ctx, const char *type, const char *reference,
		       struct provider_account *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_payment_of_order, &rows, PARAMS(p_text(type), p_text(reference))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, NULL);
	return provider_account_at(ctx, row_int(&rows, 0, 1),
				   row_bool(&rows, 0, 2) ? MODE_LIVE : MODE_TEST, out);
}
