/* sale.h - what the vendors have in common, for this folder only. */
#ifndef PROVIDER_SALE_H
#define PROVIDER_SALE_H

#include "provider/exchange.h"
#include "provider/vendor.h"

/* Where the vendor tells of a sale in an answer. */
struct sale_form {
	struct report_form report;
	const char *tokens; /* name of a list of texts; NULL: it has none */
};

/* What was answered to a sale; data is where the answer tells of it. */
struct vendor_answer sale_answer(struct arena *arena, const struct sale_form *form,
				 const struct exchange *exchange, struct json_object *data,
				 const char *reference);
/* Likewise to a look-up. */
struct vendor_answer sale_report(struct arena *arena, const struct sale_form *form,
				 const struct exchange *exchange, struct json_object *data,
				 const char *reference);
/* Ask about what stands at a path that ends with our reference. */
struct exchange sale_ask(const struct provider_call *call, const char *path, const char *reference,
			 struct http_header auth);
/* A mobile number without the plus sign. */
const char *sale_mobile(const char *recipient);
/* The header of a key of its own name. */
struct http_header sale_key(const struct provider_call *call);

#endif
