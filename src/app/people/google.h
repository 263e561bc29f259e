/*
 * google.h - sign-in with Google: OpenID Connect, the authorization code flow with PKCE.
 *
 * What Google publishes about itself (where it is, and its keys) is kept for an hour by the
 * process; a token signed with a key that is not among them has the keys fetched again, once a
 * minute at most. Google is called outside of any transaction.
 */
#ifndef APP_PEOPLE_GOOGLE_H
#define APP_PEOPLE_GOOGLE_H

#include "app/people/session.h"
#include "app/people/user.h"
#include "app/wallet/user_wallet.h"
#include "base/ctx.h"
#include "crypto/idtoken.h"

#define GOOGLE_COOKIE "__Host-cowry_oauth"

enum { GOOGLE_FLOW_S = 600 };

/* What Google has published, for a process; for many threads at once. NULL if the system has no
 * memory. */
struct google *google_new(void);
void google_free(struct google *google);

struct google_start {
	const char *url; /* where the person goes */
	const char
		*cookie; /* what binds the sign-in to their browser: the value of GOOGLE_COOKIE */
};

/*
 * Begin a sign-in. by_browser: whoever asks is a browser, which will bring the cookie back. Else the
 * URL may be carried to a browser on the same machine by hand: then the callback may come without a
 * cookie, but only from the same address. ERR_UNAVAILABLE where Google is not configured,
 * ERR_PROVIDER_DOWN.
 */
enum err google_begin(struct ctx *ctx, bool by_browser, struct google_start *out) MUST_CHECK;

/* What a callback brings along; what is absent is NULL. */
struct google_return {
	const char *state;
	const char *code;
	const char *error;
	const char *cookie;
};

struct google_session {
	struct user_tokens tokens;
	struct user_wallet wallet; /* in naira */
};

/*
 * End a sign-in: the state is used up, whatever comes of it. ERR_BAD_REQUEST if it is not good, not
 * of this browser, or Google said no; ERR_UNAUTHORIZED if Google's word can't be trusted;
 * ERR_FORBIDDEN for a person who is suspended; ERR_PROVIDER_DOWN.
 */
enum err google_finish(struct ctx *ctx, const struct google_return *in,
		       struct google_session *out) MUST_CHECK;

/* The parts of these two. */

/* The authorization endpoint. */
enum err google_authorization_url(struct ctx *ctx, const char **url) MUST_CHECK;
/* Exchange a code for what Google says of the person. */
enum err google_identify(struct ctx *ctx, const char *code, const char *verifier, const char *nonce,
			 struct idtoken *out) MUST_CHECK;
const char *google_redirect_uri(struct ctx *ctx);
/*
 * In a transaction: the user with the address that Google has verified, made if there is none. An
 * account that was registered with the address by somebody who never showed that it is theirs loses
 * its password and what was set up (ownership.h): it may have waited for its owner. ERR_FORBIDDEN if the user is
 * not active.
 */
enum err google_user(struct ctx *ctx, const struct idtoken *who, struct user *out) MUST_CHECK;

#endif
