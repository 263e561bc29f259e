/* checkout.h - the page of a simulated provider where a customer pays an order. */
#ifndef SANDBOX_PROVIDERS_CHECKOUT_H
#define SANDBOX_PROVIDERS_CHECKOUT_H

#include "sandbox/call.h"

/* The page where an order is paid. */
const char *checkout_url(struct sandbox *box, struct arena *arena, const struct order *order);
/* Serve that page. */
void checkout(struct sandbox_call *call);

#endif
