/* sale.h - common parts of the vendors, for this folder only. */
#ifndef PROVIDER_SALE_H
#define PROVIDER_SALE_H

#include "provider/exchange.h"
#include "provider/vendor.h"

/* Location of a sale in an answer. */
struct sale_form {
	struct report_form report;
	const char *tokens; /* name of a list of texts; NULL: none */
};

/* The answer to a sale; data is its location in the answer. */
struct vendor_answer sale_answer(struct arena *arena, const struct sale_form *form,
				 const struct exchange *exchange, struct json_object *data,
				 const char *reference);
/* The same for a look-up. */
struct vendor_answer sale_report(struct arena *arena, const struct sale_form *form,
				 const struct exchange *exchange, struct json_object *data,
				 const char *reference);
/* Look up the object at a path that ends with our reference. */
struct exchange sale_ask(const struct provider_call *call, const char *path, const char *reference,
			 struct http_header auth);
/* A mobile number without the plus sign. */
const char *sale_mobile(const char *recipient);
/* A header with a key. */
struct http_header sale_key(const struct provider_call *call);

#endif
