/* Metadata that are added to transactions. */
#include "app/wallet/metadata.h"
#include "api/page.h"
#include "api/pocket/pocket.h"

static const struct field addition_fields[] = {
	FIELD(struct metadata_addition, metadata, .name = "metadata", .required = true,
	      .doc = "Values to add or replace, by their names; null removes a name.",
	      .example = "{\"order\":\"1\"}"),
	FIELD(struct metadata_addition, dry_run, .name = "dryRun",
	      .doc = "Validate and answer, but change nothing.", .example = "false"),
};

static const struct schema addition =
	SCHEMA(struct metadata_addition, "MetadataAddition", addition_fields);

static const struct field revision_fields[] = {
	FIELD(struct metadata_revision, number, .name = "revision", .required = true,
	      .doc = "0: what the transaction was posted with.", .example = "0"),
	FIELD(struct metadata_revision, metadata, .name = "metadata", .required = true,
	      .example = "{\"order\":\"1\"}"),
	FIELD(struct metadata_revision, api_key, .name = "apiKeyId",
	      .doc = "The key that it was added with."),
	FIELD(struct metadata_revision, administrator, .name = "administratorId",
	      .doc = "Or the administrator."),
	FIELD(struct metadata_revision, created_at, .name = "createdAt", .required = true),
};

static const struct schema revision =
	SCHEMA(struct metadata_revision, "MetadataRevision", revision_fields);

static enum err
add_metadata(struct call *call, const void *in, void *out)
{
	return metadata_add(&call->ctx, call->params[0].id, in, out);
}

struct revisions_query {
	struct page_query page;
};

static const struct field revisions_query_fields[] = {PAGE_FIELDS(struct revisions_query)};

static const struct schema revisions_query =
	SCHEMA(struct revisions_query, "MetadataRevisionsQuery", revisions_query_fields);

static enum err
list_metadata(struct call *call, const void *in, void *out)
{
	const struct page_query *page = &((const struct revisions_query *)call->query)->page;
	struct list found;

	(void)in;
	TRY(metadata_list(&call->ctx, call->params[0].id, page->after, page_most(page), &found));
	page_fill(call, out, page, found.items, found.count, sizeof(struct metadata_revision),
		  offsetof(struct metadata_revision, number));
	return ERR_OK;
}

const struct route pocket_metadata[] = {
	{PATCH, "/v1/transactions/{id}", "Add metadata to a transaction",
	 "Each change is a revision. What the transaction was posted with stays in its receipt, in "
	 "events, in statements, and in the answers to repetitions of its request. Up to 100 "
	 "revisions.",
	 add_metadata, .in = &addition, .out = &pocket_looked_up, .access = ACCESS_USER_OR_PROJECT,
	 .effect = EFFECT_WRITE, .docs.errors = {409}, .status = 200, .dry_run = true,
	 .docs.tag = "Money"},
	{GET, "/v1/transactions/{id}/metadata",
	 "List the revisions of the metadata of a transaction",
	 "Newest first; the last one is what the transaction was posted with.", list_metadata,
	 .query = &revisions_query, .out = &revision, .reply.list = true,
	 .access = ACCESS_USER_OR_PROJECT, .status = 200, .docs.tag = "Money"},
	{0},
};
