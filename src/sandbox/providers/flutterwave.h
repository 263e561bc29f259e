/* flutterwave.h - common parts of Flutterwave. */
#ifndef SANDBOX_PROVIDERS_FLUTTERWAVE_H
#define SANDBOX_PROVIDERS_FLUTTERWAVE_H

#include "sandbox/call.h"

void flutterwave_refuse(struct sandbox_call *call, int status, const char *message);
/* Open {"status":"success","message":...}; "data" follows, then jw_close and reply_json. */
void flutterwave_accept(struct sandbox_call *call, struct jw *w, const char *message);
void flutterwave_write_amount(struct jw *w, const char *name, struct money amount);
/* Amount, currency and the reference under that name; false: refused. */
bool flutterwave_order(struct sandbox_call *call, const char *reference, struct order *order);

/* "meta" of a list. */
void flutterwave_write_meta(const struct order_filter *filter, size_t total, struct jw *w);

/* flutterwave_banks.c */
void flutterwave_list_banks(struct sandbox_call *call);
void flutterwave_resolve(struct sandbox_call *call);
void flutterwave_list_balances(struct sandbox_call *call);
void flutterwave_fetch_balance(struct sandbox_call *call);

/* flutterwave_accounts.c */
void flutterwave_create_account(struct sandbox_call *call);
void flutterwave_fetch_account(struct sandbox_call *call);
void flutterwave_list_accounts(struct sandbox_call *call);

/* flutterwave_transfers.c */
void flutterwave_transfer(struct sandbox_call *call);
void flutterwave_list_transfers(struct sandbox_call *call);
void flutterwave_fetch_transfer(struct sandbox_call *call);
void flutterwave_write_transfer(struct arena *arena, const struct order *order, struct jw *w,
				const char *name);

#endif
