/* Flutterwave, version 3: banks, account names, and the merchant's balances. */
#include "sandbox/providers/banks.h"

#include "sandbox/providers/flutterwave.h"

void
flutterwave_list_banks(struct sandbox_call *call)
{
	struct jw w;

	flutterwave_accept(call, &w, "Banks fetched successfully");
	jw_list(&w, "data");
	for (const struct sandbox_bank *bank = sandbox_banks;
	     text_equal_any_case(call->param, "NG") && bank->name != NULL; bank++) {
		jw_object(&w, NULL);
		jw_integer(&w, "id", bank->id);
		jw_text(&w, "code", bank->code);
		jw_text(&w, "name", bank->name);
		jw_close(&w);
	}
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_resolve(struct sandbox_call *call)
{
	const char *number = call_text(call, "account_number");
	const char *holder = sandbox_account_holder(number);
	struct jw w;

	if (sandbox_bank_find(call_text(call, "account_bank")) == NULL || holder == NULL) {
		flutterwave_refuse(
			call, 400,
			"Sorry, that account number is invalid, please check and try again");
		return;
	}
	flutterwave_accept(call, &w, "Account details fetched");
	jw_object(&w, "data");
	jw_text(&w, "account_number", number);
	jw_text(&w, "account_name", holder);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
write_balance(struct jw *w, const char *name)
{
	jw_object(w, name);
	jw_text(w, "currency", "NGN");
	jw_integer(w, "available_balance", 1000000);
	jw_integer(w, "ledger_balance", 1000000);
	jw_close(w);
}

void
flutterwave_list_balances(struct sandbox_call *call)
{
	struct jw w;

	flutterwave_accept(call, &w, "Wallet balances fetched");
	jw_list(&w, "data");
	write_balance(&w, NULL);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
flutterwave_fetch_balance(struct sandbox_call *call)
{
	struct jw w;

	if (!text_equal_any_case(call->param, "NGN")) {
		flutterwave_refuse(call, 400, "Wallet not found");
		return;
	}
	flutterwave_accept(call, &w, "Wallet balance fetched");
	write_balance(&w, "data");
	jw_close(&w);
	reply_json(call, 200, &w);
}
