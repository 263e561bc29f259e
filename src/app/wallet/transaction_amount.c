#include "app/wallet/transaction.h"
#include "base/arena.h"

enum err
transaction_amount_of(struct ctx *ctx, const char *field, struct decimal amount,
		      const char *currency, struct money *out)
{
	const struct currency *known = currency_find_any_case(currency);

	switch (money_from_decimal(out, amount, known)) {
	case MONEY_OK:
		return ERR_OK;
	case MONEY_DECIMALS:
		violation_add(ctx->arena, &ctx->fault, field, "DECIMALS",
			      arena_printf(ctx->arena, "must have at most %d decimals in %s",
					   known->exponent, known->code));
		return ERR_VALIDATION;
	case MONEY_NOT_A_NUMBER:
	case MONEY_OVERFLOW:
		break;
	}
	violation_add(ctx->arena, &ctx->fault, field, "AMOUNT", "is too large");
	return ERR_VALIDATION;
}

enum err
transaction_amount(struct ctx *ctx, struct decimal amount, const char *currency, struct money *out)
{
	return transaction_amount_of(ctx, "amount", amount, currency, out);
}
