/* User settings of the app. */
#include "app/people/settings.h"
#include "api/moolah/moolah.h"

#define SERVICES_EXAMPLE "[\"send_money\",\"vouchers\"]"

static const struct field change_fields[] = {
	FIELD(struct settings_change, quick_access, .name = "quickAccessServices", .max = 40,
	      .may_be_empty = true, .choices = settings_services,
	      .doc = "Enabled services, without duplicates.", .example = SERVICES_EXAMPLE),
	FIELD(struct settings_change, show_balance, .name = "showBalance"),
	FIELD(struct settings_change, language, .name = "language", .choices = settings_languages,
	      .doc = "ISO 639 code of a written official language of South Africa.",
	      .example = "\"en\""),
	FIELD(struct settings_change, display_currency, .name = "displayCurrency",
	      .format = "currency", .example = "\"ZAR\""),
};

static const struct field settings_fields[] = {
	FIELD(struct settings, user_id, .name = "userId", .required = true, .example = "1"),
	FIELD(struct settings, quick_access, .name = "quickAccessServices", .required = true,
	      .may_be_empty = true, .example = SERVICES_EXAMPLE),
	FIELD(struct settings, show_balance, .name = "showBalance", .required = true),
	FIELD(struct settings, language, .name = "language", .required = true, .example = "\"en\""),
	FIELD(struct settings, display_currency, .name = "displayCurrency", .required = true,
	      .example = "\"ZAR\""),
};

static const struct schema settings_out =
	SCHEMA(struct settings, "MoolahSettings", settings_fields);

static const struct field service_fields[] = {
	FIELD(struct settings_service, id, .name = "id", .required = true,
	      .example = "\"send_money\""),
	FIELD(struct settings_service, name, .name = "name", .required = true,
	      .example = "\"Send money\""),
	FIELD(struct settings_service, description, .name = "description", .required = true,
	      .example = "\"Send money to other people's wallets\""),
	FIELD(struct settings_service, category, .name = "category", .required = true,
	      .example = "\"payment\""),
	FIELD(struct settings_service, available, .name = "available", .required = true),
	FIELD(struct settings_service, coming_soon, .name = "comingSoon", .required = true,
	      .example = "false"),
	FIELD(struct settings_service, enabled, .name = "enabled", .required = true,
	      .doc = "Whether the service is in quickAccessServices."),
};

static const struct schema service_out =
	SCHEMA(struct settings_service, "MoolahService", service_fields);

struct settings_reply {
	struct settings settings;
	struct text_list enabled;
	struct list available;
};

static const struct field reply_fields[] = {
	FIELD(struct settings_reply, settings, .name = "settings", .required = true,
	      .sub = &settings_out),
	FIELD(struct settings_reply, enabled, .name = "enabledServices", .required = true,
	      .example = SERVICES_EXAMPLE),
	FIELD(struct settings_reply, available, .name = "availableServices", .required = true,
	      .sub = &service_out),
};

static const struct schema change_in =
	SCHEMA(struct settings_change, "MoolahSettingsRequest", change_fields);
static const struct schema reply_out =
	SCHEMA(struct settings_reply, "MoolahSettingsReply", reply_fields);

static void
add_services(struct call *call, struct settings_reply *reply)
{
	reply->enabled = settings_enabled(call->ctx.arena);
	reply->available = settings_available(call->ctx.arena, &reply->settings);
}

static enum err
get_settings(struct call *call, const void *in, void *out)
{
	struct settings_reply *reply = out;

	(void)in;
	TRY(settings_get(&call->ctx, &reply->settings));
	add_services(call, reply);
	return ERR_OK;
}

static enum err
change_settings(struct call *call, const void *in, void *out)
{
	struct settings_reply *reply = out;

	TRY(settings_change(&call->ctx, in, &reply->settings));
	add_services(call, reply);
	return ERR_OK;
}

const struct route moolah_settings[] = {
	{GET, "/api/v1/settings", "Retrieve your settings", NULL, get_settings, .out = &reply_out,
	 .access = ACCESS_USER, .reply.message = "User settings retrieved successfully",
	 .status = 200, .docs.tag = "Settings"},
	{PUT, "/api/v1/settings", "Update your settings", "Omitted fields are not changed.",
	 change_settings, .in = &change_in, .out = &reply_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .reply.message = "User settings updated successfully",
	 .status = 200, .docs.tag = "Settings"},
	{PATCH, "/api/v1/settings", "Update your settings", "Same as PUT.", change_settings,
	 .in = &change_in, .out = &reply_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .reply.message = "User settings updated successfully", .status = 200,
	 .docs.tag = "Settings"},
	{0},
};
