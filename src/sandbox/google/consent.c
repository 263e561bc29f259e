/* Google's authorization endpoint: the client, the user's consent, and the code. */
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "sandbox/call.h"
#include "sandbox/code.h"
#include "sandbox/google/google.h"
#include "sandbox/google/grants.h"

/* A value of the query, "" where there is none. */
static const char *
asked(const struct sandbox_call *call, const char *name)
{
	const char *value = form_value(&call->query, name);

	return value != NULL ? value : "";
}

/* Why the request can't even be redirected to the client; NULL: it can. */
static const char *
distrust(const struct sandbox_call *call)
{
	const struct config *config = call->box->config;
	const char *redirect = asked(call, "redirect_uri");
	size_t length = strlen(config->public_url);

	if (config->google_client_id[0] == '\0' ||
	    !text_equal(asked(call, "client_id"), config->google_client_id))
		return "The OAuth client was not found (invalid_client).";
	if (!text_starts_with(redirect, config->public_url) || redirect[length] != '/' ||
	    strlen(redirect) >= sizeof(((struct grant *)NULL)->redirect_uri))
		return "The redirect URI is not one of this client (redirect_uri_mismatch).";
	return NULL;
}

/* Redirect to the client with some parameters, and its state. */
static void
send_back(struct sandbox_call *call, const char *parameters)
{
	const char *redirect = asked(call, "redirect_uri");
	const char *state = form_value(&call->query, "state");

	reply_redirect(call, arena_printf(call->arena, "%s%s%s%s%s", redirect,
					  strchr(redirect, '?') != NULL ? "&" : "?", parameters,
					  state != NULL ? "&state=" : "",
					  state != NULL ? form_escape(call->arena, state) : ""));
}

/* The request again, as hidden fields of a form. */
static const char *
hidden_fields(struct sandbox_call *call)
{
	const char *html = "";

	for (size_t i = 0; i < call->query.count; i++)
		html = arena_printf(call->arena,
				    "%s<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", html,
				    html_escape(call->arena, call->query.fields[i].name),
				    html_escape(call->arena, call->query.fields[i].value));
	return html;
}

static void
ask_for_consent(struct sandbox_call *call)
{
	reply_html(
		call, 200,
		arena_printf(
			call->arena,
			"<!DOCTYPE html>\n<html lang=\"en\">\n<meta "
			"charset=\"utf-8\">\n<title>Sign in (sandbox)</title>\n<h1>Sign in to "
			"Cowry</h1>\n<p>This is a simulated Google sign-in. Enter any "
			"address.</p>\n<form method=\"get\" "
			"action=\"%s/google/authorize\">\n%s<p><label>Email <input type=\"email\" "
			"name=\"login_hint\"></label></p>\n<p><button>Continue</button>\n<button "
			"name=\"consent\" value=\"denied\">Cancel</button></p>\n</form>\n",
			html_escape(call->arena, call->box->base), hidden_fields(call)));
}

static bool
is_email(const char *text)
{
	const char *at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' && strlen(text) < GRANT_TEXT_MAX &&
	       !text_has_control(text);
}

void
google_authorize(struct sandbox_call *call)
{
	const char *why = distrust(call);
	const char *email = asked(call, "login_hint");
	struct grant grant;

	if (why != NULL) {
		reply_html(call, 400,
			   arena_printf(call->arena,
					"<!DOCTYPE html>\n<title>Error 400</title>\n<p>%s</p>\n",
					why));
		return;
	}
	if (!text_equal(asked(call, "response_type"), "code")) {
		send_back(call, "error=unsupported_response_type");
	} else if (strstr(asked(call, "scope"), "openid") == NULL) {
		send_back(call, "error=invalid_scope");
	} else if (asked(call, "code_challenge")[0] != '\0' &&
		   !text_equal(asked(call, "code_challenge_method"), "S256")) {
		send_back(call, "error=invalid_request");
	} else if (text_equal(asked(call, "consent"), "denied")) {
		send_back(call, "error=access_denied");
	} else if (!is_email(email)) {
		ask_for_consent(call);
	} else {
		copy_text(grant.redirect_uri, sizeof(grant.redirect_uri),
			  asked(call, "redirect_uri"));
		copy_text(grant.challenge, sizeof(grant.challenge), asked(call, "code_challenge"));
		copy_text(grant.nonce, sizeof(grant.nonce), asked(call, "nonce"));
		copy_text(grant.scope, sizeof(grant.scope), asked(call, "scope"));
		copy_text(grant.email, sizeof(grant.email), email);
		grants_add(google_grants(call->box->google), &grant, clock_system().us / SECOND_US);
		send_back(call, arena_printf(call->arena, "code=%s&scope=%s&authuser=0&prompt=none",
					     form_escape(call->arena, grant.code),
					     form_escape(call->arena, grant.scope)));
	}
}
