/*
 * statement_file.h - statements as PDF of any number of transactions, which a job makes, and their files.
 *
 * What a statement shows is decided when it is ordered, as with statement_begin(). Its files are shown when all of
 * them are complete, and until they expire. A link to one has a token that can't be guessed, and needs no other
 * authentication. The token is derived from a key of the server, and stored nowhere.
 */
#ifndef APP_WALLET_STATEMENT_FILE_H
#define APP_WALLET_STATEMENT_FILE_H

#include "app/wallet/statement.h"

/* What a caller may have: statements that are not complete, and transactions in those that have not expired. */
enum { STATEMENTS_OPEN_MAX = 5, STATEMENT_KEPT_LINES_MAX = 10000000 };

enum statement_status {
	STATEMENT_QUEUED = 1,
	STATEMENT_RUNNING,
	STATEMENT_READY,
	STATEMENT_FAILED
};

extern const char *const statement_status_words[];

struct statement_file {
	const char *url;
	int64_t first_line; /* from 1 */
	int64_t lines;
	int64_t bytes;
};

struct filed_statement {
	int64_t statement_id;
	struct uuid id;
	struct uuid wallet;
	enum statement_status status;
	struct moment from;
	struct moment to; /* exclusive */
	int64_t lines;
	int64_t lines_done;
	struct list files; /* of struct statement_file; not shown until it is ready */
	struct instant created_at;
	struct instant expires_at;
	bool replayed; /* an earlier order of the same that is not complete yet */
};

/*
 * Order one, in the caller's transaction. Errors are those of statement_plan(), ERR_VALIDATION for more transactions
 * than may be kept, and ERR_TOO_MANY_STATEMENTS.
 */
enum err statement_file_order(struct ctx *ctx, const struct statement_order *in,
			      struct filed_statement *out) MUST_CHECK;
/* One of a wallet whose statements the caller may see: ERR_NOT_FOUND. */
enum err statement_file_get(struct ctx *ctx, const char *wallet, struct uuid id,
			    struct filed_statement *out) MUST_CHECK;

/* A file that is read piece by piece, each in the arena of the context. */
struct statement_download {
	struct uuid wallet;
	struct instant from_at;
	int64_t number; /* of files, from 1 */
	int64_t files;
	int64_t bytes;
	struct bytes piece;
	int64_t file_id;
	int64_t next;  /* number of the next piece */
	int64_t given; /* bytes, with this piece */
};

/* With its first piece; ERR_NOT_FOUND, also for a wrong token and after it has expired. */
enum err statement_file_open(struct ctx *ctx, struct uuid file, const char *token,
			     struct statement_download *out) MUST_CHECK;
enum err statement_file_next(struct ctx *ctx, struct statement_download *download) MUST_CHECK;
bool statement_file_complete(const struct statement_download *download);

/* For the job: make the files of a statement, by its id. It begins again if an earlier attempt did not end, and does
 * nothing if nobody wants it any more. */
enum err statement_file_make(struct ctx *ctx, const char *id) MUST_CHECK;
/* It can't be made. In the caller's transaction. */
enum err statement_file_give_up(struct ctx *ctx, const char *id) MUST_CHECK;
/* Delete some of what has expired; *found tells whether there may be more. */
enum err statement_file_forget(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
