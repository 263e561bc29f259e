/* The bank's payments: accepted at once, completed after a few seconds. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "sandbox/bank/bank.h"
#include "sandbox/code.h"

enum { SETTLES_AFTER_MS = 5000, BBAN_LENGTH = 11, IBAN_LENGTH = 15 };

struct errand {
	struct bank_book *book;
	char id[BANK_ID_SIZE];
};

static void
run(void *arg)
{
	struct errand *errand = arg;

	bank_transfer_end(errand->book, errand->id);
	free(errand);
}

static void
end_later(struct sandbox_call *call, const struct bank_transfer *transfer)
{
	struct errand *errand = malloc(sizeof(*errand));
	struct setting setting;

	if (errand == NULL)
		abort();
	if (!control_take(call->box->control, call->provider, KNOB_SETTLE, NULL, &setting))
		setting.number = SETTLES_AFTER_MS;
	errand->book = call->box->bank;
	copy_text(errand->id, sizeof(errand->id), transfer->id);
	timer_add(call->box->timer, setting.number, run, errand);
}

/* The Norwegian number of an account given in either form; NULL: it is not at this bank. */
static const char *
bban_of(struct json_object *account)
{
	const char *bban = object_text(account, "bban");
	const char *iban = object_text(account, "iban");

	if (bban == NULL && iban != NULL && strlen(iban) == IBAN_LENGTH)
		bban = iban + IBAN_LENGTH - BBAN_LENGTH;
	return bban != NULL && strlen(bban) == BBAN_LENGTH ? bban : NULL;
}

static bool
has_number(struct json_object *account)
{
	return object_text(account, "iban") != NULL || object_text(account, "bban") != NULL;
}

static bool
read_transfer(struct sandbox_call *call, struct bank_transfer *out)
{
	struct json_object *amount = object_member(call->body, "instructedAmount");
	const char *bban = bban_of(object_member(call->body, "debtorAccount"));
	const char *id = call_text(call, "endToEndIdentification");

	if (amount == NULL || bban == NULL || call_text(call, "creditorName") == NULL ||
	    !has_number(object_member(call->body, "creditorAccount")) ||
	    object_text(amount, "currency") == NULL || (id != NULL && strlen(id) > 35) ||
	    !amount_read(&out->amount, object_text(amount, "amount"),
			 object_text(amount, "currency")))
		return false;
	copy_text(out->bban, sizeof(out->bban), bban);
	copy_text(out->end_to_end, sizeof(out->end_to_end), id);
	copy_text(out->request_id, sizeof(out->request_id),
		  call_variable(call, "HTTP_X_REQUEST_ID"));
	return true;
}

static void
show(struct sandbox_call *call, int status, const struct bank_transfer *transfer, bool links)
{
	const char *self =
		arena_printf(call->arena, "/v1/payments/%s/%s", call->param, transfer->id);
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "transactionStatus", transfer->status);
	if (links) {
		jw_text(&w, "paymentId", transfer->id);
		jw_object(&w, "_links");
		bank_write_link(&w, "self", self);
		bank_write_link(&w, "status", arena_printf(call->arena, "%s/status", self));
		jw_close(&w);
	}
	jw_close(&w);
	reply_json(call, status, &w);
}

/* A consent is optional, but must be valid. */
static bool
is_allowed(struct sandbox_call *call)
{
	struct bank_consent *consent = arena_alloc(call->arena, sizeof(*consent));

	return call_variable(call, "HTTP_CONSENT_ID") == NULL || bank_consented(call, consent);
}

void
bank_initiate(struct sandbox_call *call)
{
	struct bank_transfer transfer = {.outcome = "success"};
	struct setting setting;

	if (!is_allowed(call))
		return;
	if (!read_transfer(call, &transfer)) {
		bank_refuse(call, 400, "FORMAT_ERROR", "The payment is not well-formed");
		return;
	}
	if (control_take(call->box->control, call->provider, KNOB_OUTCOME, NULL, &setting))
		transfer.outcome = setting.word;
	switch (bank_transfer_take(call->box->bank, &transfer)) {
	case BANK_TAKEN:
		if (strcmp(transfer.outcome, "never") != 0)
			end_later(call, &transfer);
		show(call, 201, &transfer, true);
		break;
	case BANK_REPEATED:
		show(call, 201, &transfer, true);
		break;
	case BANK_NO_ACCOUNT:
		bank_refuse(call, 400, "PAYMENT_FAILED", "The payer's account is unknown");
		break;
	case BANK_UNFUNDED:
		bank_refuse(call, 400, "FUNDS_NOT_AVAILABLE", "Insufficient funds");
		break;
	}
}

void
bank_show_payment(struct sandbox_call *call)
{
	struct bank_transfer transfer;

	if (bank_transfer_find(call->box->bank, call->param, &transfer))
		show(call, 200, &transfer, false);
	else
		bank_refuse(call, 404, "RESOURCE_UNKNOWN", "The payment is unknown");
}
