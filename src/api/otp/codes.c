/* Codes alone: sending another one, and their status. */
#include "api/otp/otp.h"
#include "app/funding/funding.h"
#include "app/people/code.h"
#include "base/word.h"

struct send_body {
	enum funding_purpose purpose;
	const char *email;
};

static const struct field send_fields[] = {
	FIELD(struct send_body, purpose, .name = "purpose", .required = true,
	      .choices = funding_purpose_words, .example = "\"wallet_funding\""),
	FIELD(struct send_body, email, .name = "email", .format = "email",
	      .doc = "Where the code is sent. Default: where the last code was sent. Codes for "
		     "deductions are sent to your own address only.",
	      .example = "\"user@example.com\""),
};

struct send_reply {
	bool success;
	const char *message;
	int64_t expires_in_s;
	const char *email;
};

static const struct field send_reply_fields[] = {
	FIELD(struct send_reply, success, .name = "success", .required = true, .example = "true"),
	FIELD(struct send_reply, message, .name = "message", .required = true,
	      .example = "\"OTP sent successfully\""),
	FIELD(struct send_reply, expires_in_s, .name = "expiresIn", .required = true,
	      .doc = "Validity of the code in seconds.", .example = "300"),
	FIELD(struct send_reply, email, .name = "email", .required = true,
	      .example = "\"user@example.com\""),
};

struct status_query {
	enum funding_purpose purpose;
};

static const struct field status_fields[] = {
	FIELD(struct status_query, purpose, .name = "purpose", .required = true,
	      .choices = funding_purpose_words, .example = "\"wallet_funding\""),
};

struct status_reply {
	bool success;
	enum funding_purpose purpose;
	bool has_pending_otp;
	int64_t expires_in_s;
	int64_t attempts_remaining;
	bool is_locked;
};

static const struct field status_reply_fields[] = {
	FIELD(struct status_reply, success, .name = "success", .required = true, .example = "true"),
	FIELD(struct status_reply, purpose, .name = "purpose", .choices = funding_purpose_words,
	      .required = true, .example = "\"wallet_funding\""),
	FIELD(struct status_reply, has_pending_otp, .name = "hasPendingOTP", .required = true,
	      .example = "true"),
	FIELD(struct status_reply, expires_in_s, .name = "expiresIn", .required = true,
	      .doc = "Remaining validity of the pending code in seconds; 0 if there is none.",
	      .example = "245"),
	FIELD(struct status_reply, attempts_remaining, .name = "attemptsRemaining",
	      .required = true, .doc = "Wrong codes left before the lock; 0 while locked.",
	      .example = "2"),
	FIELD(struct status_reply, is_locked, .name = "isLocked", .required = true,
	      .example = "false"),
};

static const struct schema send_in = SCHEMA(struct send_body, "SendRequest", send_fields);
static const struct schema send_out = SCHEMA(struct send_reply, "SendReply", send_reply_fields);
static const struct schema status_in = SCHEMA(struct status_query, "StatusQuery", status_fields);
static const struct schema status_out =
	SCHEMA(struct status_reply, "StatusReply", status_reply_fields);

static enum err
send_code(struct call *call, const void *in, void *out)
{
	const struct send_body *body = in;
	struct funding f;

	TRY(funding_resend(&call->ctx, body->purpose, body->email, &f));
	*(struct send_reply *)out =
		(struct send_reply){true, "OTP sent successfully", CODE_LIFETIME_S, f.email};
	return ERR_OK;
}

static enum err
status(struct call *call, const void *in, void *out)
{
	const struct status_query *query = call->query;
	struct code_status now;

	(void)in;
	TRY(code_status(&call->ctx, call->ctx.who.user_id,
			word_text(funding_purpose_words, query->purpose), &now));
	*(struct status_reply *)out = (struct status_reply){
		true, query->purpose, now.pending, now.expires_in_s, now.attempts_left, now.locked,
	};
	return ERR_OK;
}

const struct route otp_codes[] = {
	{POST, "/api/wallet/otp/send", "Send another code",
	 "For your newest pending funding or deduction. The previous code becomes invalid.",
	 send_code, .in = &send_in, .out = &send_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .limits.per_user = 3, .docs.not_found = true, .status = 200, .docs.tag = "OTP"},
	{GET, "/api/wallet/otp/status", "Retrieve the status of your codes", NULL, status,
	 .query = &status_in, .out = &status_out, .access = ACCESS_USER, .limits.per_user = 10,
	 .status = 200, .docs.tag = "OTP"},
	{0},
};
