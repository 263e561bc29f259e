/* Users: lists and changes by administrators, and the user's own account. */
#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/people/user.h"
#include "app/people/user_admin.h"
#include "app/privacy/erasure.h"

static const struct field user_fields[] = {
	FIELD(struct user, public_id, .name = "id", .required = true),
	FIELD(struct user, name, .name = "name", .required = true, .example = "\"Jane Doe\""),
	FIELD(struct user, email, .name = "email", .required = true,
	      .example = "\"jane@example.com\""),
	FIELD(struct user, role, .name = "role", .choices = user_role_words, .required = true,
	      .example = "\"developer\""),
	FIELD(struct user, status, .name = "status", .choices = user_status_words, .required = true,
	      .example = "\"active\""),
	FIELD(struct user, provider, .name = "provider", .choices = sign_in_words, .required = true,
	      .example = "\"local\""),
	FIELD(struct user, country, .name = "country", .keep_null = true, .example = "\"Nigeria\""),
	FIELD(struct user, company_name, .name = "companyName", .keep_null = true,
	      .example = "\"Pocket Labs\""),
	FIELD(struct user, photo_url, .name = "photoUrl", .keep_null = true, .example = "null"),
	FIELD(struct user, is_email_verified, .name = "isEmailVerified", .required = true,
	      .example = "false"),
	FIELD(struct user, kyc_status, .name = "kycStatus", .choices = kyc_status_words,
	      .required = true, .doc = "none, pending, verified or rejected.",
	      .example = "\"none\""),
	FIELD(struct user, created_at, .name = "createdAt", .required = true),
};

const struct schema pocket_user = SCHEMA(struct user, "User", user_fields);

static const char *const statuses[] = {"active", "suspended", NULL};
static const char *const orders[] = {"createdAt", "name", "email", "role", "status", NULL};
static const char *const directions[] = {"asc", "desc", NULL};

static const struct field invite_fields[] = {
	FIELD(struct registration, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Jane Doe\""),
	FIELD(struct registration, email, .name = "email", .required = true, .format = "email",
	      .example = "\"jane@example.com\""),
	FIELD(struct registration, role, .name = "role", .choices = user_role_words,
	      .fallback = "developer"),
	FIELD(struct registration, status, .name = "status", .choices = statuses,
	      .words = user_status_words, .fallback = "active"),
	FIELD(struct registration, password, .name = "password", .secret = true,
	      .format = "password",
	      .doc = "At most 72 bytes. Without a password, a token to set it is mailed.",
	      .example = "\"securePassword123!\""),
	FIELD(struct registration, country, .name = "country", .text = TEXT_NAME, .min = 2,
	      .max = 60, .example = "\"Nigeria\""),
	FIELD(struct registration, company_name, .name = "companyName", .text = TEXT_NAME, .min = 1,
	      .max = 120, .example = "\"Pocket Labs\""),
	FIELD(struct registration, photo_url, .name = "photoUrl", .format = "uri",
	      .example = "\"https://example.com/jane.png\""),
};

static const struct field change_fields[] = {
	FIELD(struct user_change, name, .name = "name", .text = TEXT_NAME, .min = 1, .max = 120,
	      .example = "\"Jane Doe\""),
	FIELD(struct user_change, country, .name = "country", .text = TEXT_NAME, .min = 2,
	      .max = 60, .example = "\"Ghana\""),
	FIELD(struct user_change, company_name, .name = "companyName", .text = TEXT_NAME, .min = 1,
	      .max = 120, .example = "\"Pocket Labs\""),
	FIELD(struct user_change, photo_url, .name = "photoUrl", .format = "uri",
	      .example = "\"https://example.com/jane.png\""),
	FIELD(struct user_change, role, .name = "role", .choices = user_role_words,
	      .doc = "Administrators only.", .example = "\"team\""),
	FIELD(struct user_change, status, .name = "status", .choices = statuses,
	      .words = user_status_words,
	      .doc = "Administrators only. Suspending a user ends their sessions, and their keys "
		     "are refused.",
	      .example = "\"active\""),
	FIELD(struct user_change, kyc_status, .name = "kycStatus", .choices = kyc_status_words,
	      .doc = "Administrators only.", .example = "\"verified\""),
};

struct users_query {
	struct number_query page;
	struct user_filter filter;
	const char *direction;
};

static const struct field query_fields[] = {
	NUMBER_FIELDS(struct users_query),
	FIELD(struct users_query, filter.search, .name = "search", .min = 1, .max = 120,
	      .doc = "Part of a name or an email address, case-insensitive."),
	FIELD(struct users_query, filter.role, .name = "role", .choices = user_role_words),
	FIELD(struct users_query, filter.status, .name = "status", .choices = user_status_words,
	      .doc = "By default, deleted users are excluded."),
	FIELD(struct users_query, filter.from, .name = "createdAt[gte]",
	      .doc = "Registered at this time or later."),
	FIELD(struct users_query, filter.to, .name = "createdAt[lte]",
	      .doc = "Registered at this time or earlier."),
	FIELD(struct users_query, filter.sort, .name = "sort", .choices = orders,
	      .fallback = "createdAt"),
	FIELD(struct users_query, direction, .name = "dir", .choices = directions,
	      .fallback = "desc"),
};

static const struct schema invite_in =
	SCHEMA(struct registration, "UserCreateRequest", invite_fields);
static const struct schema change_in =
	SCHEMA(struct user_change, "UserUpdateRequest", change_fields);
static const struct schema users_query = SCHEMA(struct users_query, "UsersQuery", query_fields);

static enum err
list_users(struct call *call, const void *in, void *out)
{
	const struct users_query *query = call->query;
	struct user_filter filter = query->filter;
	struct page *page = out;
	bool by_time = text_equal(filter.sort, "createdAt");
	struct list users;
	int64_t total = 0;

	(void)in;
	if (query->page.after > 0 && !by_time) {
		violation_add(call->ctx.arena, &call->ctx.fault, "cursor", "ORDER",
			      "requires sort=createdAt");
		return ERR_VALIDATION;
	}
	filter.descending = text_equal(query->direction, "desc");
	filter.after = query->page.after;
	filter.most = number_most(&query->page);
	filter.skip = number_skip(&query->page);
	TRY(user_list(&call->ctx, &filter, (struct user **)&users.items, &users.count));
	if (query->page.after == 0)
		TRY(user_count(&call->ctx, &filter, &total));
	page_fill_numbered(call, page, &query->page, users, total, sizeof(struct user),
			   offsetof(struct user, user_id));
	if (!by_time)
		page->next_cursor = NULL;
	return ERR_OK;
}

static enum err
prepare_invitation(struct call *call, void *in)
{
	return user_invite_prepare(&call->ctx, in);
}

static enum err
invite(struct call *call, const void *in, void *out)
{
	return user_invite(&call->ctx, in, out);
}

static enum err
get_user(struct call *call, const void *in, void *out)
{
	(void)in;
	return user_find(&call->ctx, call->params[0].id, out);
}

static enum err
change_user(struct call *call, const void *in, void *out)
{
	return user_change(&call->ctx, call->params[0].id, in, out);
}

static enum err
delete_user(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return user_delete(&call->ctx, call->params[0].id);
}

const struct route pocket_users[] = {
	{GET, "/v1/users", "List users", NULL, list_users, .query = &users_query,
	 .out = &pocket_user, .reply.list = true, .reply.numbered = true, .access = ACCESS_ADMIN,
	 .status = 200, .docs.tag = "Users"},
	{POST, "/v1/users", "Create a user",
	 "Mails a token to verify the address or, without a password, a token to set it.", invite,
	 .prepare = prepare_invitation, .in = &invite_in, .out = &pocket_user,
	 .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 201, .docs.tag = "Users"},
	{GET, "/v1/users/{id}", "Retrieve a user", "Yourself, or any user for administrators.",
	 get_user, .out = &pocket_user, .access = ACCESS_USER, .status = 200, .docs.tag = "Users"},
	{PATCH, "/v1/users/{id}", "Update a user",
	 "Yourself, or any user for administrators. Omitted fields are not changed. At least one "
	 "active administrator must remain, and a new administrator must have a verified email "
	 "address.",
	 change_user, .in = &change_in, .out = &pocket_user, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Users"},
	{DELETE, "/v1/users/{id}", "Delete a user",
	 "Closes the account and erases personal data; ledger postings are kept. At least one "
	 "active administrator must remain. 409 with an entry in errors for each obstacle, while "
	 "there is money in a wallet of the user or of their projects, on a voucher or owed to the "
	 "merchant, or while anything is pending.",
	 delete_user, .access = ACCESS_USER, .effect = EFFECT_WRITE, .status = 204,
	 .docs.tag = "Users"},
	{0},
};
