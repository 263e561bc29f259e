/* Google's OpenID Connect endpoints: discovery, consent, tokens, keys. */
#include "sandbox/google/google.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "crypto/hmac.h"
#include "sandbox/call.h"
#include "sandbox/code.h"
#include "sandbox/google/grants.h"
#include "sandbox/google/issuer.h"

enum { TOKEN_S = 3599, SUBJECT_DIGITS = 21, VERIFIED_BYTES_MAX = 1024 };

struct google {
	struct issuer *issuer;
	struct grants *grants;
};

struct google *
google_new(void)
{
	struct google *google = calloc(1, sizeof(*google));

	if (google == NULL)
		return NULL;
	google->issuer = issuer_new();
	google->grants = grants_new();
	if (google->issuer == NULL || google->grants == NULL) {
		google_free(google);
		return NULL;
	}
	return google;
}

void
google_free(struct google *google)
{
	if (google == NULL)
		return;
	issuer_free(google->issuer);
	grants_free(google->grants);
	free(google);
}

struct grants *
google_grants(struct google *google)
{
	return google->grants;
}

bool
google_rotate_keys(struct google *google)
{
	return issuer_rotate(google->issuer);
}

/* Errors of the token endpoint: RFC 6749, 5.2. */
static void
refuse(struct sandbox_call *call, int status, const char *error, const char *description)
{
	struct jw w;

	jw_init(&w, call->arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "error", error);
	jw_text(&w, "error_description", description);
	jw_close(&w);
	reply_json(call, status, &w);
}

static bool
admit(struct sandbox_call *call)
{
	(void)call;
	return true;
}

static void
trouble(struct sandbox_call *call, enum trouble what)
{
	switch (what) {
	case TROUBLE_BODY:
		refuse(call, 400, "invalid_request", "The request is malformed");
		return;
	case TROUBLE_PATH:
		refuse(call, 404, "not_found", "Resource not found");
		return;
	case TROUBLE_REFUSED:
		refuse(call, 400, "invalid_grant", "Bad Request");
		return;
	case TROUBLE_BROKEN:
	default:
		refuse(call, 500, "internal_failure", "Try again later");
		return;
	}
}

static void
write_words(struct jw *w, const char *name, const char *const *words)
{
	jw_list(w, name);
	for (; *words != NULL; words++)
		jw_text(w, NULL, *words);
	jw_close(w);
}

static void
discover(struct sandbox_call *call)
{
	static const char *const scopes[] = {"openid", "email", "profile", NULL};
	static const char *const methods[] = {"client_secret_post", "client_secret_basic", NULL};
	const char *base = arena_printf(call->arena, "%s/google", call->box->base);
	struct jw w;

	jw_init(&w, call->arena, 1024);
	jw_object(&w, NULL);
	jw_text(&w, "issuer", call->box->config->google_issuer);
	jw_text(&w, "authorization_endpoint", arena_printf(call->arena, "%s/authorize", base));
	jw_text(&w, "token_endpoint", arena_printf(call->arena, "%s/token", base));
	jw_text(&w, "jwks_uri", arena_printf(call->arena, "%s/jwks", base));
	write_words(&w, "response_types_supported", (const char *const[]){"code", NULL});
	write_words(&w, "subject_types_supported", (const char *const[]){"public", NULL});
	write_words(&w, "id_token_signing_alg_values_supported",
		    (const char *const[]){"RS256", NULL});
	write_words(&w, "scopes_supported", scopes);
	write_words(&w, "token_endpoint_auth_methods_supported", methods);
	write_words(&w, "code_challenge_methods_supported", (const char *const[]){"S256", NULL});
	write_words(&w, "grant_types_supported", (const char *const[]){"authorization_code", NULL});
	jw_close(&w);
	reply_json(call, 200, &w);
}

static void
keys(struct sandbox_call *call)
{
	struct jw w;

	jw_init(&w, call->arena, 1024);
	issuer_write_keys(call->box->google->issuer, call->arena, &w);
	reply_json(call, 200, &w);
}

/* A value of the form, "" where there is none. */
static const char *
posted(const struct sandbox_call *call, const char *name)
{
	const char *value = form_value(&call->form, name);

	return value != NULL ? value : "";
}

/* The id and secret of "Authorization: Basic", which may also be in the form. */
static bool
basic(struct sandbox_call *call, const char **id, const char **secret)
{
	const char *header = call_variable(call, "HTTP_AUTHORIZATION");
	unsigned char decoded[VERIFIED_BYTES_MAX];
	size_t length;
	char *colon;
	char *text;
	int n;

	if (header == NULL || !text_starts_with(header, "Basic "))
		return false;
	length = strlen(header + 6);
	if (length == 0 || length % 4 != 0 || length > sizeof(decoded))
		return false;
	n = EVP_DecodeBlock(decoded, (const unsigned char *)header + 6, (int)length);
	if (n < 0)
		return false;
	text = arena_strndup(call->arena, (const char *)decoded, (size_t)n);
	colon = strchr(text, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	*id = text;
	*secret = colon + 1;
	return true;
}

static bool
client_is_known(struct sandbox_call *call)
{
	const struct config *config = call->box->config;
	const char *id = posted(call, "client_id");
	const char *secret = posted(call, "client_secret");

	(void)basic(call, &id, &secret);
	return config->google_client_id[0] != '\0' && text_equal(id, config->google_client_id) &&
	       text_equal(secret, config->google_client_secret);
}

/* The same digits for the same user every time. */
static const char *
subject_of(struct arena *arena, const char *email)
{
	unsigned char digest[SHA256_SIZE];
	char *digits = arena_alloc(arena, SUBJECT_DIGITS + 1);

	sha256(email, strlen(email), digest);
	for (int i = 0; i < SUBJECT_DIGITS; i++)
		digits[i] = (char)('0' + digest[i] % 10);
	digits[0] = '1';
	return digits;
}

/* "ada.obi@example.org" is Ada Obi. */
static const char *
name_of(struct arena *arena, const char *email)
{
	char *name = arena_strndup(arena, email, strcspn(email, "@"));
	bool first = true;

	for (char *p = name; *p != '\0'; p++) {
		if (strchr("._-+", *p) != NULL)
			*p = ' ';
		else if (first && *p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		first = *p == ' ';
	}
	return name;
}

static const char *
id_token(struct sandbox_call *call, const struct grant *grant)
{
	const struct config *config = call->box->config;
	int64_t now_s = clock_system().us / SECOND_US;
	const struct id_claims claims = {
		.issuer = config->google_issuer,
		.audience = config->google_client_id,
		.subject = subject_of(call->arena, grant->email),
		.email = grant->email,
		.name = name_of(call->arena, grant->email),
		.nonce = grant->nonce[0] != '\0' ? grant->nonce : NULL,
		.issued_s = now_s,
		.expires_s = now_s + TOKEN_S,
	};
	struct setting wrong = {.word = NULL};

	(void)!control_take(call->box->control, call->provider, KNOB_ID_TOKEN, NULL, &wrong);
	return issuer_sign(call->box->google->issuer, call->arena, &claims, wrong.word);
}

static void
token(struct sandbox_call *call)
{
	struct grant grant;
	char access[33];
	struct jw w;

	if (!client_is_known(call)) {
		refuse(call, 401, "invalid_client", "The OAuth client was not found.");
		return;
	}
	if (!text_equal(posted(call, "grant_type"), "authorization_code")) {
		refuse(call, 400, "unsupported_grant_type", "Invalid grant_type");
		return;
	}
	if (!grants_take(call->box->google->grants, posted(call, "code"),
			 clock_system().us / SECOND_US, &grant)) {
		refuse(call, 400, "invalid_grant", "Malformed auth code.");
		return;
	}
	if (!text_equal(posted(call, "redirect_uri"), grant.redirect_uri)) {
		refuse(call, 400, "redirect_uri_mismatch", "Bad Request");
		return;
	}
	if (grant.challenge[0] != '\0' &&
	    !pkce_proves(posted(call, "code_verifier"), grant.challenge)) {
		refuse(call, 400, "invalid_grant", "Invalid code verifier.");
		return;
	}
	random_code(access, sizeof(access) - 1);
	jw_init(&w, call->arena, 2048);
	jw_object(&w, NULL);
	jw_text(&w, "access_token", arena_printf(call->arena, "ya29.%s", access));
	jw_integer(&w, "expires_in", TOKEN_S);
	jw_text(&w, "scope", grant.scope);
	jw_text(&w, "token_type", "Bearer");
	jw_text(&w, "id_token", id_token(call, &grant));
	jw_close(&w);
	reply_json(call, 200, &w);
}

static const struct fake_route routes[] = {
	{"GET", "/.well-known/openid-configuration", discover},
	{"GET", "/authorize", google_authorize},
	{"POST", "/token", token},
	{"GET", "/jwks", keys},
	{NULL, NULL, NULL},
};

const struct fake_provider fake_google = {
	.name = "google", .routes = routes, .admit = admit, .trouble = trouble};
