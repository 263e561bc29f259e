/* Consents. Names and numbers are those of the API's document. */
#include "app/people/consent.h"

#include "api/drop/drop.h"

static const char *const types[] = {
	"terms", "privacy", "marketing", "cookies_analytics", "cookies_marketing", NULL};

#define ID_FIELD                                                       \
	FIELD(struct consent, drop_id, .name = "id", .required = true, \
	      .example = "\"con_0123456789abcdef\"")
#define STATE_FIELDS                                                                           \
	FIELD(struct consent, consent_type, .name = "consent_type", .choices = types,          \
	      .required = true, .example = "\"marketing\""),                                   \
		FIELD(struct consent, granted, .name = "granted", .required = true,            \
		      .doc = "1 or 0.", .example = "1"),                                       \
		FIELD(struct consent, granted_at, .name = "granted_at", .keep_null = true),    \
		FIELD(struct consent, withdrawn_at, .name = "withdrawn_at", .keep_null = true, \
		      .example = "null"),                                                      \
		FIELD(struct consent, ip_address, .name = "ip_address", .required = true,      \
		      .doc = "Address from which the consent was last given or withdrawn.",    \
		      .example = "\"192.0.2.1\"")

static const struct field listed_fields[] = {
	ID_FIELD,
	FIELD(struct consent, user_drop_id, .name = "user_id", .required = true,
	      .example = "\"usr_0123456789abcdef\""),
	STATE_FIELDS,
};

static const struct field set_fields[] = {ID_FIELD, STATE_FIELDS};

struct wish {
	const char *type;
	bool granted;
};

static const struct field wish_fields[] = {
	FIELD(struct wish, type, .name = "consentType", .required = true, .choices = types,
	      .example = "\"marketing\""),
	FIELD(struct wish, granted, .name = "granted", .required = true,
	      .doc = "false to withdraw the consent."),
};

static const struct schema listed_out = SCHEMA(struct consent, "Consent", listed_fields);
static const struct schema set_out = SCHEMA(struct consent, "ConsentSet", set_fields);
static const struct schema wish_in = SCHEMA(struct wish, "ConsentRequest", wish_fields);

static enum err
list_consents(struct call *call, const void *in, void *out)
{
	struct page *page = out;

	(void)in;
	return consent_list(&call->ctx, (struct consent **)&page->items.items, &page->items.count);
}

static enum err
set_consent(struct call *call, const void *in, void *out)
{
	const struct wish *wish = in;
	struct consent *consent = out;

	TRY(consent_set(&call->ctx, wish->type, wish->granted, consent));
	call->status = consent->is_new ? 201 : 200;
	return ERR_OK;
}

const struct route drop_consents[] = {
	{GET, "/api/consents", "List consents", NULL, list_consents, .out = &listed_out,
	 .reply.list = true, .access = ACCESS_COOKIE, .status = 200, .docs.tag = "Privacy"},
	{POST, "/api/consents", "Give or withdraw a consent",
	 "201 the first time, 200 for a change. The address of the caller is stored with the "
	 "consent.",
	 set_consent, .in = &wish_in, .out = &set_out, .body.violations_are_400 = true,
	 .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .docs.statuses = {200},
	 .limits.daily = DAILY_CREATIONS, .status = 201, .docs.tag = "Privacy"},
	{0},
};
