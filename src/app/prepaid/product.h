/*
 * product.h - what can be bought: airtime, data, electricity, and payments of bills, each at
 * one vendor. The operator loads the catalogue.
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
	const char *provider_code; /* as the vendor calls it */
	enum product_kind kind;
	const char *name;
	const char *currency;
	struct money least;
	struct money most;
	struct money fixed; /* no currency: it has no fixed price */
	bool is_active;
};

/* The product that a vendor sells under a code. ERR_PRODUCT_NOT_FOUND, also for one that is not
 * active. */
enum err product_get(struct ctx *ctx, const char *provider, const char *code,
		     struct product *out) MUST_CHECK;
/* Whether it is sold for so much: ERR_INVALID_AMOUNT. */
enum err product_check_amount(struct ctx *ctx, const struct product *product,
			      struct money amount) MUST_CHECK;

struct product_filter {
	enum product_kind kind; /* 0: any */
	const char *provider;   /* NULL: any */
	bool all;               /* those that are not active as well */
};

enum err product_list(struct ctx *ctx, const struct product_filter *filter, struct product **out,
		      size_t *n) MUST_CHECK;

enum { PRODUCTS_MAX = 10000 };

/*
 * In a transaction: add or change products, found by their codes; those that are not named stay as
 * they are. list is a JSON list of {code, provider, providerCode, kind, name, amount or minAmount
 * and maxAmount, active}. The first that is wrong ends it, with its place in the message; *n is how
 * many were taken.
 */
enum err product_load(struct ctx *ctx, const struct json_object *list, size_t *n) MUST_CHECK;

#endif
