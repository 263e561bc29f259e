/* vend.h - common parts of the vendors: Flash, MobileMart and the EasyPay network. */
#ifndef SANDBOX_VENDORS_VEND_H
#define SANDBOX_VENDORS_VEND_H

#include "sandbox/call.h"

/* Take the key from the header X-API-Key; false if there is none. */
bool vend_key(struct sandbox_call *call);
/* Mobile numbers are 27 and nine digits, meter numbers have 11 to 13. */
bool vend_mobile_valid(const char *text);
bool vend_meter_valid(const char *text);
/* The body's amount in rand, or in cents of it. */
bool vend_rand(const struct sandbox_call *call, struct money *out) MUST_CHECK;
bool vend_cents(const struct sandbox_call *call, struct money *out) MUST_CHECK;

/* Why a sale is refused; NULL: it was recorded. order->asked is set. meter: it gets a token. */
const char *vend_sell(struct sandbox_call *call, struct order *order, const char *reference,
		      const char *recipient, bool meter);
/* SUCCESSFUL, PENDING or FAILED. */
const char *vend_state(const struct order *order);
/* Write a list with the token, if there is one. */
void vend_write_tokens(const struct order *order, struct jw *w);

#endif
