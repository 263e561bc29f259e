#include <config.h>

#include "crypto/token.h"

#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/reader.h"

enum { TOKEN_BYTES_MAX = 4096 };

static const char audience[] = "cowry";

static void
release(void *jwt)
{
	jwt_free(jwt);
}

static jwt_t *
new_jwt(struct arena *arena)
{
	jwt_t *jwt = NULL;

	if (jwt_new(&jwt) != 0)
		return NULL;
	arena_adopt(arena, jwt, release);
	return jwt;
}

static long
seconds(struct instant t)
{
	return (long)(t.us / SECOND_US);
}

static bool
add_claims(jwt_t *jwt, const struct claims *claims)
{
	char user[UUID_TEXT_MAX];
	char session[UUID_TEXT_MAX];

	return jwt_add_grant(jwt, "iss", claims->issuer) == 0 &&
	       jwt_add_grant(jwt, "aud", audience) == 0 &&
	       jwt_add_grant(jwt, "sub", uuid_text(user, claims->user)) == 0 &&
	       jwt_add_grant(jwt, "sid", uuid_text(session, claims->session)) == 0 &&
	       jwt_add_grant(jwt, "role", claims->role) == 0 &&
	       jwt_add_grant_int(jwt, "iat", seconds(claims->issued)) == 0 &&
	       jwt_add_grant_int(jwt, "nbf", seconds(claims->issued)) == 0 &&
	       jwt_add_grant_int(jwt, "exp", seconds(claims->expires)) == 0;
}

enum err
token_sign(const struct keyring *keys, struct arena *arena, struct fault *f,
	   const struct claims *claims, const char **token)
{
	const char *kid;
	struct bytes key = keyring_active(keys, KEY_TOKEN, &kid);
	jwt_t *jwt = new_jwt(arena);
	char *text = NULL;

	if (jwt != NULL && add_claims(jwt, claims) && jwt_add_header(jwt, "kid", kid) == 0 &&
	    jwt_set_alg(jwt, JWT_ALG_HS256, key.data, (int)key.length) == 0)
		text = jwt_encode_str(jwt);
	if (text == NULL)
		return fault(f, ERR_INTERNAL, NULL, NULL);
	*token = arena_strdup(arena, text);
	free(text);
	return ERR_OK;
}

/* The client only learns that it must sign in; the log has the reason. */
static enum err
reject(struct fault *f, const char *why)
{
	(void)snprintf(f->detail, sizeof(f->detail), "token: %s", why);
	return fault(f, ERR_UNAUTHORIZED, NULL, NULL);
}

/* The JSON object in a segment of the token. */
static struct json_object *
read_segment(struct arena *arena, const char *segment, size_t length)
{
	struct fault ignored = {0};
	struct json_object *object;
	struct bytes json;

	if (!base64url_decode(arena, arena_strndup(arena, segment, length), &json) ||
	    json_read(arena, &ignored, json.data, json.length, &object) != ERR_OK)
		return NULL;
	return json_kind(object) == JSON_OBJECT ? object : NULL;
}

/* A member that is a text; NULL for anything else. */
static const char *
text_member(struct json_object *object, const char *name)
{
	struct json_object *value = json_member(object, name, NULL);

	return json_kind(value) == JSON_TEXT ? json_text_value(value) : NULL;
}

static bool
text_member_is(struct json_object *object, const char *name, const char *wanted)
{
	const char *text = text_member(object, name);

	return text != NULL && text_equal(text, wanted);
}

/* A member that is a point in time: seconds as a whole number. */
static bool
time_member(struct json_object *object, const char *name, struct instant *out)
{
	struct json_object *value = json_member(object, name, NULL);

	return json_kind(value) == JSON_INTEGER &&
	       !__builtin_mul_overflow(json_integer_value(value), SECOND_US, &out->us);
}

/* Read before the signature is checked: it names the key and must name our algorithm. */
static const char *
check_header(const struct keyring *keys, struct json_object *header, struct bytes *key)
{
	const char *kid;
	bool critical;

	if (header == NULL)
		return "header is not an object";
	if (!text_member_is(header, "alg", "HS256"))
		return "algorithm";
	if (!text_member_is(header, "typ", "JWT"))
		return "type";
	(void)json_member(header, "crit", &critical);
	if (critical)
		return "critical header";
	kid = text_member(header, "kid");
	if (kid == NULL)
		return "no key id";
	*key = keyring_find(keys, KEY_TOKEN, kid);
	return key->length == KEY_SIZE ? NULL : "unknown key id";
}

static const char *
check_signature(struct arena *arena, struct bytes key, const char *token)
{
	jwt_t *jwt = NULL;

	if (jwt_decode(&jwt, token, key.data, (int)key.length) != 0)
		return "signature";
	arena_adopt(arena, jwt, release);
	return jwt_get_alg(jwt) == JWT_ALG_HS256 ? NULL : "algorithm";
}

static const char *
check_claims(struct json_object *claims, const char *issuer, struct instant now, struct claims *out)
{
	const int64_t skew_us = TOKEN_SKEW_S * SECOND_US;
	const char *user;
	const char *session;
	struct instant not_before;

	if (!text_member_is(claims, "iss", issuer))
		return "issuer";
	if (!text_member_is(claims, "aud", audience))
		return "audience";
	if (!time_member(claims, "exp", &out->expires) || out->expires.us <= now.us - skew_us)
		return "expired";
	if (!time_member(claims, "nbf", &not_before) || not_before.us > now.us + skew_us)
		return "not valid yet";
	if (!time_member(claims, "iat", &out->issued) || out->issued.us > now.us + skew_us)
		return "issued in the future";
	user = text_member(claims, "sub");
	session = text_member(claims, "sid");
	if (user == NULL || !uuid_parse(&out->user, user))
		return "subject";
	if (session == NULL || !uuid_parse(&out->session, session))
		return "session";
	out->role = text_member(claims, "role");
	out->issuer = issuer;
	return out->role != NULL ? NULL : "role";
}

enum err
token_check(const struct keyring *keys, struct arena *arena, struct fault *f, const char *issuer,
	    struct instant now, const char *token, struct claims *out)
{
	size_t header_length = strcspn(token, ".");
	const char *payload = token + header_length;
	const char *signature;
	const char *why;
	struct json_object *content;
	struct claims claims = {0};
	struct bytes key;
	struct bytes bytes;

	if (strnlen(token, TOKEN_BYTES_MAX + 1) > TOKEN_BYTES_MAX)
		return reject(f, "too long");
	signature = *payload == '.' ? strchr(++payload, '.') : NULL;
	if (signature == NULL || !base64url_decode(arena, signature + 1, &bytes))
		return reject(f, "not three segments");
	/* Before libjwt reads it: of an empty segment it would write behind its memory. */
	content = read_segment(arena, payload, (size_t)(signature - payload));
	if (content == NULL)
		return reject(f, "claims are not an object");
	why = check_header(keys, read_segment(arena, token, header_length), &key);
	if (why == NULL)
		why = check_signature(arena, key, token);
	if (why == NULL)
		why = check_claims(content, issuer, now, &claims);
	if (why != NULL)
		return reject(f, why);
	*out = claims;
	return ERR_OK;
}
