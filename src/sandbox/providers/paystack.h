/* paystack.h - common parts of Paystack. */
#ifndef SANDBOX_PROVIDERS_PAYSTACK_H
#define SANDBOX_PROVIDERS_PAYSTACK_H

#include "sandbox/call.h"

/* {"status":false,...}: an error of Paystack. */
void paystack_refuse(struct sandbox_call *call, int status, const char *message,
		     const char *next_step, const char *code);
/* Open {"status":true,"message":...}; its "data" follows, then jw_close and reply_json. */
void paystack_accept(struct sandbox_call *call, struct jw *w, const char *message);
/* The amount in subunits and the currency of the body; false: refused. */
bool paystack_amount(struct sandbox_call *call, struct money *out);

enum { PAYSTACK_INTEGRATION = 100032 };

/* "meta" of a list. */
void paystack_write_meta(const struct order_filter *filter, size_t total, struct jw *w);

/* paystack_transactions.c */
void paystack_verify(struct sandbox_call *call);
void paystack_fetch_transaction(struct sandbox_call *call);
void paystack_list_transactions(struct sandbox_call *call);
void paystack_write_transaction(struct arena *arena, const struct order *order, struct jw *w,
				const char *name);

/* paystack_banks.c */
void paystack_list_banks(struct sandbox_call *call);
void paystack_resolve(struct sandbox_call *call);
void paystack_balance(struct sandbox_call *call);

/* paystack_customers.c */
void paystack_create_customer(struct sandbox_call *call);
void paystack_fetch_customer(struct sandbox_call *call);
void paystack_list_customers(struct sandbox_call *call);

/* paystack_transfers.c */
void paystack_create_recipient(struct sandbox_call *call);
void paystack_fetch_recipient(struct sandbox_call *call);
void paystack_list_recipients(struct sandbox_call *call);
void paystack_transfer(struct sandbox_call *call);
void paystack_verify_transfer(struct sandbox_call *call);
void paystack_fetch_transfer(struct sandbox_call *call);
void paystack_list_transfers(struct sandbox_call *call);
void paystack_write_transfer(struct sandbox *box, struct arena *arena, const struct order *order,
			     struct jw *w, const char *name);

#endif
