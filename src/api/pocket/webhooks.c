/*
 * Webhooks of providers. The body is read byte for byte: these bytes are signed. An answer of 200
 * confirms that it is recorded; a provider repeats a webhook after any other answer. One that is
 * signed but can't be parsed is recorded, too, and the provider is asked for the status of its
 * payments.
 */
#include <string.h>

#include "api/pocket/pocket.h"
#include "api/provider_event.h"
#include "app/payment/payment.h"

/* The last part of the path is the provider's name. */
static enum err
take(struct call *call, const void *in, void *out)
{
	const struct provider *provider = provider_find(strrchr(call->route->path, '/') + 1);
	const char *signature = request_header(call->request, provider->signature_header);
	enum webhook_result result;
	enum err err;

	(void)in;
	(void)out;
	if (call->request->repeated_credentials)
		signature = NULL;
	err = payment_webhook(&call->ctx, provider, call->request->body, signature, &result);
	return err == ERR_UNAUTHORIZED ? call_refuse(call) : err;
}

#define WEBHOOK_ROUTE(name, title, doc)                                                    \
	{                                                                                  \
		POST, "/v1/webhooks/" name, "Receive a webhook from " title, doc, take,    \
			.body.bytes_max = WEBHOOK_BODY_MAX, .body.raw = &provider_event,   \
			.ignores_key = true, .docs.errors = {401}, .effect = EFFECT_WRITE, \
			.status = 200, .docs.tag = "Provider webhooks"                     \
	}

const struct route pocket_provider_webhooks[] = {
	WEBHOOK_ROUTE(
		"paystack", "Paystack",
		"x-paystack-signature is the HMAC-SHA512 of the body under the secret key, in "
		"hexadecimal. 401 if it does not match."),
	WEBHOOK_ROUTE("flutterwave", "Flutterwave",
		      "verif-hash is the account's webhookSecret. 401 if it does not match."),
	WEBHOOK_ROUTE("paga", "Paga",
		      "x-paga-signature is the HMAC-SHA512 of the body under the webhookSecret, in "
		      "hexadecimal. 401 if it does not match."),
	WEBHOOK_ROUTE(
		"fingra", "Fingra",
		"x-fingra-signature is the HMAC-SHA512 of the body under the webhookSecret, in "
		"hexadecimal. 401 if it does not match."),
	{0},
};
