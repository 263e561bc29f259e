#include "app/people/settings.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/money.h"
#include "db/row.h"

const char *const settings_services[] = {"send_money", "vouchers", NULL};

/* The written official languages of South Africa (ISO 639). */
const char *const settings_languages[] = {"en", "af", "nr", "nso", "ss", "st",
					  "tn", "ts", "ve", "xh",  "zu", NULL};

struct settings_row {
	const char *quick_access_services;
	bool show_balance;
	bool chose_show_balance;
	const char *language;
	const char *display_currency;
};

static const struct column columns[] = {
	COLUMN(struct settings_row, quick_access_services),
	COLUMN(struct settings_row, show_balance),
	COLUMN(struct settings_row, chose_show_balance),
	COLUMN(struct settings_row, language),
	COLUMN(struct settings_row, display_currency),
};

struct text_list
settings_enabled(struct arena *arena)
{
	size_t n = COUNT(settings_services) - 1;

	return (struct text_list){
		arena_copy(arena, settings_services, n * sizeof(settings_services[0])), n};
}

/* In the order of settings_services. */
static const struct settings_service service_table[] = {
	{.id = "send_money",
	 .name = "Send money",
	 .description = "Send money to other people's wallets",
	 .category = "payment",
	 .available = true},
	{.id = "vouchers",
	 .name = "Vouchers",
	 .description = "Issue and redeem vouchers",
	 .category = "financial",
	 .available = true},
};

static bool
has(const struct text_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

struct list
settings_available(struct arena *arena, const struct settings *settings)
{
	size_t n = COUNT(service_table);
	struct settings_service *all = arena_copy(arena, service_table, sizeof(service_table));

	for (size_t i = 0; i < n; i++)
		all[i].enabled = has(&settings->quick_access, all[i].id);
	return (struct list){all, n};
}

static const char *
or_usual(const char *text, const char *usual)
{
	return text != NULL ? text : usual;
}

enum err
settings_get(struct ctx *ctx, struct settings *out)
{
	struct settings_row row = {0};
	struct rows rows;

	TRY(db_run(ctx, SQL_user_setting_find, &rows, PARAMS(p_int(ctx->who.user_id))));
	if (rows.count > 0)
		rows_scan(&rows, 0, columns, COLUMN_COUNT(columns), &row);
	*out = (struct settings){
		.user_id = ctx->who.user_id,
		.quick_access = row.quick_access_services != NULL
					? text_list_split(ctx->arena, row.quick_access_services)
					: settings_enabled(ctx->arena),
		.show_balance = row.chose_show_balance ? row.show_balance : true,
		.language = or_usual(row.language, "en"),
		.display_currency = or_usual(row.display_currency, "ZAR"),
	};
	return ERR_OK;
}

static bool
has_repeated(const struct text_list *list)
{
	for (size_t i = 1; i < list->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(list->items[i], list->items[j]) == 0)
				return true;
	return false;
}

enum err
settings_change(struct ctx *ctx, const struct settings_change *in, struct settings *out)
{
	const struct text_list *services = &in->quick_access;
	const struct currency *currency =
		in->display_currency != NULL ? currency_find_any_case(in->display_currency) : NULL;

	if (has_repeated(services)) {
		violation_add(ctx->arena, &ctx->fault, "quickAccessServices", "REPEATED",
			      "must not contain duplicates");
		return ERR_VALIDATION;
	}
	TRY(db_run(ctx, SQL_user_setting_put, NULL,
		   PARAMS(p_int(ctx->who.user_id),
			  services->items != NULL ? p_texts(services->items, services->count)
						  : p_null(),
			  in->show_balance.present ? p_bool(in->show_balance.value) : p_null(),
			  p_text(in->language), p_text(currency != NULL ? currency->code : NULL))));
	return settings_get(ctx, out);
}
