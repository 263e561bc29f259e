/* bank.h - common parts of the bank. */
#ifndef SANDBOX_BANK_BANK_H
#define SANDBOX_BANK_BANK_H

#include "sandbox/bank/book.h"
#include "sandbox/call.h"

/* {"tppMessages":[{"category":"ERROR","code":...,"text":...}]} */
void bank_refuse(struct sandbox_call *call, int status, const char *code, const char *text);
/* {"name":{"href":path}}, within _links. */
void bank_write_link(struct jw *w, const char *name, const char *href);
void bank_write_amount(struct jw *w, const char *name, struct money amount);
/* The consent that the call names, if it is valid; else the call has been refused. */
bool bank_consented(struct sandbox_call *call, struct bank_consent *out);

/* bank_consents.c */
void bank_create_consent(struct sandbox_call *call);
void bank_show_consent(struct sandbox_call *call);
void bank_end_consent(struct sandbox_call *call);
void bank_authorize(struct sandbox_call *call);

/* bank_payments.c */
void bank_initiate(struct sandbox_call *call);
void bank_show_payment(struct sandbox_call *call);

#endif
