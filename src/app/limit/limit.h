/*
 * limit.h - rules that limit wallets, made by administrators, and what wallets have used of them.
 *
 * A rule is for a wallet, a customer, users of a KYC level, a project, or by default for all. Of rules that limit the
 * same thing the one in this order applies. Each change is recorded in the audit log. The ledger decides by them
 * (ledger/limit.h), from the commit of the change on.
 */
#ifndef APP_LIMIT_LIMIT_H
#define APP_LIMIT_LIMIT_H

#include "base/ctx.h"
#include "base/money.h"
#include "base/value.h"
#include "ledger/limit.h"

enum limit_scope {
	SCOPE_WALLET = 1,
	SCOPE_CUSTOMER,
	SCOPE_KYC_LEVEL,
	SCOPE_PROJECT,
	SCOPE_DEFAULT
};
/* What is added up together. */
enum limit_per { PER_WALLET = 1, PER_CUSTOMER, PER_PROJECT };
enum limit_status { LIMIT_ACTIVE = 1, LIMIT_ENDED };

extern const char *const limit_scope_words[];
extern const char *const limit_per_words[];
extern const char *const limit_status_words[];

enum { LIMIT_TYPES_MAX = 20 };

struct limit_order {
	enum limit_scope scope;
	const char *subject; /* an id, or the word of a level; NULL by default */
	enum mode mode;
	enum limit_per per; /* 0: the usual one of the scope */
	enum limit_measure measure;
	enum limit_direction direction;
	struct text_list types; /* none: all */
	const char *currency;
	enum limit_span span;
	const char *time_zone; /* of windows of the calendar; NULL: they roll */
	struct decimal limit;  /* an amount, or a number of transactions */
};

struct limit {
	int64_t limit_id;
	struct uuid id;
	enum mode mode;
	enum limit_scope scope;
	const char *subject;
	int64_t ledger_id; /* 0: any */
	enum limit_per per;
	enum limit_measure measure;
	enum limit_direction direction;
	struct text_list types;
	const char *currency;
	enum limit_span span;
	const char *time_zone;
	int64_t most;
	const char *limit; /* the same as text, in major units */
	enum limit_status status;
	struct instant created_at;
	struct instant changed_at;
	struct instant ended_at;
};

/* These four are for administrators, those that change in the caller's db_transact(). ERR_VALIDATION; ERR_NOT_FOUND
 * if there is no such subject; ERR_CONFLICT if there is such a rule. */
enum err limit_make(struct ctx *ctx, const struct limit_order *in, struct limit *out) MUST_CHECK;
enum err limit_get(struct ctx *ctx, struct uuid id, struct limit *out) MUST_CHECK;
/* Only the limit itself. ERR_CONFLICT if the rule has ended. */
enum err limit_change(struct ctx *ctx, struct uuid id, struct decimal most,
		      struct limit *out) MUST_CHECK;
/* ERR_OK also if it has ended before. */
enum err limit_end(struct ctx *ctx, struct uuid id, struct limit *out) MUST_CHECK;

struct limit_filter {
	enum mode mode; /* 0: any, as are those that follow */
	enum limit_scope scope;
	const char *subject;
	enum limit_status status;
	int64_t after; /* limit_id of the last one of the previous page; 0: from the newest */
	int64_t most;
};
enum err limit_list(struct ctx *ctx, const struct limit_filter *filter, struct limit **out,
		    size_t *n) MUST_CHECK;

/* A rule that applies to a wallet, with texts as in the rule. */
struct wallet_limit {
	struct limit rule;
	const char *used; /* in the current window, or the balance; NULL: nothing is added up */
	const char *held; /* by active holds */
	const char *left;
	struct instant frees_at; /* when more of it will be left */
};

/* Of a wallet that the caller may see: the project's or the user's own, any for an administrator. ERR_NOT_FOUND. */
enum err limit_of_wallet(struct ctx *ctx, const char *wallet, struct wallet_limit **out,
			 size_t *n) MUST_CHECK;

#endif
