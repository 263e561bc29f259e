/*
 * Banks, by NextGenPSD2 XS2A 1.3: consents, accounts, balances.
 *
 * POST /v1/consents {access, recurringIndicator, validUntil, frequencyPerDay,
 * combinedServiceIndicator} -> {consentStatus, consentId, _links.scaRedirect.href}; the user is
 * sent there and returns to TPP-Redirect-URI. GET /v1/consents/{id}/status -> {consentStatus}. GET
 * /v1/accounts?withBalance=true with Consent-ID -> {accounts: [{resourceId, iban | bban, currency,
 * name, balances: [{balanceType, balanceAmount: {currency, amount}}]}]}.
 *
 * Errors are {tppMessages: [{category, code, text}]}.
 */
#include "provider/bank.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "provider/bank_exchange.h"
#include "json/reader.h"

enum { NAME_BYTES_MAX = 280, CURRENCY_LENGTH = 3, FREQUENCY_PER_DAY = 4 };

static const struct {
	const char *word;
	enum xs2a_consent_status status;
} consent_words[] = {
	{"valid", XS2A_CONSENT_VALID},
	{"rejected", XS2A_CONSENT_REJECTED},
	{"expired", XS2A_CONSENT_EXPIRED},
	{"revokedByPsu", XS2A_CONSENT_REVOKED},
	{"terminatedByTpp", XS2A_CONSENT_REVOKED},
};

static enum xs2a_consent_status
consent_status(struct arena *arena, struct json_object *body)
{
	const char *word = report_text(arena, body, "consentStatus", XS2A_ID_MAX);

	for (size_t i = 0; i < COUNT(consent_words); i++)
		if (word != NULL && text_equal(word, consent_words[i].word))
			return consent_words[i].status;
	return XS2A_CONSENT_RECEIVED;
}

/* Also for later payments: one authorisation by the user covers both. */
static void
write_consent(struct jw *w, struct arena *arena, const struct xs2a_consent_order *order)
{
	question_body(w, arena);
	jw_object(w, "access");
	jw_text(w, "allPsd2", "allAccounts");
	jw_close(w);
	jw_bool(w, "recurringIndicator", true);
	jw_text(w, "validUntil", order->valid_until);
	jw_integer(w, "frequencyPerDay", FREQUENCY_PER_DAY);
	jw_bool(w, "combinedServiceIndicator", true);
}

struct xs2a_consent
xs2a_consent_create(const struct xs2a_call *call, const struct xs2a_consent_order *order)
{
	struct jw body;
	struct xs2a_question question = {
		.method = "POST",
		.path = "/v1/consents",
		.redirect_url = order->redirect_url,
		.refused_url = order->refused_url,
		.body = &body,
	};
	struct xs2a_exchange exchange;
	struct xs2a_consent consent = {.status = XS2A_CONSENT_RECEIVED};

	write_consent(&body, call->arena, order);
	exchange = xs2a_ask(call, &question);
	consent.answer = exchange.answer;
	if (exchange.body == NULL)
		return consent;
	consent.id = report_text(call->arena, exchange.body, "consentId", XS2A_ID_MAX);
	consent.status = consent_status(call->arena, exchange.body);
	consent.sca_url = xs2a_link(call->arena, exchange.body, "scaRedirect");
	if (consent.id == NULL || consent.sca_url == NULL)
		consent.answer = xs2a_puzzled("the bank returned no consent to authorise");
	return consent;
}

struct xs2a_consent
xs2a_consent_status(const struct xs2a_call *call, const char *id)
{
	struct xs2a_question question = {
		.method = "GET",
		.path = arena_printf(call->arena, "/v1/consents/%s/status",
				     percent_encode(call->arena, id)),
	};
	struct xs2a_exchange exchange = xs2a_ask(call, &question);

	return (struct xs2a_consent){
		.answer = exchange.answer,
		.id = id,
		.status = consent_status(call->arena, exchange.body),
	};
}

struct xs2a_answer
xs2a_consent_delete(const struct xs2a_call *call, const char *id)
{
	struct xs2a_question question = {
		.method = "DELETE",
		.path = arena_printf(call->arena, "/v1/consents/%s",
				     percent_encode(call->arena, id)),
	};

	return xs2a_ask(call, &question).answer;
}

/* An amount in the form of ISO 20022, which may be negative. */
static bool
read_amount(struct arena *arena, struct json_object *amount, const struct currency *currency,
	    struct money *out)
{
	const char *code = report_text(arena, amount, "currency", CURRENCY_LENGTH);
	const char *text = report_number(arena, json_member(amount, "amount", NULL));
	struct decimal value;
	bool negative;

	if (code == NULL || !text_equal(code, currency->code) || text == NULL)
		return false;
	negative = text[0] == '-';
	text += negative;
	if (decimal_parse(&value, text, strlen(text)) != MONEY_OK)
		return false;
	while (value.scale > currency->exponent && value.coefficient % 10 == 0) {
		value.coefficient /= 10;
		value.scale--;
	}
	if (money_from_decimal(out, value, currency) != MONEY_OK)
		return false;
	if (negative)
		out->minor = -out->minor;
	return true;
}

/* Types of balances by how well they show the spendable amount, the best first. */
static const char *const balance_types[] = {"interimAvailable", "interimBooked", "expected",
					    "closingBooked",    "openingBooked", NULL};

/* False if none of the balances is usable. */
static bool
read_balances(struct arena *arena, struct json_object *balances, const struct currency *currency,
	      struct money *out)
{
	int best = -1;

	for (size_t i = 0; json_kind(balances) == JSON_LIST && i < json_list_length(balances);
	     i++) {
		struct json_object *balance = json_list_item(balances, i);
		const char *type = report_text(arena, balance, "balanceType", XS2A_ID_MAX);
		int rank = type != NULL ? text_index(balance_types, type) : -1;

		if (rank >= 0 && (best < 0 || rank < best) &&
		    read_amount(arena, json_member(balance, "balanceAmount", NULL), currency, out))
			best = rank;
	}
	return best >= 0;
}

/* A name that can be shown to the user, or NULL. */
static const char *
name_of(struct arena *arena, struct json_object *account, const char *member)
{
	struct json_object *value = json_member(account, member, NULL);
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : "";

	if (text[0] == '\0' || strlen(text) > NAME_BYTES_MAX || text_has_control(text))
		return NULL;
	return arena_strdup(arena, text);
}

/* False for an unusable account: without a number, or with several currencies. */
static bool
read_account(struct arena *arena, struct json_object *account, struct xs2a_account *out)
{
	const char *code = report_text(arena, account, "currency", CURRENCY_LENGTH);

	*out = (struct xs2a_account){
		.resource_id = report_text(arena, account, "resourceId", XS2A_ID_MAX),
		.iban = report_text(arena, account, "iban", XS2A_NUMBER_MAX),
		.bban = report_text(arena, account, "bban", XS2A_NUMBER_MAX),
		.currency = code != NULL ? currency_find(code) : NULL,
	};
	if (out->resource_id == NULL || (out->iban == NULL && out->bban == NULL) ||
	    out->currency == NULL)
		return false;
	out->name = name_of(arena, account, "name");
	if (out->name == NULL)
		out->name = name_of(arena, account, "product");
	(void)read_balances(arena, json_member(account, "balances", NULL), out->currency,
			    &out->balance);
	return true;
}

struct xs2a_accounts
xs2a_accounts(const struct xs2a_call *call, const char *consent)
{
	struct xs2a_question question = {
		.method = "GET", .path = "/v1/accounts?withBalance=true", .consent = consent};
	struct xs2a_exchange exchange = xs2a_ask(call, &question);
	struct xs2a_accounts accounts = {.answer = exchange.answer};
	struct json_object *list;
	size_t n;

	if (exchange.body == NULL)
		return accounts;
	list = json_member(exchange.body, "accounts", NULL);
	if (json_kind(list) != JSON_LIST) {
		accounts.answer = xs2a_puzzled("the bank returned no list of accounts");
		return accounts;
	}
	n = json_list_length(list);
	if (n > XS2A_ACCOUNTS_MAX)
		n = XS2A_ACCOUNTS_MAX;
	accounts.items = arena_array(call->arena, n, sizeof(*accounts.items));
	for (size_t i = 0; i < n; i++)
		accounts.count += read_account(call->arena, json_list_item(list, i),
					       &accounts.items[accounts.count]);
	return accounts;
}

struct xs2a_answer
xs2a_balance(const struct xs2a_call *call, const char *consent, const char *resource_id,
	     const struct currency *currency, struct money *out)
{
	struct xs2a_question question = {
		.method = "GET",
		.path = arena_printf(call->arena, "/v1/accounts/%s/balances",
				     percent_encode(call->arena, resource_id)),
		.consent = consent,
	};
	struct xs2a_exchange exchange = xs2a_ask(call, &question);

	if (exchange.body != NULL &&
	    !read_balances(call->arena, json_member(exchange.body, "balances", NULL), currency,
			   out))
		return xs2a_puzzled("the bank returned no balance in the account's currency");
	return exchange.answer;
}
