/* pocket.h - the OurPocket dialect: its groups of routes. */
#ifndef API_POCKET_POCKET_H
#define API_POCKET_POCKET_H

#include "api/call.h"

extern const struct route pocket_auth[];
extern const struct route pocket_platform[];
extern const struct route pocket_jobs[];
extern const struct route pocket_keys[];
extern const struct route pocket_statements[];
extern const struct route pocket_wallets[];
extern const struct route pocket_holds[];
extern const struct route pocket_admin[];
extern const struct route pocket_providers[];
extern const struct route pocket_users[];
extern const struct route pocket_reviews[];
extern const struct route pocket_subscriptions[];

/* A person, as people and administrators see them. */
extern const struct schema pocket_user;
/* The reply of everything that moves money. */
extern const struct schema pocket_movement;

#endif
