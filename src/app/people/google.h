/*
 * google.h - sign-in with Google: OpenID Connect, the authorization code flow with PKCE.
 *
 * Google's discovery document and keys are cached for an hour by the process; a token signed with
 * an unknown key causes the keys to be fetched again, at most once a minute. Google is called
 * outside of any transaction.
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

/* Cache of Google's documents, for a process; thread-safe. NULL if out of memory. */
struct google *google_new(void);
void google_free(struct google *google);

struct google_start {
	const char *url;    /* where the user is sent */
	const char *cookie; /* binds the sign-in to the browser: the value of GOOGLE_COOKIE */
};

/*
 * Start a sign-in. by_browser: the client is a browser, which will return the cookie. Otherwise the
 * URL may be opened by hand in a browser on the same machine: then the callback may have no cookie,
 * but must come from the same address. ERR_UNAVAILABLE if Google is not configured,
 * ERR_PROVIDER_DOWN.
 */
enum err google_begin(struct ctx *ctx, bool by_browser, struct google_start *out) MUST_CHECK;

/* Parameters of a callback; absent ones are NULL. */
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
 * Complete a sign-in: the state is used up in any case. ERR_BAD_REQUEST if it is not valid, from
 * another browser, or Google refused; ERR_UNAUTHORIZED if the ID token is not valid; ERR_FORBIDDEN
 * for a suspended user; ERR_PROVIDER_DOWN.
 */
enum err google_finish(struct ctx *ctx, const struct google_return *in,
		       struct google_session *out) MUST_CHECK;

/* Parts of these two. */

/* The authorization endpoint. */
enum err google_authorization_url(struct ctx *ctx, const char **url) MUST_CHECK;
/* Exchange a code for the user's ID token. */
enum err google_identify(struct ctx *ctx, const char *code, const char *verifier, const char *nonce,
			 struct idtoken *out) MUST_CHECK;
const char *google_redirect_uri(struct ctx *ctx);
/*
 * In a transaction: the user with the address that Google has verified, created if there is none.
 * An account that was registered with the address but never verified loses its password and
 * everything set up in it (ownership.h): its creator may be someone else. ERR_FORBIDDEN if the user
 * is not active.
 */
enum err google_user(struct ctx *ctx, const struct idtoken *who, struct user *out) MUST_CHECK;

#endif
