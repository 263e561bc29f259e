/* Flutterwave, version 3: virtual accounts. */
#include "base/arena.h"
#include "sandbox/code.h"
#include "sandbox/providers/flutterwave.h"

static const char *
account_json(struct sandbox_call *call, const char *code, const char *number)
{
	struct bytes text = {"{}", 2};
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "response_code", "02");
	jw_text(&w, "response_message", "Transaction in progress");
	jw_text(&w, "flw_ref", arena_printf(call->arena, "FLW-%s", code));
	jw_text(&w, "order_ref", code);
	jw_text(&w, "account_number", number);
	jw_text(&w, "account_status", "active");
	jw_text(&w, "frequency", "N/A");
	jw_text(&w, "bank_name", "Sandbox Bank");
	jw_text(&w, "created_at", time_text(call->arena, clock_system()));
	jw_text(&w, "expiry_date", "N/A");
	jw_text(&w, "note", "Please make a bank transfer to the sandbox");
	jw_null(&w, "amount");
	jw_close(&w);
	return jw_finish(&w, &text) ? text.data : "{}";
}

void
flutterwave_create_account(struct sandbox_call *call)
{
	struct record record = {.provider = call->provider, .kind = "account"};
	char code[17];
	char number[11];
	struct jw w;

	if (call_text(call, "email") == NULL) {
		flutterwave_refuse(call, 400, "email is required");
		return;
	}
	random_code(code, sizeof(code) - 1);
	random_digits(number, sizeof(number) - 1);
	record.code = arena_printf(call->arena, "URF_%s", code);
	record.alias = number;
	record.json = account_json(call, record.code, number);
	records_add(call->box->records, &record);
	flutterwave_accept(call, &w, "Virtual account created");
	jw_json(&w, "data", record.json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_fetch_account(struct sandbox_call *call)
{
	const struct record *record = records_find(call->box->records, call->arena, call->provider,
						   "account", call->param);
	struct jw w;

	if (record == NULL) {
		flutterwave_refuse(call, 404, "Virtual account not found");
		return;
	}
	flutterwave_accept(call, &w, "Virtual account");
	jw_json(&w, "data", record->json);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_list_accounts(struct sandbox_call *call)
{
	struct jw w;

	flutterwave_accept(call, &w, "Virtual accounts");
	(void)write_records(call, &w, "account");
	jw_close(&w);
	reply_json(call, 200, &w);
}
