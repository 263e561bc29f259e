/* Access to users' wallets: by the users, and by the wallet keys that they created. */
#include "api/auth.h"

const char *
permission_text(unsigned permission)
{
	switch ((enum permission)permission) {
	case PERMIT_READ:
		return "read";
	case PERMIT_DEPOSIT:
		return "deposit";
	case PERMIT_TRANSFER:
		return "transfer";
	}
	return "";
}

enum err
admit_to_wallet(struct call *call)
{
	const struct principal *who = &call->ctx.who;

	if (who->kind == PRINCIPAL_USER)
		return ERR_OK;
	if (who->kind != PRINCIPAL_WALLET_KEY)
		return fault(&call->ctx.fault, ERR_UNAUTHORIZED, NULL,
			     "An access token or a wallet's API key is required");
	if ((who->permissions & call->route->allow.permission) == 0)
		return fault(&call->ctx.fault, ERR_FORBIDDEN, NULL,
			     "Missing required permission: %s",
			     permission_text(call->route->allow.permission));
	return ERR_OK;
}
