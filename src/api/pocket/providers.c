/*
 * Payment providers. None is connected yet: each of these routes answers 501
 * NOT_IMPLEMENTED, after the caller has been authenticated.
 */
#include "api/pocket/pocket.h"

static enum err
not_connected(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return fault(&call->ctx.fault, ERR_NOT_IMPLEMENTED, NULL,
		     "Payment providers are not connected yet");
}

const struct route pocket_providers[] = {
	{POST, "/v1/projects/{projectId}/providers", "Configure a provider of a project",
	 "Not available yet.", not_connected, .access = ACCESS_USER_OR_KEY, .status = 201,
	 .planned = true, .tag = "Providers"},
	{GET, "/v1/projects/{projectId}/providers", "List the providers of a project",
	 "Not available yet.", not_connected, .access = ACCESS_USER_OR_KEY, .status = 200,
	 .planned = true, .tag = "Providers"},
	{GET, "/v1/wallet-providers", "List the active providers", "Not available yet.",
	 not_connected, .status = 200, .planned = true, .tag = "Providers"},
	{POST, "/v1/wallet-providers/add", "Activate a provider", "Not available yet.",
	 not_connected, .access = ACCESS_ADMIN, .status = 201, .planned = true, .tag = "Providers"},
	{DELETE, "/v1/wallet-providers/{type:word}", "Deactivate a provider", "Not available yet.",
	 not_connected, .access = ACCESS_ADMIN, .status = 200, .planned = true, .tag = "Providers"},
	{POST, "/v1/wallet-providers/create-wallet", "Create a wallet at a provider",
	 "Not available yet.", not_connected, .access = ACCESS_PROJECT_KEY, .status = 201,
	 .planned = true, .tag = "Providers"},
	{POST, "/v1/wallet-providers/actions", "Call a provider", "Not available yet.",
	 not_connected, .access = ACCESS_PROJECT_KEY, .status = 200, .planned = true,
	 .tag = "Providers"},
	{POST, "/v1/webhooks/paystack", "Webhook of Paystack", "Not available yet.", not_connected,
	 .status = 200, .planned = true, .tag = "Providers"},
	{POST, "/v1/webhooks/flutterwave", "Webhook of Flutterwave", "Not available yet.",
	 not_connected, .status = 200, .planned = true, .tag = "Providers"},
	{POST, "/v1/webhooks/paga", "Webhook of Paga", "Not available yet.", not_connected,
	 .status = 200, .planned = true, .tag = "Providers"},
	{POST, "/v1/webhooks/fingra", "Webhook of Fingra", "Not available yet.", not_connected,
	 .status = 200, .planned = true, .tag = "Providers"},
	{0},
};
