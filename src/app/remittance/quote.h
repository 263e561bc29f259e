/* quote.h - cost of a payment and amount received, and the quote shown to the user beforehand. */
#ifndef APP_REMITTANCE_QUOTE_H
#define APP_REMITTANCE_QUOTE_H

#include "base/ctx.h"
#include "base/money.h"

enum drop_payment_type { DROP_REMITTANCE = 1, DROP_QR_PAYMENT };

extern const char *const drop_payment_type_words[];

/* How an amount is charged and what becomes of it. */
struct quote {
	enum drop_payment_type type;
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

/* The share of the amount that a payment of a type costs. */
struct decimal fee_share(enum drop_payment_type type);
/* At the rate of now. currency is what is received. ERR_UNPROCESSABLE where there is no rate, or the
 * amount is too large to be counted. Of a payment by QR code the merchant bears the fee. */
enum err quote_make(struct ctx *ctx, enum drop_payment_type type, int64_t recipient_id,
		    struct money amount, const char *currency, struct quote *out) MUST_CHECK;
/* Keep what is shown to who asks: for as long as QUOTE_LIFETIME_S it is what quote_of() says. */
enum err quote_keep(struct ctx *ctx, const struct quote *quote) MUST_CHECK;
/* What was last shown, while it is good, else as of now. */
enum err quote_of(struct ctx *ctx, enum drop_payment_type type, int64_t recipient_id,
		  struct money amount, const char *currency, struct quote *out) MUST_CHECK;

/* Report an invalid field: ERR_UNPROCESSABLE that names it. */
enum err quote_refuse(struct ctx *ctx, const char *field, const char *code, const char *message);

#endif
