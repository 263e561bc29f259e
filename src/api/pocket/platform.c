/* Platform accounts, projects, and the projects' customers. */
#include "app/platform/platform.h"

#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/wallet/wallet.h"

#define METADATA(struct_type)                                                                  \
	FIELD(struct_type, metadata, .name = "metadata", .doc = "Your own data, up to 4 KiB.", \
	      .example = "{\"plan\":\"pro\"}")

static const struct field account_in_fields[] = {
	FIELD(struct platform_account, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Acme Inc\""),
	FIELD(struct platform_account, company_name, .name = "companyName", .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Acme Financial Technologies\""),
	METADATA(struct platform_account),
};

static const struct field account_fields[] = {
	FIELD(struct platform_account, public_id, .name = "id", .required = true),
	FIELD(struct platform_account, name, .name = "name", .required = true,
	      .example = "\"Acme Inc\""),
	FIELD(struct platform_account, company_name, .name = "companyName", .keep_null = true,
	      .example = "\"Acme Financial Technologies\""),
	METADATA(struct platform_account),
	FIELD(struct platform_account, created_at, .name = "createdAt", .required = true),
};

static const struct field project_in_fields[] = {
	FIELD(struct project, name, .name = "name", .required = true, .text = TEXT_NAME, .min = 1,
	      .max = 120, .example = "\"Production Wallets\""),
	FIELD(struct project, slug, .name = "slug", .format = "slug",
	      .doc = "Derived from the name by default; unique on your platform account.",
	      .example = "\"production-wallets\""),
	FIELD(struct project, description, .name = "description", .max = 1000,
	      .example = "\"Main production environment\""),
	METADATA(struct project),
};

static const struct field project_change_fields[] = {
	FIELD(struct project, name, .name = "name", .text = TEXT_NAME, .min = 1, .max = 120,
	      .example = "\"Production Wallets\""),
	FIELD(struct project, slug, .name = "slug", .format = "slug",
	      .doc = "Unique on your platform account.", .example = "\"production-wallets\""),
	FIELD(struct project, description, .name = "description", .max = 1000,
	      .example = "\"Main production environment\""),
	METADATA(struct project),
};

static const struct field project_fields[] = {
	FIELD(struct project, public_id, .name = "id", .required = true),
	FIELD(struct project, platform_account, .name = "platformAccountId", .required = true),
	FIELD(struct project, name, .name = "name", .required = true,
	      .example = "\"Production Wallets\""),
	FIELD(struct project, slug, .name = "slug", .required = true,
	      .example = "\"production-wallets\""),
	FIELD(struct project, description, .name = "description", .keep_null = true,
	      .example = "\"Main production environment\""),
	METADATA(struct project),
	FIELD(struct project, status, .name = "status", .choices = project_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct project, archived_at, .name = "archivedAt", .keep_null = true,
	      .example = "null"),
	FIELD(struct project, created_at, .name = "createdAt", .required = true),
};

static const struct field customer_in_fields[] = {
	FIELD(struct project_account, reference, .name = "reference", .text = TEXT_CODE, .min = 1,
	      .max = 120, .doc = "Your id of the customer; unique in the project.",
	      .example = "\"customer-42\""),
	FIELD(struct project_account, name, .name = "name", .required = true, .text = TEXT_NAME,
	      .min = 1, .max = 120, .example = "\"Ada Obi\""),
	FIELD(struct project_account, email, .name = "email", .format = "email",
	      .example = "\"ada@example.com\""),
	METADATA(struct project_account),
};

static const struct field customer_change_fields[] = {
	FIELD(struct project_account, reference, .name = "reference", .text = TEXT_CODE, .min = 1,
	      .max = 120, .doc = "Unique in the project.", .example = "\"customer-42\""),
	FIELD(struct project_account, name, .name = "name", .text = TEXT_NAME, .min = 1, .max = 120,
	      .example = "\"Ada Obi\""),
	FIELD(struct project_account, email, .name = "email", .format = "email",
	      .example = "\"ada@example.com\""),
	METADATA(struct project_account),
};

static const struct field customer_fields[] = {
	FIELD(struct project_account, public_id, .name = "id", .required = true),
	FIELD(struct project_account, project, .name = "projectId", .required = true),
	FIELD(struct project_account, reference, .name = "reference", .keep_null = true,
	      .example = "\"customer-42\""),
	FIELD(struct project_account, name, .name = "name", .required = true,
	      .example = "\"Ada Obi\""),
	FIELD(struct project_account, email, .name = "email", .keep_null = true,
	      .example = "\"ada@example.com\""),
	METADATA(struct project_account),
	FIELD(struct project_account, status, .name = "status", .choices = project_status_words,
	      .required = true, .example = "\"active\""),
	FIELD(struct project_account, archived_at, .name = "archivedAt", .keep_null = true,
	      .example = "null"),
	FIELD(struct project_account, created_at, .name = "createdAt", .required = true),
};

struct list_query {
	struct page_query page;
};

static const struct field list_fields[] = {PAGE_FIELDS(struct list_query)};

static const struct schema account_in =
	SCHEMA(struct platform_account, "PlatformAccountRequest", account_in_fields);
static const struct schema account_out =
	SCHEMA(struct platform_account, "PlatformAccount", account_fields);
static const struct schema project_in = SCHEMA(struct project, "ProjectRequest", project_in_fields);
static const struct schema project_change =
	SCHEMA(struct project, "ProjectChange", project_change_fields);
static const struct schema project_out = SCHEMA(struct project, "Project", project_fields);
static const struct schema customer_in =
	SCHEMA(struct project_account, "ProjectAccountRequest", customer_in_fields);
static const struct schema customer_change =
	SCHEMA(struct project_account, "ProjectAccountChange", customer_change_fields);
static const struct schema customer_out =
	SCHEMA(struct project_account, "ProjectAccount", customer_fields);
static const struct schema list_query = SCHEMA(struct list_query, "ListQuery", list_fields);

static enum err
create_account(struct call *call, const void *in, void *out)
{
	return platform_account_create(&call->ctx, in, out);
}

static enum err
my_account(struct call *call, const void *in, void *out)
{
	(void)in;
	return platform_account_mine(&call->ctx, out);
}

static enum err
create_project(struct call *call, const void *in, void *out)
{
	return project_create(&call->ctx, in, out);
}

static enum err
get_project(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_get(&call->ctx, call->params[0].id, out);
}

static enum err
change_project(struct call *call, const void *in, void *out)
{
	return project_update(&call->ctx, call->params[0].id, in, out);
}

static enum err
archive_project(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_archive(&call->ctx, call->params[0].id, true, out);
}

static enum err
restore_project(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_archive(&call->ctx, call->params[0].id, false, out);
}

static enum err
list_projects(struct call *call, const void *in, void *out)
{
	const struct page_query *query = &((const struct list_query *)call->query)->page;
	struct project *projects;
	size_t n;

	(void)in;
	TRY(project_list(&call->ctx, query->after, page_most(query), &projects, &n));
	page_fill(call, out, query, projects, n, sizeof(*projects),
		  offsetof(struct project, project_id));
	return ERR_OK;
}

/* The same list, but only for callers who have a platform account. */
static enum err
list_my_projects(struct call *call, const void *in, void *out)
{
	struct platform_account account = {0};

	TRY(platform_account_mine(&call->ctx, &account));
	return list_projects(call, in, out);
}

static enum err
create_customer(struct call *call, const void *in, void *out)
{
	return project_account_create(&call->ctx, call->params[0].id, in, out);
}

static enum err
get_customer(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_account_get(&call->ctx, call->params[0].id, call->params[1].id, out);
}

static enum err
change_customer(struct call *call, const void *in, void *out)
{
	return project_account_update(&call->ctx, call->params[0].id, call->params[1].id, in, out);
}

static enum err
archive_customer(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_account_archive(&call->ctx, call->params[0].id, call->params[1].id, true,
				       out);
}

static enum err
restore_customer(struct call *call, const void *in, void *out)
{
	(void)in;
	return project_account_archive(&call->ctx, call->params[0].id, call->params[1].id, false,
				       out);
}

static enum err
list_customers(struct call *call, const void *in, void *out)
{
	const struct page_query *query = &((const struct list_query *)call->query)->page;
	struct project_account *customers;
	size_t n;

	(void)in;
	TRY(project_account_list(&call->ctx, call->params[0].id, query->after, page_most(query),
				 &customers, &n));
	page_fill(call, out, query, customers, n, sizeof(*customers),
		  offsetof(struct project_account, project_account_id));
	return ERR_OK;
}

const struct route pocket_platform[] = {
	{POST, "/v1/platform-accounts", "Create your platform account", "One per user.",
	 create_account, .in = &account_in, .out = &account_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 201, .docs.tag = "Platform"},
	{GET, "/v1/platform-accounts/me", "Retrieve your platform account", NULL, my_account,
	 .out = &account_out, .access = ACCESS_USER_OR_KEY, .docs.not_found = true, .status = 200,
	 .docs.tag = "Platform"},
	{GET, "/v1/platform-accounts/me/projects", "List the projects of your platform account",
	 NULL, list_my_projects, .query = &list_query, .out = &project_out, .reply.list = true,
	 .access = ACCESS_USER_OR_KEY, .docs.not_found = true, .status = 200,
	 .docs.tag = "Platform"},
	{POST, "/v1/projects", "Create a project", NULL, create_project, .in = &project_in,
	 .out = &project_out, .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE,
	 .docs.not_found = true, .limits.daily = DAILY_CREATIONS, .status = 201,
	 .docs.tag = "Projects"},
	{GET, "/v1/projects", "List your projects", NULL, list_projects, .query = &list_query,
	 .out = &project_out, .reply.list = true, .access = ACCESS_USER_OR_KEY, .status = 200,
	 .docs.tag = "Projects"},
	{GET, "/v1/projects/{id}", "Retrieve a project", NULL, get_project, .out = &project_out,
	 .access = ACCESS_USER_OR_KEY, .status = 200, .docs.tag = "Projects"},
	{PATCH, "/v1/projects/{id}", "Update a project",
	 "Omitted fields are not changed; metadata is replaced as a whole.", change_project,
	 .in = &project_change, .out = &project_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Projects"},
	{POST, "/v1/projects/{id}/archive", "Archive a project",
	 "Its API keys are refused (401) and none can be added until it is restored. Its money stays; "
	 "payments, holds and deliveries that are under way are finished.",
	 archive_project, .out = &project_out, .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Projects"},
	{POST, "/v1/projects/{id}/restore", "Restore a project",
	 "Its API keys are accepted again, unless they have expired or were revoked meanwhile.",
	 restore_project, .out = &project_out, .access = ACCESS_USER_OR_KEY, .effect = EFFECT_WRITE,
	 .status = 200, .docs.tag = "Projects"},
	{POST, "/v1/projects/{projectId}/accounts", "Add a customer to a project", NULL,
	 create_customer, .in = &customer_in, .out = &customer_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 201, .docs.tag = "Project accounts"},
	{GET, "/v1/projects/{projectId}/accounts", "List the customers of a project", NULL,
	 list_customers, .query = &list_query, .out = &customer_out, .reply.list = true,
	 .access = ACCESS_USER_OR_KEY, .status = 200, .docs.tag = "Project accounts"},
	{GET, "/v1/projects/{projectId}/accounts/{id}", "Retrieve a customer of a project", NULL,
	 get_customer, .out = &customer_out, .access = ACCESS_USER_OR_KEY, .status = 200,
	 .docs.tag = "Project accounts"},
	{PATCH, "/v1/projects/{projectId}/accounts/{id}", "Update a customer of a project",
	 "Omitted fields are not changed; metadata is replaced as a whole.", change_customer,
	 .in = &customer_change, .out = &customer_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Project accounts"},
	{POST, "/v1/projects/{projectId}/accounts/{id}/archive", "Archive a customer of a project",
	 "No wallet can be created for the customer until it is restored (409). Its wallets stay as "
	 "they are.",
	 archive_customer, .out = &customer_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Project accounts"},
	{POST, "/v1/projects/{projectId}/accounts/{id}/restore", "Restore a customer of a project",
	 NULL, restore_customer, .out = &customer_out, .access = ACCESS_USER_OR_KEY,
	 .effect = EFFECT_WRITE, .status = 200, .docs.tag = "Project accounts"},
	{0},
};
