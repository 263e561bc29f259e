/* quote.h - cost of a payment and amount received, and the quote shown to the user beforehand. */
#ifndef APP_REMITTANCE_QUOTE_H
#define APP_REMITTANCE_QUOTE_H

#include "base/ctx.h"
#include "base/money.h"

/* How an amount is charged and converted. */
struct quote {
	const char *type;     /* "remittance", "qr_payment" */
	int64_t recipient_id; /* of a remittance */
	struct money amount;
	struct money fee;
	struct decimal fee_share; /* of the amount: 0.005 */
	struct money total;       /* the total charged to the payer */
	int64_t rate_id;          /* 0: no conversion */
	struct decimal rate;
	struct money receive;
};

enum { QUOTE_LIFETIME_S = 60 };

/* The fee of a type of payment, as a share of the amount. */
struct decimal fee_share(const char *type);
/* At the current rate. currency is that of the recipient. ERR_UNPROCESSABLE if there is no rate,
 * or the amount is too large. For a payment by QR code the merchant pays the fee. */
enum err quote_make(struct ctx *ctx, const char *type, int64_t recipient_id, struct money amount,
		    const char *currency, struct quote *out) MUST_CHECK;
/* Store the quote shown to the caller: for QUOTE_LIFETIME_S, quote_of() returns it. */
enum err quote_keep(struct ctx *ctx, const struct quote *quote) MUST_CHECK;
/* The quote last shown, while it is valid, else at the current rate. */
enum err quote_of(struct ctx *ctx, const char *type, int64_t recipient_id, struct money amount,
		  const char *currency, struct quote *out) MUST_CHECK;

/* Report an invalid field: ERR_UNPROCESSABLE that names it. */
enum err quote_refuse(struct ctx *ctx, const char *field, const char *code, const char *message);

#endif
