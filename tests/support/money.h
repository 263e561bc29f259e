/* money.h - requests that move money, in the form of the tests. */
#ifndef TESTS_SUPPORT_MONEY_H
#define TESTS_SUPPORT_MONEY_H

#include <string.h>

#include "tests/support/users.h"

/* Members that follow the usual ones, such as ",'dryRun':true"; "" for none. */
static inline struct answer
transfer(struct client *c, const char *key, const char *from, const char *to, const char *amount,
	 const char *reference, const char *more)
{
	return client_call(c, "POST", "/v1/wallets/transfer", key,
			   client_json(c,
				       "{'fromWalletId':'%s','toWalletId':'%s','amount':'%s',"
				       "'currency':'NGN','reference':'%s'%s}",
				       from, to, amount, reference, more));
}

/* A credit or debit. */
static inline struct answer
fund(struct client *c, const char *which, const char *key, const char *wallet, const char *amount,
     const char *currency, const char *reference, const char *more)
{
	return client_call(c, "POST", client_text(c, "/v1/wallets/%s", which), key,
			   client_json(c,
				       "{'walletId':'%s','amount':'%s','currency':'%s',"
				       "'reference':'%s'%s}",
				       wallet, amount, currency, reference, more));
}

static inline struct answer
hold(struct client *c, const char *key, const char *wallet, const char *amount,
     const char *reference, const char *more)
{
	return client_call(c, "POST", "/v1/holds", key,
			   client_json(c,
				       "{'walletId':'%s','amount':'%s','currency':'NGN',"
				       "'reference':'%s'%s}",
				       wallet, amount, reference, more));
}

/* What is done to a hold or transaction: "/v1/holds/%s/capture" and the like. */
static inline struct answer
act(struct client *c, const char *key, const char *noun, const char *id, const char *verb,
    const char *members)
{
	return client_call(c, "POST", client_text(c, "/v1/%s/%s/%s", noun, id, verb), key,
			   client_json(c, "{%s}", members));
}

/* All stored data about money: equal before and after a call without effect. */
static inline const char *
books(struct client *c)
{
	return client_value(
		c, "SELECT coalesce((SELECT sum(hashtext(a::text)) FROM cowry.account a), 0)"
		   " || ' ' || (SELECT count(*) FROM cowry.posting)"
		   " || ' ' || (SELECT count(*) FROM cowry.transaction)"
		   " || ' ' || coalesce((SELECT sum(hashtext(h::text)) FROM cowry.hold h), 0)"
		   " || ' ' || (SELECT count(*) FROM cowry.audit_log)");
}

#define NOBODY "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"

/* The operator's account in the ledger of a wallet, which callers can't use. */
static inline const char *
operator_account(struct client *c, const char *wallet)
{
	return client_value(c,
			    "SELECT o.public_id FROM cowry.account o JOIN cowry.account w"
			    " USING (ledger_id, currency) WHERE w.public_id = '%s' AND o.kind = 3",
			    wallet);
}

/* A list that ends: the values of a member of its items, in its order, with spaces between. */
static inline void
expect_listed(struct client *c, const char *credential, const char *path, const char *member,
	      const char *values)
{
	struct answer a = client_call(c, "GET", path, credential, NULL);
	const char *found = "";

	expect_status(&a, 200);
	for (size_t i = 0; i < answer_count(&a, "data"); i++)
		found = client_text(c, "%s%s%s", found, *found == '\0' ? "" : " ",
				    answer_at(&a, client_text(c, "data.%zu.%s", i, member)));
	if (strcmp(found, values) != 0)
		fail_msg("%s: %s", path, found);
	expect_text(&a, "pagination.nextCursor", "null");
}

#endif
