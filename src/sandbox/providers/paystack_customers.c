/* Paystack: customers. */
#include <string.h>

#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/paystack.h"

static void
write_customer(struct sandbox_call *call, struct jw *w, const char *code, const char *name)
{
	const char *now = time_text(call->arena, clock_system());

	jw_object(w, name);
	jw_text(w, "email", call_text(call, "email"));
	jw_integer(w, "integration", PAYSTACK_INTEGRATION);
	jw_text(w, "domain", "test");
	jw_text(w, "customer_code", code);
	jw_integer(w, "id", 0);
	jw_text(w, "first_name", call_text(call, "first_name"));
	jw_text(w, "last_name", call_text(call, "last_name"));
	jw_text(w, "phone", call_text(call, "phone"));
	jw_bool(w, "identified", false);
	jw_null(w, "identifications");
	jw_text(w, "createdAt", now);
	jw_text(w, "updatedAt", now);
	jw_close(w);
}

/* An object without a name, as text to store. */
static const char *
customer_json(struct sandbox_call *call, const char *code)
{
	struct bytes text = {"", 0};
	struct jw w;

	jw_init(&w, call->arena, 512);
	write_customer(call, &w, code, NULL);
	return jw_finish(&w, &text) ? text.data : "{}";
}

void
paystack_create_customer(struct sandbox_call *call)
{
	const char *email = call_text(call, "email");
	char code[16];
	struct record record = {.provider = call->provider, .kind = "customer", .alias = email};
	struct jw w;

	if (email == NULL || strchr(email, '@') == NULL) {
		paystack_refuse(call, 400, "Email is required", "Provide all required params",
				"missing_params");
		return;
	}
	random_code(code, sizeof(code) - 1);
	record.code = arena_printf(call->arena, "CUS_%s", code);
	record.json = customer_json(call, record.code);
	records_add(call->box->records, &record);
	paystack_accept(call, &w, "Customer created");
	jw_json(&w, "data", record.json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_fetch_customer(struct sandbox_call *call)
{
	const struct record *record = records_find(call->box->records, call->arena, call->provider,
						   "customer", call->param);
	struct jw w;

	if (record == NULL) {
		paystack_refuse(call, 404, "Customer not found",
				"Ensure that the customer exists on this integration",
				"customer_not_found");
		return;
	}
	paystack_accept(call, &w, "Customer retrieved");
	jw_json(&w, "data", record->json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_list_customers(struct sandbox_call *call)
{
	size_t n;
	struct jw w;

	paystack_accept(call, &w, "Customers retrieved");
	n = write_records(call, &w, "customer");
	jw_object(&w, "meta");
	jw_integer(&w, "total", (int64_t)n);
	jw_integer(&w, "skipped", 0);
	jw_integer(&w, "perPage", RECORDS_SHOWN_MAX);
	jw_integer(&w, "page", 1);
	jw_integer(&w, "pageCount", (int64_t)(n + RECORDS_SHOWN_MAX - 1) / RECORDS_SHOWN_MAX);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}
