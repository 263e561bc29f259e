/* otp_wallet.h - the two steps of the Wallet OTP API, in the form of the tests. */
#ifndef TESTS_SUPPORT_OTP_WALLET_H
#define TESTS_SUPPORT_OTP_WALLET_H

#include <string.h>

#include "tests/support/users.h"

/* A body's members in single quotes, such as "'amount':5000". */
static inline struct answer
otp_post(struct client *c, const struct person *who, const char *route, const char *members)
{
	return client_call(c, "POST", client_text(c, "/api/wallet/%s", route), who->access,
			   client_json(c, "{%s}", members));
}

static inline struct answer
otp_status(struct client *c, const struct person *who, const char *purpose)
{
	return client_call(c, "GET", client_text(c, "/api/wallet/otp/status?purpose=%s", purpose),
			   who->access, NULL);
}

/* The reference of a funding or deduction that was just started: route is "fund" or "deduct". */
static inline const char *
otp_start(struct client *c, const struct person *who, const char *route, const char *amount)
{
	struct answer a = otp_post(c, who, route, client_text(c, "'amount':%s", amount));

	expect_status(&a, 200);
	return answer_at(&a, "transactionReference");
}

/* The code in the latest mail to an address. */
static inline const char *
mailed_code(struct client *c, const char *email)
{
	static const char before[] = "code is:\n\n";
	const char *mail = mail_to(c, email);
	const char *at = mail != NULL ? strstr(mail, before) : NULL;

	if (at == NULL) {
		fail_msg("no code for %s", email);
		return NULL;
	}
	at += strlen(before);
	assert_int_equal(strspn(at, "0123456789"), 6);
	return arena_strndup(c->scratch, at, 6);
}

/* Six digits that are not that code. */
static inline const char *
other_code(struct client *c, const char *code)
{
	return client_text(c, "%c%s", code[0] == '9' ? '0' : code[0] + 1, code + 1);
}

static inline struct answer
otp_verify(struct client *c, const struct person *who, const char *reference, const char *code)
{
	return otp_post(c, who, "otp/verify",
			client_text(c, "'otp':'%s','transaction_reference':'%s'", code, reference));
}

/* Start and confirm. */
static inline void
otp_complete(struct client *c, const struct person *who, const char *route, const char *amount)
{
	const char *reference = otp_start(c, who, route, amount);
	struct answer a = otp_verify(c, who, reference, mailed_code(c, who->email));

	expect_status(&a, 200);
	expect_text(&a, "status", NULL);
}

/* The ledger's data of the user's wallet, in kobo: balance and held amount. */
static inline const char *
naira_of(struct client *c, const struct person *who)
{
	return client_value(c,
			    "SELECT a.balance || ' ' || a.held FROM cowry.account a"
			    " JOIN cowry.personal_wallet w USING (account_id)"
			    " JOIN cowry.users u USING (user_id)"
			    " WHERE u.public_id = '%s' AND w.currency = 'NGN'",
			    who->id);
}

static inline void
set_wallet_status(struct client *c, const struct person *who, int status)
{
	client_sql(c,
		   "UPDATE cowry.account SET status = %d WHERE account_id ="
		   " (SELECT account_id FROM cowry.personal_wallet JOIN cowry.users USING (user_id)"
		   " WHERE public_id = '%s' AND currency = 'NGN')",
		   status, who->id);
}

/* Make all their codes this old. */
static inline void
age_codes(struct client *c, const struct person *who, const char *interval)
{
	client_sql(c,
		   "UPDATE cowry.one_time_code SET expires_at = expires_at - interval '%s'"
		   " WHERE user_id = (SELECT user_id FROM cowry.users WHERE public_id = '%s')",
		   interval, who->id);
}

/* The documented words of a refusal. */
#define expect_message(answer, status, code, message_)    \
	do {                                              \
		expect_refusal(answer, status, code);     \
		expect_text(answer, "success", "false");  \
		expect_text(answer, "message", message_); \
	} while (0)

#define WRONG_2 "Invalid OTP. 2 attempts remaining."
#define WRONG_1 "Invalid OTP. 1 attempts remaining."
#define EXPIRED "OTP has expired. Please request a new one."
#define LOCKED  "Maximum OTP attempts exceeded. Please try again after 15 minutes."
#define UNKNOWN "Transaction not found or already processed"

#endif
