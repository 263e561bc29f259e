/* Outgoing webhooks: subscriptions of projects, and their deliveries. */
#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/events/delivery.h"
#include "app/events/event_type.h"
#include "app/events/webhook.h"
#include "app/wallet/wallet.h"

#define URL_FIELD                                                                              \
	FIELD(struct webhook, url, .name = "url", .format = "uri",                             \
	      .doc = "https on port 443 of a public host, without user name and fragment. On " \
		     "a development server a test webhook may be any http or https URL. "      \
		     "Required for what is not polled; one that is polled may get it later, "  \
		     "and then receives what happens from then on.",                           \
	      .example = "\"https://shop.example.com/hooks/cowry\"")
#define TYPES_FIELD(required_)                                                               \
	FIELD(struct webhook, event_types, .name = "eventTypes", .required = required_,      \
	      .choices = event_type_words,                                                   \
	      .doc = "Event types to subscribe to; \"*\" means all, including future ones.", \
	      .example = "[\"wallet.credited\",\"transfer.completed\"]")
#define DESCRIPTION_FIELD                                                     \
	FIELD(struct webhook, description, .name = "description", .max = 255, \
	      .example = "\"Order system\"")

#define BATCH_FIELD                                                                                 \
	FIELD(struct webhook, batch_size, .name = "batchSize", .lower_bound = true, .min = 1,       \
	      .max = WEBHOOK_BATCH_MAX,                                                             \
	      .doc = "Number of events that one POST may have. 1, the default: each event is "      \
		     "sent by itself. Otherwise the body has the type \"batch\" and the events as " \
		     "data.events, also if there is only one. If the POST fails, all of them are "  \
		     "sent again.",                                                                 \
	      .example = "1")

static const struct field webhook_in_fields[] = {
	URL_FIELD,
	FIELD(struct webhook, polled, .name = "polled",
	      .doc = "true: without url. Nothing is sent; the events are stored for GET /v1/events.",
	      .example = "false"),
	TYPES_FIELD(true),
	FIELD(struct webhook, mode, .name = "mode", .choices = mode_words, .fallback = "live",
	      .doc = "Whether the webhook receives events of test or of live money."),
	BATCH_FIELD,
	DESCRIPTION_FIELD,
};

static const struct field change_fields[] = {
	URL_FIELD,
	TYPES_FIELD(false),
	BATCH_FIELD,
	DESCRIPTION_FIELD,
	FIELD(struct webhook, status, .name = "status", .choices = webhook_status_words,
	      .doc = "When a webhook becomes inactive, its pending deliveries fail."),
};

#define WEBHOOK_FIELDS                                                                           \
	FIELD(struct webhook, public_id, .name = "id", .required = true),                        \
		FIELD(struct webhook, project, .name = "projectId", .required = true),           \
		FIELD(struct webhook, url, .name = "url", .keep_null = true,                     \
		      .example = "\"https://shop.example.com/hooks/cowry\""),                    \
		FIELD(struct webhook, polled, .name = "polled", .required = true,                \
		      .doc = "There is no url: the events are only stored, for GET "             \
			     "/v1/events.",                                                      \
		      .example = "false"),                                                       \
		FIELD(struct webhook, event_types, .name = "eventTypes",                         \
		      .choices = event_type_words, .required = true,                             \
		      .example = "[\"wallet.credited\",\"transfer.completed\"]"),                \
		FIELD(struct webhook, mode, .name = "mode", .choices = mode_words,               \
		      .required = true, .example = "\"live\""),                                  \
		FIELD(struct webhook, batch_size, .name = "batchSize", .required = true,         \
		      .example = "1"),                                                           \
		FIELD(struct webhook, description, .name = "description", .keep_null = true,     \
		      .example = "\"Order system\""),                                            \
		FIELD(struct webhook, status, .name = "status", .choices = webhook_status_words, \
		      .required = true, .example = "\"active\""),                                \
		FIELD(struct webhook, problem, .name = "problem",                                \
		      .doc = "Reason why the webhook was disabled, if not by its owner.",        \
		      .example = "\"The receiver answered 410 Gone\""),                          \
		FIELD(struct webhook, previous_until, .name = "previousSecretExpiresAt",         \
		      .doc = "Until this time, deliveries are also signed with the previous "    \
			     "secret."),                                                         \
		FIELD(struct webhook, created_at, .name = "createdAt", .required = true),        \
		FIELD(struct webhook, updated_at, .name = "updatedAt", .required = true)

static const struct field webhook_fields[] = {WEBHOOK_FIELDS};

static const struct field new_webhook_fields[] = {
	FIELD(struct webhook, secret, .name = "secret", .required = true,
	      .doc = "Secret that signs deliveries, shown only once.",
	      .example = "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\""),
	WEBHOOK_FIELDS,
};

#define DELIVERY_FIELDS                                                                            \
	FIELD(struct delivery, public_id, .name = "id", .required = true),                         \
		FIELD(struct delivery, subscription, .name = "webhookId", .required = true),       \
		FIELD(struct delivery, event, .name = "eventId", .required = true,                 \
		      .example = "\"evt_0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),                  \
		FIELD(struct delivery, type, .name = "eventType", .choices = event_type_words,     \
		      .required = true, .example = "\"wallet.credited\""),                         \
		FIELD(struct delivery, object, .name = "objectId", .required = true),              \
		FIELD(struct delivery, sequence, .name = "sequence", .required = true,             \
		      .doc = "Increases with each event of an object."),                           \
		FIELD(struct delivery, status, .name = "status", .choices = delivery_status_words, \
		      .required = true, .example = "\"delivered\""),                               \
		FIELD(struct delivery, attempts, .name = "attempts", .required = true),            \
		FIELD(struct delivery, response_status, .name = "responseStatus",                  \
		      .doc = "Status of the last attempt.", .example = "200"),                     \
		FIELD(struct delivery, problem, .name = "problem", .keep_null = true,              \
		      .example = "null"),                                                          \
		FIELD(struct delivery, next_at, .name = "nextAttemptAt", .keep_null = true,        \
		      .doc = "null if the delivery is done, or waits for an earlier event of "     \
			     "the object.",                                                        \
		      .example = "null"),                                                          \
		FIELD(struct delivery, attempted_at, .name = "attemptedAt", .keep_null = true),    \
		FIELD(struct delivery, delivered_at, .name = "deliveredAt", .keep_null = true),    \
		FIELD(struct delivery, created_at, .name = "createdAt", .required = true)

static const struct field delivery_fields[] = {DELIVERY_FIELDS};

static const struct field any_delivery_fields[] = {
	DELIVERY_FIELDS,
	FIELD(struct delivery, project, .name = "projectId", .required = true),
	FIELD(struct delivery, url, .name = "url", .required = true,
	      .example = "\"https://shop.example.com/hooks/cowry\""),
};

struct list_query {
	struct page_query page;
};

static const struct field list_fields[] = {PAGE_FIELDS(struct list_query)};

struct delivery_query {
	struct page_query page;
	enum delivery_status status;
};

static const struct field delivery_query_fields[] = {
	PAGE_FIELDS(struct delivery_query),
	FIELD(struct delivery_query, status, .name = "status", .choices = delivery_status_words),
};

static const struct schema webhook_in = SCHEMA(struct webhook, "WebhookRequest", webhook_in_fields);
static const struct schema change_in = SCHEMA(struct webhook, "WebhookChange", change_fields);
static const struct schema webhook_out = SCHEMA(struct webhook, "Webhook", webhook_fields);
static const struct schema new_webhook_out =
	SCHEMA(struct webhook, "NewWebhook", new_webhook_fields);
static const struct schema delivery_out =
	SCHEMA(struct delivery, "WebhookDelivery", delivery_fields);
static const struct schema any_delivery_out =
	SCHEMA(struct delivery, "AnyWebhookDelivery", any_delivery_fields);
static const struct schema list_query = SCHEMA(struct list_query, "ListQuery", list_fields);
static const struct schema delivery_query =
	SCHEMA(struct delivery_query, "DeliveryQuery", delivery_query_fields);

static enum err
create_webhook(struct call *call, const void *in, void *out)
{
	return webhook_create(&call->ctx, call->params[0].id, in, out);
}

static enum err
get_webhook(struct call *call, const void *in, void *out)
{
	(void)in;
	return webhook_get(&call->ctx, call->params[0].id, call->params[1].id, out);
}

static enum err
list_webhooks(struct call *call, const void *in, void *out)
{
	const struct page_query *query = &((const struct list_query *)call->query)->page;
	struct webhook *webhooks;
	size_t n;

	(void)in;
	TRY(webhook_list(&call->ctx, call->params[0].id, query->after, page_most(query), &webhooks,
			 &n));
	page_fill(call, out, query, webhooks, n, sizeof(*webhooks),
		  offsetof(struct webhook, subscription_id));
	return ERR_OK;
}

static enum err
change_webhook(struct call *call, const void *in, void *out)
{
	return webhook_update(&call->ctx, call->params[0].id, call->params[1].id, in, out);
}

static enum err
delete_webhook(struct call *call, const void *in, void *out)
{
	(void)in;
	return webhook_delete(&call->ctx, call->params[0].id, call->params[1].id, out);
}

static enum err
rotate_secret(struct call *call, const void *in, void *out)
{
	(void)in;
	return webhook_rotate(&call->ctx, call->params[0].id, call->params[1].id, out);
}

static struct delivery_filter
filter_of(const struct delivery_query *query)
{
	return (struct delivery_filter){query->status, query->page.after, page_most(&query->page)};
}

static enum err
list_deliveries(struct call *call, const void *in, void *out)
{
	const struct delivery_query *query = call->query;
	struct delivery_filter filter = filter_of(query);
	struct delivery *deliveries;
	size_t n;

	(void)in;
	TRY(delivery_list(&call->ctx, call->params[0].id, call->params[1].id, &filter, &deliveries,
			  &n));
	page_fill(call, out, &query->page, deliveries, n, sizeof(*deliveries),
		  offsetof(struct delivery, delivery_id));
	return ERR_OK;
}

static enum err
replay_delivery(struct call *call, const void *in, void *out)
{
	(void)in;
	return delivery_replay(&call->ctx, call->params[0].id, call->params[1].id,
			       call->params[2].id, out);
}

static enum err
list_all_deliveries(struct call *call, const void *in, void *out)
{
	const struct delivery_query *query = call->query;
	struct delivery_filter filter = filter_of(query);
	struct delivery *deliveries;
	size_t n;

	(void)in;
	TRY(delivery_list_all(&call->ctx, &filter, &deliveries, &n));
	page_fill(call, out, &query->page, deliveries, n, sizeof(*deliveries),
		  offsetof(struct delivery, delivery_id));
	return ERR_OK;
}

static enum err
replay_any_delivery(struct call *call, const void *in, void *out)
{
	(void)in;
	return delivery_replay_any(&call->ctx, call->params[0].id, out);
}

#define REPLAY_DOC                                                                            \
	"For a delivery that was delivered or has failed. It is sent at once, with the same " \
	"body and webhook-id, regardless of other pending deliveries."

const struct route pocket_subscriptions[] = {
	{POST, "/v1/projects/{projectId}/webhooks", "Create a webhook for a project",
	 "Each event is sent as a signed POST at least once, and the events of one object are sent "
	 "in order. A failed delivery is retried five times, over at most 24 hours. At most 20 "
	 "webhooks per project.",
	 create_webhook, .in = &webhook_in, .out = &new_webhook_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 201,
	 .docs.tag = "Webhooks"},
	{GET, "/v1/projects/{projectId}/webhooks", "List the webhooks of a project", NULL,
	 list_webhooks, .query = &list_query, .out = &webhook_out, .reply.list = true,
	 .access = ACCESS_USER_OR_KEY, .status = 200, .docs.tag = "Webhooks"},
	{GET, "/v1/projects/{projectId}/webhooks/{id}", "Retrieve a webhook of a project", NULL,
	 get_webhook, .out = &webhook_out, .access = ACCESS_USER_OR_KEY, .status = 200,
	 .docs.tag = "Webhooks"},
	{PATCH, "/v1/projects/{projectId}/webhooks/{id}", "Update a webhook",
	 "Omitted fields are not changed.", change_webhook, .in = &change_in, .out = &webhook_out,
	 .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Webhooks"},
	{POST, "/v1/projects/{projectId}/webhooks/{id}/rotate-secret", "Rotate the secret",
	 "The previous secret also signs for 24 hours.", rotate_secret, .out = &new_webhook_out,
	 .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS,
	 .status = 200, .docs.tag = "Webhooks"},
	{GET, "/v1/projects/{projectId}/webhooks/{id}/deliveries",
	 "List the deliveries of a webhook", "Newest first; kept for 90 days.", list_deliveries,
	 .query = &delivery_query, .out = &delivery_out, .reply.list = true,
	 .access = ACCESS_USER_OR_KEY, .stale = true, .status = 200, .docs.tag = "Webhooks"},
	{POST, "/v1/projects/{projectId}/webhooks/{id}/deliveries/{deliveryId}/replay",
	 "Replay a delivery", REPLAY_DOC, replay_delivery, .out = &delivery_out,
	 .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Webhooks"},
	{DELETE, "/v1/projects/{projectId}/webhooks/{id}", "Delete a webhook",
	 "It receives no further events.", delete_webhook, .out = &webhook_out,
	 .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Webhooks"},
	{GET, "/v1/admin/deliveries", "List the deliveries of all webhooks", "Newest first.",
	 list_all_deliveries, .query = &delivery_query, .out = &any_delivery_out,
	 .reply.list = true, .access = ACCESS_ADMIN, .stale = true, .status = 200,
	 .docs.tag = "Administration"},
	{POST, "/v1/admin/deliveries/{id}/replay", "Replay a delivery",
	 REPLAY_DOC " Recorded in the audit log.", replay_any_delivery, .out = &any_delivery_out,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Administration"},
	{0},
};
