/*
 * vendor.h - vendors of prepaid products and bill payments: one const struct of functions each.
 *
 * Like a provider, a vendor knows HTTP and amounts, never the database nor the ledger. A sale is
 * accepted, rejected or unknown; a time-out is unknown, not failed. Most sales are completed at
 * once; pending or unknown ones are looked up later, under our reference.
 */
#ifndef PROVIDER_VENDOR_H
#define PROVIDER_VENDOR_H

#include "provider/provider.h"

enum product_kind {
	PRODUCT_AIRTIME = 1,
	PRODUCT_DATA,
	PRODUCT_ELECTRICITY,
	PRODUCT_BILL,
};

/* The order. */
struct vendor_order {
	const char *reference; /* ours, made by provider_reference() */
	enum product_kind kind;
	const char *product; /* code at the vendor */
	const char
		*recipient; /* a mobile number in E.164, a meter number, or the number of a bill */
	struct money amount;
};

/* The result: of the sale itself, or of a look-up. */
struct vendor_answer {
	/* Of a sale: whether the vendor has accepted it. Of a look-up: accepted when it
	 * answered. */
	enum provider_outcome outcome;
	bool sent; /* false: the vendor can't be reached now */
	enum provider_state state;
	struct money amount; /* the amount sold; no currency: not reported */
	const char *id;      /* the vendor's own, or NULL */
	const char *token;   /* to be typed into the meter, or NULL */
	const char *message; /* why it was rejected, for the client; never NULL then */
	const char *problem; /* for the log */
};

struct vendor {
	const char *name; /* "flash" */
	const char *title;
	struct vendor_answer (*sell)(const struct provider_call *call,
				     const struct vendor_order *order);
	struct vendor_answer (*poll)(const struct provider_call *call, const char *reference);
};

extern const struct vendor vendor_flash;
extern const struct vendor vendor_mobilemart;
extern const struct vendor vendor_easypay;

/* All of them; ends with NULL. */
extern const struct vendor *const vendors[];
/* NULL for an unknown name. */
const struct vendor *vendor_find(const char *name);

extern const char *const product_kind_words[];

#endif
