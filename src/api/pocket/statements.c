/* Statements of wallets, as JSON, CSV or PDF. */
#include "app/wallet/statement_pdf.h"

#include "api/negotiate.h"
#include "api/pocket/period.h"
#include "api/pocket/pocket.h"
#include "api/words.h"
#include "base/arena.h"

static const struct field query_fields[] = {PERIOD_FIELDS};

static const struct field line_fields[] = {
	FIELD(struct wallet_line, created_at, .name = "time", .required = true),
	FIELD(struct wallet_line, id, .name = "transactionId", .required = true),
	FIELD(struct wallet_line, type, .name = "type", .choices = word_transactions,
	      .words = transaction_type_words, .required = true, .example = "\"transfer\""),
	FIELD(struct wallet_line, reference, .name = "reference", .required = true,
	      .example = "\"trf_2026_001\""),
	FIELD(struct wallet_line, direction, .name = "direction", .choices = line_direction_words,
	      .required = true, .example = "\"out\""),
	FIELD(struct wallet_line, amount, .name = "amount", .required = true),
	FIELD(struct wallet_line, balance, .name = "balance", .required = true,
	      .doc = "Balance after the transaction."),
	FIELD(struct wallet_line, is_fee, .name = "isFee", .example = "false",
	      .doc = "true: the fee of the transaction, or what a reversal gives back of it."),
};

static const struct schema line_out = SCHEMA(struct wallet_line, "StatementLine", line_fields);

static const struct field statement_fields[] = {
	FIELD(struct account_statement, wallet, .name = "walletId", .required = true),
	FIELD(struct account_statement, number, .name = "number", .example = "\"1234567890128\"",
	      .doc = "Only for a user's wallet."),
	FIELD(struct account_statement, currency, .name = "currency", .required = true,
	      .example = "\"NGN\""),
	FIELD(struct account_statement, from, .name = "from", .required = true),
	FIELD(struct account_statement, opening, .name = "openingBalance", .required = true),
	FIELD(struct account_statement, line_count, .name = "count", .required = true,
	      .doc = "Number of lines."),
	FIELD(struct account_statement, lines, .name = "lines", .required = true, .in_parts = true,
	      .sub = &line_out),
	/* Known with the last line. */
	FIELD(struct account_statement, to, .name = "to", .required = true,
	      .doc = "End of the period, exclusive."),
	FIELD(struct account_statement, closing, .name = "closingBalance", .required = true),
	FIELD(struct account_statement, total_in, .name = "totalIn", .required = true),
	FIELD(struct account_statement, total_out, .name = "totalOut", .required = true),
};

static const struct schema query = SCHEMA(struct period, "StatementQuery", query_fields);
static const struct schema statement_out =
	SCHEMA(struct account_statement, "Statement", statement_fields);

static enum err
get_statement(struct call *call, const void *in, void *out)
{
	const struct period *period = call->query;
	struct statement_order order = {
		.wallet = call->params[0].text,
		.from = period->from,
		.to = period->to,
		.whole = call->rendering != NULL && !call->rendering->in_parts,
	};

	(void)in;
	TRY(statement_begin(&call->ctx, &order, out));
	call->unfinished = !statement_complete(out);
	return ERR_OK;
}

static enum err
continue_statement(struct call *call, void *out)
{
	TRY(statement_continue(&call->ctx, out));
	call->unfinished = !statement_complete(out);
	return ERR_OK;
}

/* A file name that describes the content. */
static void
name_file(struct call *call, const struct account_statement *statement, const char *suffix)
{
	char id[UUID_TEXT_MAX];
	char from[INSTANT_TEXT_MAX];

	call_header(call, "Content-Disposition",
		    arena_printf(call->ctx.arena, "attachment; filename=\"statement-%s-%.10s.%s\"",
				 uuid_text(id, statement->wallet),
				 instant_text(from, statement->from.first), suffix));
}

static enum err
write_csv(struct call *call, const void *out, struct bytes *body)
{
	const struct account_statement *statement = out;

	if (statement->lines_before == 0)
		name_file(call, statement, "csv");
	*body = statement_csv(call->ctx.arena, out);
	return ERR_OK;
}

static enum err
write_pdf(struct call *call, const void *out, struct bytes *body)
{
	name_file(call, out, "pdf");
	return statement_pdf(&call->ctx, out, body);
}

static const struct rendering renderings[] = {
	{"text/csv", "RFC 4180: time, type, reference, amount, balance, currency, transaction.",
	 .write = write_csv, .in_parts = true},
	{"application/pdf", "A4 pages, of at most 10,000 transactions.", .write = write_pdf},
	{0},
};

const struct route pocket_statements[] = {
	{GET, "/v1/wallets/{id:word}/statement", "Retrieve a statement of a wallet",
	 "A project's API key gives access to its wallets, a user's access token to the user's "
	 "wallets, and an administrator's access token to all wallets. Any id of the wallet is "
	 "accepted. At most 366 days, and as PDF 10,000 transactions: a longer one is ordered by POST "
	 "/v1/wallets/{id}/statements. With more than 500 transactions, "
	 "JSON and CSV have no Content-Length: if such an answer can't be completed, the connection is "
	 "closed before its end, which clients report as an error. A complete CSV ends with a line for "
	 "the closing balance.",
	 get_statement, .query = &query, .out = &statement_out, .reply.renderings = renderings,
	 .reply.more = continue_statement, .access = ACCESS_USER_OR_PROJECT, .stale = true,
	 .status = 200, .docs.tag = "Wallets"},
	{0},
};
