/* Statements as PDF of any length, which a job makes, and their files. */
#include "app/wallet/statement_file.h"

#include "api/negotiate.h"
#include "api/pocket/period.h"
#include "api/pocket/pocket.h"
#include "base/arena.h"

static const struct field order_fields[] = {PERIOD_FIELDS};

static const struct field file_fields[] = {
	FIELD(struct statement_file, url, .name = "url", .required = true, .format = "url",
	      .doc = "Downloads the file without authentication, until expiresAt.",
	      .example = "\"https://pay.example.com/v1/statement-files/"
			 "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55?token=5f2e…\""),
	FIELD(struct statement_file, first_line, .name = "firstLine", .required = true,
	      .doc = "Number of its first transaction, from 1.", .example = "1"),
	FIELD(struct statement_file, lines, .name = "lines", .required = true, .example = "50000"),
	FIELD(struct statement_file, bytes, .name = "bytes", .required = true,
	      .example = "2621440"),
};

static const struct schema file_out = SCHEMA(struct statement_file, "StatementFile", file_fields);

static const struct field statement_fields[] = {
	FIELD(struct filed_statement, id, .name = "id", .required = true),
	FIELD(struct filed_statement, wallet, .name = "walletId", .required = true),
	FIELD(struct filed_statement, status, .name = "status", .choices = statement_status_words,
	      .words = statement_status_words, .required = true, .example = "\"ready\""),
	FIELD(struct filed_statement, from, .name = "from", .required = true),
	FIELD(struct filed_statement, to, .name = "to", .required = true,
	      .doc = "End of the period, exclusive."),
	FIELD(struct filed_statement, lines, .name = "lines", .required = true,
	      .doc = "Number of transactions.", .example = "50000"),
	FIELD(struct filed_statement, lines_done, .name = "linesDone", .required = true,
	      .doc = "How many of them are in files already.", .example = "50000"),
	FIELD(struct filed_statement, files, .name = "files", .required = true, .sub = &file_out,
	      .doc = "Once it is ready: one for each 50,000 transactions, in their order."),
	FIELD(struct filed_statement, created_at, .name = "createdAt", .required = true),
	FIELD(struct filed_statement, expires_at, .name = "expiresAt",
	      .doc = "Once it is ready or has failed: when it is deleted."),
};

static const struct schema order_in = SCHEMA(struct period, "StatementOrder", order_fields);
static const struct schema statement_out =
	SCHEMA(struct filed_statement, "FiledStatement", statement_fields);

static enum err
order(struct call *call, const void *in, void *out)
{
	const struct period *period = in;
	const struct statement_order wanted = {
		.wallet = call->params[0].text,
		.from = period->from,
		.to = period->to,
	};

	TRY(statement_file_order(&call->ctx, &wanted, out));
	call->replayed = ((const struct filed_statement *)out)->replayed;
	return ERR_OK;
}

static enum err
get(struct call *call, const void *in, void *out)
{
	(void)in;
	return statement_file_get(&call->ctx, call->params[0].text, call->params[1].id, out);
}

struct download_query {
	const char *token;
};

static const struct field download_fields[] = {
	FIELD(struct download_query, token, .name = "token", .text = TEXT_CODE, .max = 64,
	      .secret = true, .doc = "As in the url of the file."),
};

static const struct schema download_query =
	SCHEMA(struct download_query, "StatementFileQuery", download_fields);
/* It has no form in JSON. */
static const struct schema download_out = {.name = "StatementFileContent",
					   .size = sizeof(struct statement_download)};

static enum err
download(struct call *call, const void *in, void *out)
{
	struct statement_download *file = out;

	(void)in;
	TRY(statement_file_open(&call->ctx, call->params[0].id,
				((const struct download_query *)call->query)->token, file));
	call->reply.length = file->bytes;
	call->unfinished = !statement_file_complete(file);
	return ERR_OK;
}

static enum err
continue_download(struct call *call, void *out)
{
	TRY(statement_file_next(&call->ctx, out));
	call->unfinished = !statement_file_complete(out);
	return ERR_OK;
}

/* A file name that describes the content. */
static void
name_file(struct call *call, const struct statement_download *file)
{
	struct arena *arena = call->ctx.arena;
	char id[UUID_TEXT_MAX];
	char from[INSTANT_TEXT_MAX];
	const char *part = file->files == 1
				   ? ""
				   : arena_printf(arena, "-part-%lld-of-%lld",
						  (long long)file->number, (long long)file->files);

	call_header(call, "Content-Disposition",
		    arena_printf(arena, "attachment; filename=\"statement-%s-%.10s%s.pdf\"",
				 uuid_text(id, file->wallet), instant_text(from, file->from_at),
				 part));
}

static enum err
write_piece(struct call *call, const void *out, struct bytes *body)
{
	const struct statement_download *file = out;

	if (file->given == (int64_t)file->piece.length)
		name_file(call, file);
	*body = file->piece;
	return ERR_OK;
}

static const struct rendering renderings[] = {
	{"application/pdf", "A4 pages.", .write = write_piece, .in_parts = true},
	{0},
};

const struct route pocket_statement_files[] = {
	{POST, "/v1/wallets/{id:word}/statements", "Order a statement of a wallet as PDF",
	 "Of any number of transactions up to 10,000,000, for those who may retrieve the statement. It "
	 "shows what was posted until it was ordered. A job makes it: GET tells how far it is, and "
	 "when it is ready the links to its files. An order that is the same as one that is queued or "
	 "running gives that one. A user or a project may have five that are not ready, and "
	 "10,000,000 transactions in all that have not expired: 429 TOO_MANY_STATEMENTS.",
	 order, .in = &order_in, .out = &statement_out, .access = ACCESS_USER_OR_PROJECT,
	 .effect = EFFECT_WRITE, .limits.daily = DAILY_CREATIONS, .status = 202,
	 .docs.tag = "Wallets"},
	{GET, "/v1/wallets/{id:word}/statements/{statementId}",
	 "Retrieve a statement that was ordered as PDF", "404 after it has expired.", get,
	 .out = &statement_out, .access = ACCESS_USER_OR_PROJECT, .status = 200,
	 .docs.tag = "Wallets"},
	{GET, "/v1/statement-files/{id}", "Download a file of a statement",
	 "The link that the statement has, without other authentication; 404 after it has expired, or "
	 "with another token. If the file can't be sent in full, the connection is closed before the "
	 "length that was announced.",
	 download, .query = &download_query, .out = &download_out, .reply.renderings = renderings,
	 .reply.is_file = true, .reply.more = continue_download, .access = ACCESS_PUBLIC,
	 .limits.per_address = 60, .status = 200, .docs.tag = "Wallets"},
	{0},
};
