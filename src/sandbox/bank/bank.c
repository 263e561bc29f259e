/* A bank by NextGenPSD2 XS2A 1.3: authorisation, errors, accounts and balances. */
#include "sandbox/bank/bank.h"

#include <string.h>

#include "base/arena.h"
#include "base/id.h"

void
bank_refuse(struct sandbox_call *call, int status, const char *code, const char *text)
{
	struct jw w;

	jw_init(&w, call->arena, 256);
	jw_object(&w, NULL);
	jw_list(&w, "tppMessages");
	jw_object(&w, NULL);
	jw_text(&w, "category", "ERROR");
	jw_text(&w, "code", code);
	jw_text(&w, "text", text);
	jw_close(&w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, status, &w);
}

/* Users open the page without any header. */
static bool
admit(struct sandbox_call *call)
{
	struct uuid id;
	const char *text = call_variable(call, "HTTP_X_REQUEST_ID");

	if (strcmp(call->path, "/authorize") == 0)
		return true;
	if (text != NULL && uuid_parse(&id, text))
		return true;
	bank_refuse(call, 400, "FORMAT_ERROR", "X-Request-ID must be a UUID");
	return false;
}

static void
trouble(struct sandbox_call *call, enum trouble what)
{
	switch (what) {
	case TROUBLE_BODY:
		bank_refuse(call, 400, "FORMAT_ERROR", "The body is not valid JSON");
		return;
	case TROUBLE_PATH:
		bank_refuse(call, 404, "RESOURCE_UNKNOWN", "Resource not found");
		return;
	case TROUBLE_REFUSED:
		bank_refuse(call, 400, "PAYMENT_FAILED", "The bank refused the request");
		return;
	case TROUBLE_BROKEN:
	default:
		bank_refuse(call, 500, "INTERNAL_SERVER_ERROR", "Internal server error");
		return;
	}
}

void
bank_write_link(struct jw *w, const char *name, const char *href)
{
	jw_object(w, name);
	jw_text(w, "href", href);
	jw_close(w);
}

void
bank_write_amount(struct jw *w, const char *name, struct money amount)
{
	char text[MONEY_TEXT_MAX];

	jw_object(w, name);
	jw_text(w, "currency", amount.currency->code);
	jw_text(w, "amount", money_text(text, amount));
	jw_close(w);
}

/* The dates are those of ISO 8601, which sort as texts. */
static bool
is_over(const struct bank_consent *consent)
{
	char now[INSTANT_TEXT_MAX];

	return strncmp(consent->valid_until, instant_text(now, clock_system()), 10) < 0;
}

bool
bank_consented(struct sandbox_call *call, struct bank_consent *out)
{
	const char *id = call_variable(call, "HTTP_CONSENT_ID");

	if (id == NULL)
		bank_refuse(call, 400, "FORMAT_ERROR", "Consent-ID is missing");
	else if (!bank_consent_find(call->box->bank, id, out))
		bank_refuse(call, 403, "CONSENT_UNKNOWN", "The consent is unknown");
	else if (strcmp(out->status, "expired") == 0 || is_over(out))
		bank_refuse(call, 401, "CONSENT_EXPIRED", "The consent has expired");
	else if (strcmp(out->status, "valid") != 0)
		bank_refuse(call, 401, "CONSENT_INVALID", "The consent is not valid");
	else
		return true;
	return false;
}

static void
write_balance(struct jw *w, const char *type, struct money amount)
{
	jw_object(w, NULL);
	jw_text(w, "balanceType", type);
	bank_write_amount(w, "balanceAmount", amount);
	jw_close(w);
}

static void
write_balances(struct jw *w, const struct bank_holding *holding)
{
	jw_list(w, "balances");
	write_balance(w, "closingBooked", holding->booked);
	write_balance(w, "interimAvailable", holding->booked);
	jw_close(w);
}

static void
write_account(struct jw *w, struct arena *arena, const struct bank_holding *holding, bool balances)
{
	jw_object(w, NULL);
	jw_text(w, "resourceId", holding->resource_id);
	jw_text(w, "iban", holding->iban);
	jw_text(w, "bban", holding->bban);
	jw_text(w, "currency", holding->booked.currency->code);
	jw_text(w, "name", holding->name);
	jw_text(w, "cashAccountType", "CACC");
	if (balances)
		write_balances(w, holding);
	jw_object(w, "_links");
	bank_write_link(w, "balances",
			arena_printf(arena, "/v1/accounts/%s/balances", holding->resource_id));
	jw_close(w);
	jw_close(w);
}

static void
list_accounts(struct sandbox_call *call)
{
	struct bank_holding holdings[BANK_ACCOUNTS];
	const char *with = form_value(&call->query, "withBalance");
	struct bank_consent consent;
	struct jw w;

	if (!bank_consented(call, &consent))
		return;
	jw_init(&w, call->arena, 1024);
	jw_object(&w, NULL);
	jw_list(&w, "accounts");
	if (bank_holdings(call->box->bank, consent.email, holdings))
		for (size_t i = 0; i < BANK_ACCOUNTS; i++)
			write_account(&w, call->arena, &holdings[i],
				      with != NULL && strcmp(with, "true") == 0);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
show_balances(struct sandbox_call *call)
{
	struct bank_holding holdings[BANK_ACCOUNTS];
	struct bank_consent consent;
	struct jw w;
	size_t i = 0;

	if (!bank_consented(call, &consent))
		return;
	if (!bank_holdings(call->box->bank, consent.email, holdings))
		i = BANK_ACCOUNTS;
	while (i < BANK_ACCOUNTS && strcmp(holdings[i].resource_id, call->param) != 0)
		i++;
	if (i == BANK_ACCOUNTS) {
		bank_refuse(call, 404, "RESOURCE_UNKNOWN", "The account is unknown");
		return;
	}
	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_object(&w, "account");
	jw_text(&w, "iban", holdings[i].iban);
	jw_close(&w);
	write_balances(&w, &holdings[i]);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static const struct fake_route routes[] = {
	{"POST", "/v1/consents", bank_create_consent},
	{"GET", "/v1/consents/{}", bank_show_consent},
	{"GET", "/v1/consents/{}/status", bank_show_consent},
	{"DELETE", "/v1/consents/{}", bank_end_consent},
	{"GET", "/authorize", bank_authorize},
	{"GET", "/v1/accounts", list_accounts},
	{"GET", "/v1/accounts/{}/balances", show_balances},
	{"POST", "/v1/payments/{}", bank_initiate},
	{"GET", "/v1/payments/{}/{}/status", bank_show_payment},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_bank = {
	.name = "bank", .routes = routes, .admit = admit, .trouble = trouble};
