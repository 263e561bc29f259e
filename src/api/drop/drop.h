/* drop.h - the Drop dialect: its groups of routes. */
#ifndef API_DROP_DROP_H
#define API_DROP_DROP_H

#include "api/dispatch.h"

extern const struct route drop_auth[];
extern const struct route drop_bank_accounts[];
extern const struct route drop_cards[];
extern const struct route drop_complaints[];
extern const struct route drop_consents[];
extern const struct route drop_health[];
extern const struct route drop_merchants[];
extern const struct route drop_notifications[];
extern const struct route drop_privacy[];
extern const struct route drop_pay[];
extern const struct route drop_rates[];
extern const struct route drop_recipients[];
extern const struct route drop_settings[];
extern const struct route drop_transactions[];

/* The session has ended: the browser may delete its token. */
void drop_clear_cookie(struct call *call);

#endif
