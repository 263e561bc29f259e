/* A signed-in user's password and sessions. */
#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/people/password_change.h"
#include "app/people/session.h"

static const struct field change_fields[] = {
	FIELD(struct password_change, current, .name = "currentPassword", .required = true,
	      .secret = true, .min = 1, .max = 1024, .example = "\"securePassword123!\""),
	FIELD(struct password_change, new_password, .name = "newPassword", .required = true,
	      .format = "password", .secret = true, .example = "\"NewSecurePassword123!\""),
};

static const struct field session_fields[] = {
	FIELD(struct session_view, id, .name = "id", .required = true),
	FIELD(struct session_view, created_at, .name = "createdAt", .required = true,
	      .doc = "When the user signed in."),
	FIELD(struct session_view, refreshed_at, .name = "refreshedAt",
	      .doc = "When its last refresh token was issued."),
	FIELD(struct session_view, expires_at, .name = "expiresAt", .required = true),
	FIELD(struct session_view, is_current, .name = "isCurrent", .required = true,
	      .doc = "The session of this request.", .example = "true"),
};

struct session_query {
	struct page_query page;
};

static const struct field query_fields[] = {PAGE_FIELDS(struct session_query)};

static const struct schema change_in =
	SCHEMA(struct password_change, "ChangePasswordRequest", change_fields);
static const struct schema session_out = SCHEMA(struct session_view, "Session", session_fields);
static const struct schema query = SCHEMA(struct session_query, "SessionQuery", query_fields);

static enum err
prepare_change(struct call *call, void *in)
{
	return password_change_prepare(&call->ctx, in);
}

static enum err
change_password(struct call *call, const void *in, void *out)
{
	(void)out;
	return password_change(&call->ctx, in);
}

static enum err
list_sessions(struct call *call, const void *in, void *out)
{
	const struct page_query *page = &((const struct session_query *)call->query)->page;
	struct session_view *sessions;
	size_t n;

	(void)in;
	TRY(user_sessions(&call->ctx, page->after, page_most(page), &sessions, &n));
	page_fill(call, out, page, sessions, n, sizeof(*sessions),
		  offsetof(struct session_view, session_id));
	return ERR_OK;
}

static enum err
end_session(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return user_end_own_session(&call->ctx, call->params[0].id);
}

static enum err
end_others(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return user_end_other_sessions(&call->ctx);
}

const struct route pocket_sessions[] = {
	{POST, "/v1/auth/change-password", "Change your password",
	 "Ends all other sessions, and tells you by mail.", change_password,
	 .prepare = prepare_change, .in = &change_in, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.rate = RATE_SIGN_IN, .status = 204, .docs.tag = "Auth"},
	{GET, "/v1/auth/sessions", "List your sessions",
	 "Newest first, without those that have ended.", list_sessions, .query = &query,
	 .out = &session_out, .reply.list = true, .access = ACCESS_USER, .status = 200,
	 .docs.tag = "Auth"},
	{DELETE, "/v1/auth/sessions", "End all your other sessions", NULL, end_others,
	 .access = ACCESS_USER, .effect = EFFECT_WRITE, .status = 204, .docs.tag = "Auth"},
	{DELETE, "/v1/auth/sessions/{id}", "End one of your sessions",
	 "Its tokens are refused from then on.", end_session, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .status = 204, .docs.tag = "Auth"},
	{0},
};
