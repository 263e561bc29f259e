#include <config.h>

#include "app/events/webhook_request.h"

#include <stdlib.h>
#include <string.h>

#include "app/events/event_type.h"
#include "base/arena.h"
#include "crypto/hmac.h"
#include "json/writer.h"

struct webhook_signer {
	struct hmac_key *text;  /* all of the secret, as a text */
	struct hmac_key *bytes; /* the bytes that it encodes */
};

struct webhook_signer *
webhook_signer_new(struct arena *scratch, const char *secret)
{
	static const char prefix[] = "whsec_";
	struct webhook_signer *signer;
	struct bytes key;

	if (!text_starts_with(secret, prefix) ||
	    !base64_decode(scratch, secret + sizeof(prefix) - 1, &key))
		return NULL;
	signer = calloc(1, sizeof(*signer));
	if (signer == NULL)
		return NULL;
	signer->text = hmac_key_new((struct bytes){secret, strlen(secret)});
	signer->bytes = hmac_key_new(key);
	return signer;
}

void
webhook_signer_free(struct webhook_signer *signer)
{
	if (signer == NULL)
		return;
	hmac_key_free(signer->text);
	hmac_key_free(signer->bytes);
	free(signer);
}

bool
webhook_event_body(struct arena *arena, const struct webhook_event *event, struct bytes *body)
{
	const struct event_body shown = {
		.id = event_name(arena, event->id),
		.type = event->type,
		.data = {event->data},
		.created_at = event->created_at,
		.version = EVENT_VERSION,
	};
	struct jw w;

	jw_init(&w, arena, strlen(event->data) + 256);
	schema_encode(&event_body, AMOUNT_TEXT, &shown, NULL, &w);
	return jw_finish(&w, body);
}

/* Hex HMAC-SHA-256 of the body under the text of the secret. */
static const char *
sign_body(struct arena *arena, const struct webhook_signer *signer, struct bytes body)
{
	unsigned char digest[SHA256_SIZE];

	hmac_key_digest(signer->text, body.data, body.length, digest);
	return hex_encode(arena, digest, sizeof(digest));
}

/* By Standard Webhooks: id, time of the attempt and body, under the bytes of the secret. */
static const char *
sign_message(struct arena *arena, const struct webhook_signer *signer, struct bytes message)
{
	unsigned char digest[SHA256_SIZE];

	hmac_key_digest(signer->bytes, message.data, message.length, digest);
	return arena_printf(arena, "v1,%s", base64_encode(arena, digest, sizeof(digest)));
}

static struct bytes
message_of(struct arena *arena, const char *id, const char *timestamp, struct bytes body)
{
	size_t head = strlen(id) + strlen(timestamp) + 2;
	char *message = arena_alloc(arena, head + body.length + 1);

	(void)stpcpy(stpcpy(stpcpy(stpcpy(message, id), "."), timestamp), ".");
	memcpy(message + head, body.data, body.length);
	return (struct bytes){message, head + body.length};
}

struct http_request
webhook_request(struct arena *arena, const char *url, const char *id, struct bytes body,
		struct instant now, const struct webhook_signer *signer,
		const struct webhook_signer *previous)
{
	const char *at = arena_printf(arena, "%lld", (long long)(now.us / SECOND_US));
	struct bytes message = message_of(arena, id, at, body);
	const char *signature = sign_message(arena, signer, message);
	struct http_request request;

	if (previous != NULL)
		signature = arena_printf(arena, "%s %s", signature,
					 sign_message(arena, previous, message));
	request = (struct http_request){
		.method = "POST",
		.url = url,
		.service = OUTSIDE_WEBHOOK,
		.headers = {{"Content-Type", "application/json"},
			    {"User-Agent", PACKAGE_NAME "/" PACKAGE_VERSION},
			    {"webhook-id", id},
			    {"webhook-timestamp", at},
			    {"webhook-signature", signature},
			    {"x-webhook-signature", sign_body(arena, signer, body)}},
		.body = body,
		.repeatable = true, /* the receiver recognises it by its id */
	};
	if (previous != NULL)
		request.headers[6] = (struct http_header){"x-webhook-signature-previous",
							  sign_body(arena, previous, body)};
	return request;
}
