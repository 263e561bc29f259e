/* Notifications. */
#include "app/events/notification.h"

#include "api/drop/drop.h"
#include "api/page.h"
#include "base/config.h"
#include "runtime/app.h"

enum { USUAL_LIMIT = 50 };

static const struct field notification_fields[] = {
	FIELD(struct notification, drop_id, .name = "id", .required = true,
	      .example = "\"noti_0123456789abcdef\""),
	FIELD(struct notification, type, .name = "type", .choices = notification_type_words,
	      .required = true, .doc = "payment, kyc or complaint.", .example = "\"payment\""),
	FIELD(struct notification, title, .name = "title", .required = true,
	      .example = "\"Payment received\""),
	FIELD(struct notification, message, .name = "message", .required = true,
	      .example = "\"Your payment has arrived.\""),
	FIELD(struct notification, subject, .name = "subjectId", .keep_null = true,
	      .doc = "Id of the object that the notification is about.",
	      .example = "\"tx_rem_0123456789abcdef\""),
	FIELD(struct notification, read, .name = "read", .required = true, .example = "false"),
	FIELD(struct notification, created_at, .name = "createdAt", .required = true),
};

struct notifications_query {
	struct number_query page;
};

static const struct field query_fields[] = {LIMIT_FIELDS(struct notifications_query, 50, 100)};

struct seen {
	struct text_list ids;
};

static const struct field seen_fields[] = {
	FIELD(struct seen, ids, .name = "notificationIds", .required = true, .may_be_empty = true,
	      .format = "drop_id", .example = "[\"noti_0123456789abcdef\"]"),
};

struct updated {
	int64_t updated;
};

static const struct field updated_fields[] = {
	FIELD(struct updated, updated, .name = "updated", .required = true,
	      .doc = "Number of notifications that were unread before.", .example = "1"),
};

static const struct schema notification_out =
	SCHEMA(struct notification, "Notification", notification_fields);
static const struct schema notifications_query =
	SCHEMA(struct notifications_query, "NotificationsQuery", query_fields);
static const struct schema seen_in = SCHEMA(struct seen, "NotificationsReadRequest", seen_fields);
static const struct schema updated_out =
	SCHEMA(struct updated, "NotificationsRead", updated_fields);

/* While the feature is off, it does not exist. */
static enum err
check_flag(struct call *call)
{
	if (!call->ctx.app->config->drop_notifications)
		return fault(&call->ctx.fault, ERR_NOT_FOUND, NULL, NULL);
	return ERR_OK;
}

static enum err
list_notifications(struct call *call, const void *in, void *out)
{
	struct notifications_query *query = call->query;
	struct list found;
	int64_t total = 0;

	(void)in;
	TRY(check_flag(call));
	number_usual(&query->page, USUAL_LIMIT);
	TRY(notification_list(&call->ctx, number_most(&query->page), number_skip(&query->page),
			      (struct notification **)&found.items, &found.count, &total));
	page_fill_numbered(call, out, &query->page, found, total, sizeof(struct notification),
			   offsetof(struct notification, notification_id));
	return ERR_OK;
}

static enum err
read_notifications(struct call *call, const void *in, void *out)
{
	const struct seen *seen = in;

	TRY(check_flag(call));
	return notification_read(&call->ctx, seen->ids.items, seen->ids.count,
				 &((struct updated *)out)->updated);
}

const struct route drop_notifications[] = {
	{GET, "/api/notifications", "List notifications",
	 "Newest first. 404 while notifications are disabled.", list_notifications,
	 .query = &notifications_query, .out = &notification_out, .reply.list = true,
	 .reply.numbered = true, .docs.not_found = true, .access = ACCESS_COOKIE, .status = 200,
	 .docs.tag = "Notifications"},
	{PATCH, "/api/notifications", "Mark notifications as read",
	 "At most 100 per request; ids of other users' notifications are ignored.",
	 read_notifications, .in = &seen_in, .out = &updated_out, .docs.not_found = true,
	 .access = ACCESS_COOKIE, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Notifications"},
	{0},
};
