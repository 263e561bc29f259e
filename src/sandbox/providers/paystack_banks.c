/* Paystack: banks, account names, and the merchant's balances. */
#include "base/arena.h"
#include "sandbox/providers/banks.h"
#include "sandbox/providers/paystack.h"

#define BALANCE INT64_C(100000000)

static void
write_bank(struct jw *w, const struct sandbox_bank *bank)
{
	jw_object(w, NULL);
	jw_integer(w, "id", bank->id);
	jw_text(w, "name", bank->name);
	jw_text(w, "slug", bank->slug);
	jw_text(w, "code", bank->code);
	jw_text(w, "longcode", "");
	jw_null(w, "gateway");
	jw_bool(w, "pay_with_bank", false);
	jw_bool(w, "supports_transfer", true);
	jw_bool(w, "active", true);
	jw_text(w, "country", "Nigeria");
	jw_text(w, "currency", "NGN");
	jw_text(w, "type", "nuban");
	jw_bool(w, "is_deleted", false);
	jw_close(w);
}

void
paystack_list_banks(struct sandbox_call *call)
{
	struct jw w;

	paystack_accept(call, &w, "Banks retrieved");
	jw_list(&w, "data");
	for (const struct sandbox_bank *bank = sandbox_banks; bank->name != NULL; bank++)
		write_bank(&w, bank);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_resolve(struct sandbox_call *call)
{
	const char *number = form_value(&call->query, "account_number");
	const struct sandbox_bank *bank = sandbox_bank_find(form_value(&call->query, "bank_code"));
	const char *holder = sandbox_account_holder(number);
	struct jw w;

	if (bank == NULL || holder == NULL) {
		paystack_refuse(call, 422,
				"Could not resolve account name. Check parameters or try again.",
				"Check the account number and the bank code", "invalid_bank_code");
		return;
	}
	paystack_accept(call, &w, "Account number resolved");
	jw_object(&w, "data");
	jw_text(&w, "account_number", number);
	jw_text(&w, "account_name", holder);
	jw_integer(&w, "bank_id", bank->id);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
paystack_balance(struct sandbox_call *call)
{
	struct jw w;

	paystack_accept(call, &w, "Balances retrieved");
	jw_list(&w, "data");
	jw_object(&w, NULL);
	jw_text(&w, "currency", "NGN");
	jw_integer(&w, "balance", BALANCE);
	jw_close(&w);
	jw_close(&w);
	jw_close(&w);
	reply_json(call, 200, &w);
}
