/*
 * Answers of outside servers: no answer breaks the client of a provider, a vendor or a bank, and what a
 * client concludes is complete. The first byte selects the call; then come the caller's payload and the
 * answers, separated by NUL bytes, each with a first byte that selects its status.
 */
#include <string.h>

#include "base/arena.h"
#include "net/http.h"
#include "provider/bank.h"
#include "provider/vendor.h"
#include "tests/fuzz/fuzz.h"
#include "json/reader.h"

enum { LIMIT = 64 << 20, ID_MAX = 100, BANK_ID_MAX = 200, VALUES = 65536, CALLS_MAX = 1000 };

#define REFERENCE "cw-abcdefghijklmnopqrstuvwx"

/* The answers that are left, and how many calls there were. */
struct http_client {
	const char *next;
	const char *end;
	size_t calls;
};

/* In place of the product's: the next answer of the input. What is sent must be well-formed. */
struct http_answer
http_call(struct http_client *client, struct arena *arena, const struct http_request *request)
{
	static const int statuses[] = {200, 201, 400, 401, 404, 409, 422, 429, 500, 503};
	struct json_object *sent;
	struct fault f = {0};
	const char *stop;
	size_t length;
	int status;

	REQUIRE(client->calls++ < CALLS_MAX);
	REQUIRE(!text_has_control(request->url));
	if (request->body.length > 0)
		REQUIRE(json_read(arena, &f, request->body.data, request->body.length, &sent) ==
			ERR_OK);
	if (client->next >= client->end)
		return (struct http_answer){.outcome = HTTP_LOST, .problem = "no answer"};
	status = statuses[(unsigned char)*client->next++ % (sizeof(statuses) / sizeof(int))];
	stop = memchr(client->next, '\0', (size_t)(client->end - client->next));
	length = (size_t)((stop != NULL ? stop : client->end) - client->next);
	client->next += length + 1;
	return (struct http_answer){
		.outcome = HTTP_ANSWERED,
		.status = status,
		.body = {arena_strndup(arena, client->next - length - 1, length), length},
	};
}

/* Ids and references are visible ASCII of at most "max" bytes. */
static void
check_id(const char *text, size_t max)
{
	if (text == NULL)
		return;
	REQUIRE(text[0] != '\0' && strlen(text) <= max);
	for (; *text != '\0'; text++)
		REQUIRE(*text > ' ' && *text <= '~');
}

static void
check_outcome(enum provider_outcome outcome, const char *message)
{
	REQUIRE(outcome == PROVIDER_ACCEPTED || outcome == PROVIDER_REJECTED ||
		outcome == PROVIDER_UNKNOWN);
	REQUIRE(outcome != PROVIDER_REJECTED || (message != NULL && message[0] != '\0'));
}

static void
check_answer(struct arena *arena, const struct provider_answer *answer)
{
	struct json_object *shown;
	struct fault f = {0};

	check_outcome(answer->outcome, answer->message);
	check_id(answer->id, ID_MAX);
	if (answer->shown != NULL)
		REQUIRE(json_read_bounded(arena, &f, answer->shown, strlen(answer->shown), VALUES,
					  &shown) == ERR_OK);
}

static void
check_report(const struct provider_report *report)
{
	check_id(report->reference, ID_MAX);
	check_id(report->id, ID_MAX);
	REQUIRE(report->amount.minor >= 0);
	REQUIRE(report->amount.currency != NULL || report->amount.minor == 0);
}

enum { PROVIDER_CALLS = 7, VENDOR_CALLS = 2, BANK_CALLS = 7 };

static void
call_provider(const struct provider *provider, size_t which, const struct provider_call *call,
	      const struct json_object *payload)
{
	struct provider_order order = {.reference = REFERENCE,
				       .amount = {100000, currency_find("NGN")},
				       .email = "ada@example.com",
				       .payload = payload};
	struct provider_answer answer;
	struct provider_report report;

	if (which >= 5) {
		report = provider->poll(call, REFERENCE, which == 6);
		check_report(&report);
		return;
	}
	switch (which) {
	case 0:
		answer = provider->create(call, payload);
		break;
	case 1:
		answer = provider->fetch(call, payload);
		break;
	case 2:
		answer = provider->list(call, payload);
		break;
	case 3:
		answer = provider->deposit(call, &order);
		break;
	default:
		answer = provider->withdraw(call, &order);
		break;
	}
	check_answer(call->arena, &answer);
}

static void
call_vendor(const struct vendor *vendor, size_t which, const struct provider_call *call)
{
	static const enum product_kind kinds[] = {PRODUCT_AIRTIME, PRODUCT_DATA,
						  PRODUCT_ELECTRICITY, PRODUCT_BILL};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct http_client rewound = *call->http;
		struct provider_call again = *call;
		struct vendor_order order = {.reference = REFERENCE,
					     .kind = kinds[i],
					     .product = "1",
					     .recipient = "+27825571234",
					     .amount = {1000, currency_find("ZAR")}};
		struct vendor_answer answer;

		again.http = &rewound;
		answer =
			which == 0 ? vendor->sell(&again, &order) : vendor->poll(&again, REFERENCE);
		check_outcome(answer.outcome, which == 0 ? answer.message : "-");
		check_id(answer.id, ID_MAX);
		REQUIRE(answer.amount.currency != NULL || answer.amount.minor == 0);
	}
}

static void
check_bank(const struct xs2a_answer *answer)
{
	check_outcome(answer->outcome, answer->message);
}

static void
call_accounts(const struct xs2a_call *call)
{
	struct xs2a_accounts accounts = xs2a_accounts(call, "consent");

	check_bank(&accounts.answer);
	REQUIRE(accounts.count <= XS2A_ACCOUNTS_MAX);
	for (size_t i = 0; i < accounts.count; i++) {
		const struct xs2a_account *account = &accounts.items[i];

		REQUIRE(account->resource_id != NULL && account->currency != NULL);
		REQUIRE((account->iban != NULL) != (account->bban != NULL));
		REQUIRE(account->name == NULL || !text_has_control(account->name));
	}
}

static void
call_bank(size_t which, const struct xs2a_call *call)
{
	static const struct xs2a_consent_order consent_order = {
		"2026-02-28", "https://pay.example/granted", "https://pay.example/refused"};
	struct xs2a_payment_order order = {.product = "norwegian-domestic-credit-transfers",
					   .end_to_end_id = "cw-1",
					   .amount = {1000, currency_find("NOK")},
					   .debtor_bban = "86011117947",
					   .creditor_bban = "86011117947",
					   .creditor_name = "Ada",
					   .redirect_url = "https://pay.example/paid"};
	struct xs2a_consent consent = {.status = XS2A_CONSENT_RECEIVED};
	struct xs2a_payment payment = {.state = PROVIDER_PENDING};
	struct money balance = {0};

	switch (which) {
	case 0:
		consent = xs2a_consent_create(call, &consent_order);
		break;
	case 1:
		consent = xs2a_consent_status(call, "consent");
		break;
	case 2:
		consent.answer = xs2a_consent_delete(call, "consent");
		break;
	case 3:
		call_accounts(call);
		return;
	case 4:
		consent.answer =
			xs2a_balance(call, "consent", "account", currency_find("NOK"), &balance);
		break;
	case 5:
		payment = xs2a_payment_initiate(call, "consent", &order);
		consent.answer = payment.answer;
		break;
	default:
		payment = xs2a_payment_status(call, order.product, "payment");
		consent.answer = payment.answer;
		break;
	}
	check_bank(&consent.answer);
	check_id(consent.id, BANK_ID_MAX);
	check_id(payment.id, BANK_ID_MAX);
}

/* The caller's payload: an object, or none. */
static const struct json_object *
payload_of(struct arena *arena, const char *text, size_t length)
{
	struct json_object *payload = NULL;
	struct fault f = {0};

	if (json_read(arena, &f, text, length, &payload) != ERR_OK ||
	    json_kind(payload) != JSON_OBJECT)
		return NULL;
	return payload;
}

/* Every call of the providers, then of the vendors, then of the bank, by number; wraps around. */
static void
call_number(size_t n, const struct provider_call *call, const struct json_object *payload)
{
	static const struct xs2a_access access = {"https://bank.example", "PSDNO-1", "", "dnb"};
	struct xs2a_call bank = {.arena = call->arena, .http = call->http, .access = &access};
	size_t provider_count = 0;
	size_t vendor_count = 0;

	while (providers[provider_count] != NULL)
		provider_count++;
	while (vendors[vendor_count] != NULL)
		vendor_count++;
	n %= provider_count * PROVIDER_CALLS + vendor_count * VENDOR_CALLS + BANK_CALLS;
	if (n < provider_count * PROVIDER_CALLS) {
		call_provider(providers[n / PROVIDER_CALLS], n % PROVIDER_CALLS, call, payload);
		return;
	}
	n -= provider_count * PROVIDER_CALLS;
	if (n < vendor_count * VENDOR_CALLS)
		call_vendor(vendors[n / VENDOR_CALLS], n % VENDOR_CALLS, call);
	else
		call_bank(n - vendor_count * VENDOR_CALLS, &bank);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct provider_account account = {.base_url = "https://provider.example",
							.api_key = "key",
							.public_key = "principal",
							.webhook_secret = "secret"};
	const char *text = (const char *)data + 1;
	struct arena *arena;
	struct http_client http;
	struct provider_call call;
	size_t payload;

	if (size == 0)
		return 0;
	arena = arena_new(LIMIT);
	payload = strnlen(text, size - 1);
	http = (struct http_client){.next = text + payload + 1, .end = (const char *)data + size};
	call = (struct provider_call){.arena = arena, .http = &http, .account = &account};
	call_number(data[0], &call, payload_of(arena, text, payload));
	arena_free(arena);
	return 0;
}
