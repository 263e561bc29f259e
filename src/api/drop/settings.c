/* User preferences. */
#include "api/drop/drop.h"
#include "app/people/profile.h"

static const char *const currencies[] = {"EUR", "USD", "GBP", "BAM", "CHF", "PLN",
					 "NOK", "RSD", "TRY", "PKR", NULL};
static const char *const languages[] = {"nb", "en", "bs", "sq", NULL};

static const struct field settings_fields[] = {
	FIELD(struct drop_settings, currency, .name = "currency", .choices = currencies,
	      .required = true, .example = "\"NOK\""),
	FIELD(struct drop_settings, language, .name = "language", .choices = languages,
	      .required = true, .example = "\"nb\""),
	FIELD(struct drop_settings, push_enabled, .name = "pushEnabled", .required = true),
	FIELD(struct drop_settings, email_enabled, .name = "emailEnabled", .required = true),
};

static const struct field change_fields[] = {
	FIELD(struct drop_settings_change, currency, .name = "currency", .choices = currencies,
	      .example = "\"NOK\""),
	FIELD(struct drop_settings_change, language, .name = "language", .choices = languages,
	      .example = "\"nb\""),
	FIELD(struct drop_settings_change, push_enabled, .name = "pushEnabled"),
	FIELD(struct drop_settings_change, email_enabled, .name = "emailEnabled"),
};

static const struct schema settings_out =
	SCHEMA(struct drop_settings, "DropSettings", settings_fields);
static const struct schema change_in =
	SCHEMA(struct drop_settings_change, "DropSettingsRequest", change_fields);

static enum err
get_settings(struct call *call, const void *in, void *out)
{
	(void)in;
	return drop_settings_get(&call->ctx, out);
}

static enum err
change_settings(struct call *call, const void *in, void *out)
{
	return drop_settings_change(&call->ctx, in, out);
}

const struct route drop_settings[] = {
	{GET, "/api/settings", "Retrieve settings", "Created on first access.", get_settings,
	 .out = &settings_out, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Settings"},
	{PATCH, "/api/settings", "Update settings", "Omitted fields are not changed.",
	 change_settings, .in = &change_in, .out = &settings_out, .access = ACCESS_COOKIE,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Settings"},
	{0},
};
