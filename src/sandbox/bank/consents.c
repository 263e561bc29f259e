/* The bank's consents: requested by Cowry, decided by the customer on a page of the bank. */
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "sandbox/bank/bank.h"
#include "sandbox/code.h"
#include "json/reader.h"

enum { DATE_LENGTH = 10 };

/* A URL of Cowry, or NULL: customers are not redirected anywhere else. */
static const char *
redirect_of(struct sandbox_call *call, const char *variable)
{
	const char *base = call->box->config->public_url;
	const char *url = call_variable(call, variable);

	if (url == NULL || !text_starts_with(url, base) || url[strlen(base)] != '/' ||
	    strlen(url) >= BANK_URL_MAX)
		return NULL;
	return url;
}

static void
show(struct sandbox_call *call, int status, const struct bank_consent *consent)
{
	const char *self = arena_printf(call->arena, "/v1/consents/%s", consent->id);
	struct jw w;

	jw_init(&w, call->arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "consentStatus", consent->status);
	if (status == 201) {
		jw_text(&w, "consentId", consent->id);
		jw_object(&w, "_links");
		bank_write_link(&w, "scaRedirect",
				arena_printf(call->arena, "%s/bank/authorize?consentId=%s",
					     call->box->base, consent->id));
		bank_write_link(&w, "self", self);
		bank_write_link(&w, "status", arena_printf(call->arena, "%s/status", self));
		jw_close(&w);
	}
	jw_close(&w);
	reply_json(call, status, &w);
}

void
bank_create_consent(struct sandbox_call *call)
{
	struct bank_consent consent = {.status = "received"};
	const char *redirect = redirect_of(call, "HTTP_TPP_REDIRECT_URI");
	const char *refused = redirect_of(call, "HTTP_TPP_NOK_REDIRECT_URI");
	const char *until = call_text(call, "validUntil");
	struct instant end;

	if (redirect == NULL || object_member(call->body, "access") == NULL || until == NULL ||
	    strlen(until) != DATE_LENGTH || !instant_parse(&end, until)) {
		bank_refuse(call, 400, "FORMAT_ERROR",
			    "access, validUntil and TPP-Redirect-URI are required");
		return;
	}
	copy_text(consent.redirect, sizeof(consent.redirect), redirect);
	copy_text(consent.refused, sizeof(consent.refused), refused != NULL ? refused : redirect);
	copy_text(consent.valid_until, sizeof(consent.valid_until), until);
	bank_consent_add(call->box->bank, &consent);
	show(call, 201, &consent);
}

void
bank_show_consent(struct sandbox_call *call)
{
	struct bank_consent consent;

	if (bank_consent_find(call->box->bank, call->param, &consent))
		show(call, 200, &consent);
	else
		bank_refuse(call, 403, "CONSENT_UNKNOWN", "The consent is unknown");
}

void
bank_end_consent(struct sandbox_call *call)
{
	if (bank_consent_decide(call->box->bank, call->param, "terminatedByTpp", NULL))
		call->reply->status = 204;
	else
		bank_refuse(call, 403, "CONSENT_UNKNOWN", "The consent is unknown");
}

static const char *
asked(const struct sandbox_call *call, const char *name)
{
	const char *value = form_value(&call->query, name);

	return value != NULL ? value : "";
}

static void
ask_for_consent(struct sandbox_call *call, const char *id)
{
	reply_html(
		call, 200,
		arena_printf(
			call->arena,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<meta "
			"charset=\"utf-8\">\n<title>Consent (sandbox)</title>\n<h1>Your "
			"bank</h1>\n<p>Cowry requests access to your accounts, and permission to "
			"pay from them.\nThis is a simulated bank. Enter any address.</p>\n<form "
			"method=\"get\" action=\"%s/bank/authorize\">\n<input type=\"hidden\" "
			"name=\"consentId\" value=\"%s\">\n<p><label>Email <input type=\"email\" "
			"name=\"login_hint\"></label></p>\n<p><button>Agree</button>\n<button "
			"name=\"consent\" value=\"denied\">Refuse</button></p>\n</form>\n",
			html_escape(call->arena, call->box->base), html_escape(call->arena, id)));
}

/* The initial balance of the first account of a new customer, if the control sets it. */
static const struct money *
opening_balance(struct sandbox_call *call, struct money *out)
{
	struct setting setting;
	const struct currency *krone = currency_find("NOK");

	if (!control_take(call->box->control, call->provider, KNOB_PAID, NULL, &setting) ||
	    !setting.amount.present || money_from_decimal(out, setting.amount, krone) != MONEY_OK)
		return NULL;
	return out;
}

static void
agree(struct sandbox_call *call, const struct bank_consent *consent, const char *email)
{
	struct money opening;

	bank_open_accounts(call->box->bank, email, opening_balance(call, &opening));
	if (bank_consent_decide(call->box->bank, consent->id, "valid", email))
		reply_redirect(call, consent->redirect);
}

/* The end of a consent by the customer; NULL: it stays. */
static const char *
ending(const struct bank_consent *consent, const char *instruction)
{
	bool valid = strcmp(consent->status, "valid") == 0;

	if (strcmp(instruction, "denied") == 0)
		return valid ? "revokedByPsu" : "rejected";
	return valid && strcmp(instruction, "expired") == 0 ? "expired" : NULL;
}

void
bank_authorize(struct sandbox_call *call)
{
	const char *id = asked(call, "consentId");
	const char *email = asked(call, "login_hint");
	struct bank_consent *consent = arena_alloc(call->arena, sizeof(*consent));
	const char *end;

	if (!bank_consent_find(call->box->bank, id, consent)) {
		reply_html(call, 404, "<!DOCTYPE html>\n<p>Consent not found.</p>\n");
		return;
	}
	end = ending(consent, asked(call, "consent"));
	if (end != NULL) {
		if (bank_consent_decide(call->box->bank, id, end, NULL))
			reply_redirect(call, consent->refused);
	} else if (strcmp(consent->status, "received") != 0) {
		reply_redirect(call, consent->redirect);
	} else if (strchr(email, '@') == NULL || strlen(email) >= BANK_TEXT_MAX) {
		ask_for_consent(call, id);
	} else {
		agree(call, consent, email);
	}
}
