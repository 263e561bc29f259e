#include "api/reply.h"

#include <stdio.h>
#include <string.h>

#include "api/negotiate.h"
#include "api/stream.h"
#include "base/arena.h"
#include "base/attributes.h"

enum err
reply_write(struct call *call, const void *out, bool first, struct bytes *part)
{
	struct jw w;

	if (call->rendering != NULL)
		return call->rendering->write(call, out, part);
	jw_init(&w, call->ctx.arena, 512);
	call->dialect->write_ok(&w, call, out);
	if (!jw_finish_part(&w, first, !call->unfinished, part))
		return fault(&call->ctx.fault, ERR_INTERNAL, NULL, NULL);
	return ERR_OK;
}

enum err
reply_success(struct call *call, void *out)
{
	call->reply.status = call->status;
	if (call->status == 204 || call->status == 302)
		return ERR_OK;
	if (call->unfinished)
		TRY(stream_begin(call, out));
	if (call->rendering != NULL)
		call->reply.content_type =
			text_starts_with(call->rendering->type, "text/")
				? arena_printf(call->ctx.arena, "%s; charset=utf-8",
					       call->rendering->type)
				: call->rendering->type;
	return reply_write(call, out, true, &call->reply.body);
}

/* The meaning of a violated constraint for a client; any other is a bug of ours. */
static const struct {
	const char *constraint;
	enum err err;
	const char *message;
} conflicts[] = {
	{"users_email_key_key", ERR_CONFLICT, "The email address is already registered"},
	{"users_phone", ERR_CONFLICT, "The phone number is already registered"},
	{"users_document", ERR_CONFLICT, "The identity document is already registered"},
	{"merchant_org_number", ERR_CONFLICT, "A business with this number is already registered"},
	{"merchant_user_id_key", ERR_CONFLICT, "You are already a merchant"},
	{"platform_account_user_id_key", ERR_CONFLICT, "You already have a platform account"},
	{"project_slug", ERR_CONFLICT, "You already have a project with this slug"},
	{"project_account_reference", ERR_CONFLICT,
	 "The project already has an account with this reference"},
	{"chart_code_key", ERR_CONFLICT, "An account with this code already exists"},
	{"easypay_settlement_external", ERR_DUPLICATE_REFERENCE,
	 "The transaction_id was already used with different content"},
	{"limit_rule_active", ERR_CONFLICT, "The same is limited for this subject already"},
	{"transaction_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"transaction_reversed", ERR_ALREADY_REVERSED, NULL},
	{"hold_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"payment_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"payment_provider_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"bank_payment_reference", ERR_DUPLICATE_REFERENCE, NULL},
	{"idempotency_pkey", ERR_IDEMPOTENCY_RUNNING, NULL},
};

static void
translate_conflict(struct fault *f)
{
	if (f->constraint[0] == '\0')
		return;
	for (size_t i = 0; i < COUNT(conflicts); i++)
		if (strcmp(conflicts[i].constraint, f->constraint) == 0) {
			f->err = conflicts[i].err;
			(void)snprintf(f->message, sizeof(f->message), "%s",
				       conflicts[i].message != NULL ? conflicts[i].message
								    : err_message(f->err));
			return;
		}
	f->err = ERR_INTERNAL;
	(void)snprintf(f->message, sizeof(f->message), "%s", err_message(ERR_INTERNAL));
}

int
fault_status(const struct call *call)
{
	const struct dialect *dialect = call->dialect;

	if (call->ctx.fault.err == ERR_VALIDATION && call->route != NULL &&
	    call->route->body.violations_are_400)
		return 400;
	return dialect->status != NULL ? dialect->status(&call->ctx.fault)
				       : err_status(call->ctx.fault.err);
}

void
reply_failure(struct call *call)
{
	struct jw w;

	translate_conflict(&call->ctx.fault);
	call->reply.status = fault_status(call);
	call->reply.content_type = NULL;
	call->reply.next = NULL;
	jw_init(&w, call->ctx.arena, 512);
	call->dialect->write_fail(&w, call);
	if (!jw_finish(&w, &call->reply.body))
		call->reply.body = (struct bytes){"{}", 2};
}

void
reply_number(struct call *call, const char *name, int64_t value)
{
	char buf[INTEGER_TEXT_MAX];

	call_header(call, name, arena_strdup(call->ctx.arena, integer_text(buf, value)));
}
