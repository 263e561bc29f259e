/*
 * product.h - prepaid products: airtime, data, electricity, and bill payments, each sold by one
 * vendor. The operator loads the catalogue.
 */
#ifndef APP_PREPAID_PRODUCT_H
#define APP_PREPAID_PRODUCT_H

#include "base/ctx.h"
#include "base/money.h"
#include "provider/vendor.h"

struct json_object;

struct product {
	int64_t product_id;
	const char *code;
	const char *provider;
	const char *provider_code; /* code at the vendor */
	enum product_kind kind;
	const char *name;
	const char *currency;
	struct money least;
	struct money most;
	struct money fixed; /* no currency: it has no fixed price */
	bool is_active;
};

/* The product of a vendor with a code. ERR_PRODUCT_NOT_FOUND, also for an inactive one. */
enum err product_get(struct ctx *ctx, const char *provider, const char *code,
		     struct product *out) MUST_CHECK;
/* Whether it is sold for this amount: ERR_INVALID_AMOUNT. */
enum err product_check_amount(struct ctx *ctx, const struct product *product,
			      struct money amount) MUST_CHECK;

struct product_filter {
	enum product_kind kind; /* 0: any */
	const char *provider;   /* NULL: any */
	bool all;               /* including inactive ones */
};

enum err product_list(struct ctx *ctx, const struct product_filter *filter, struct product **out,
		      size_t *n) MUST_CHECK;

enum { PRODUCTS_MAX = 10000 };

/*
 * Read a JSON list of {code, provider, providerCode, kind, name, amount or minAmount and maxAmount, active}. Stops
 * at the first invalid one, with its position in the message: ERR_VALIDATION.
 */
enum err product_list_read(struct ctx *ctx, const struct json_object *list, struct product **out,
			   size_t *n) MUST_CHECK;
/* In a transaction: add or update the products of such a list, by their codes; others are not changed. *n is
 * their number. */
enum err product_load(struct ctx *ctx, const struct json_object *list, size_t *n) MUST_CHECK;

#endif
