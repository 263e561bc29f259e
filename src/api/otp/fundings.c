/* Fundings and deductions in two steps: start, which mails a code, and verify. */
#include "api/otp/otp.h"

#include <stdio.h>

#include "app/funding/funding.h"
#include "app/people/code.h"

static const char *const next_steps[] = {"otp_verification", NULL};
static const char *const waiting_statuses[] = {"pending_review", NULL};

static const struct field funding_fields[] = {
	FIELD(struct funding_order, amount, .name = "amount", .required = true,
	      .doc = "NGN, from 100 to 5000000, with at most 2 decimals.", .example = "5000"),
	FIELD(struct funding_order, email, .name = "email", .format = "email",
	      .doc = "Where the code is sent. Default: your own address.",
	      .example = "\"user@example.com\""),
};

static const struct field deduction_fields[] = {
	FIELD(struct funding_order, amount, .name = "amount", .required = true,
	      .doc = "NGN, from 100 to 5000000, with at most 2 decimals.", .example = "2500.5"),
	FIELD(struct funding_order, description, .name = "description", .min = 1, .max = 140,
	      .doc = "Purpose of the payment.", .example = "\"Order 4711\""),
};

/* Common part of both answers. */
struct start_reply {
	bool success;
	const char *message;
	const char *transaction_reference;
	int64_t otp_expires_in_s;
	bool otp_sent;
	enum risk_level fraud_risk_level;
	bool requires_manual_review;
	const char *next_step;
	const char *warning;
	bool requires_otp;
};

static const struct field start_fields[] = {
	FIELD(struct start_reply, success, .name = "success", .required = true, .example = "true"),
	FIELD(struct start_reply, message, .name = "message", .required = true,
	      .example = "\"Wallet funding initiated. OTP sent to your email.\""),
	FIELD(struct start_reply, transaction_reference, .name = "transactionReference",
	      .required = true, .doc = "Reference to send with the code.",
	      .example = "\"FUND-1705948200123-abc12345\""),
	FIELD(struct start_reply, otp_expires_in_s, .name = "otpExpiresIn", .required = true,
	      .doc = "Validity of the code in seconds.", .example = "300"),
	FIELD(struct start_reply, otp_sent, .name = "otpSent", .required = true,
	      .doc = "Whether the mail was queued.", .example = "true"),
	FIELD(struct start_reply, fraud_risk_level, .name = "fraudRiskLevel",
	      .choices = risk_level_words, .required = true, .doc = "low, medium or high.",
	      .example = "\"low\""),
	FIELD(struct start_reply, requires_manual_review, .name = "requiresManualReview",
	      .required = true,
	      .doc = "Whether an administrator must approve the transaction after the code was "
		     "verified.",
	      .example = "false"),
	FIELD(struct start_reply, next_step, .name = "nextStep", .choices = next_steps,
	      .required = true, .example = "\"otp_verification\""),
	FIELD(struct start_reply, warning, .name = "warning", .keep_null = true,
	      .doc = "Present unless the level is low.", .example = "null"),
	FIELD(struct start_reply, requires_otp, .name = "requiresOTP",
	      .doc = "true for deductions, which require the code."),
};

struct verify_body {
	const char *otp;
	const char *reference;
};

static const struct field verify_fields[] = {
	FIELD(struct verify_body, otp, .name = "otp", .required = true, .min = 1, .max = 32,
	      .secret = true, .doc = "The 6 digits from the mail.", .example = "\"603645\""),
	FIELD(struct verify_body, reference, .name = "transaction_reference", .required = true,
	      .text = TEXT_CODE, .min = 1, .max = 120,
	      .doc = "transactionReference of the first step.",
	      .example = "\"FUND-1705948200123-abc12345\""),
};

struct verify_reply {
	bool success;
	const char *message;
	struct money new_balance;
	const char *transaction_id;
	const char *status;
};

static const struct field verify_reply_fields[] = {
	FIELD(struct verify_reply, success, .name = "success", .required = true, .example = "true"),
	FIELD(struct verify_reply, message, .name = "message", .required = true,
	      .example = "\"OTP verified and wallet funded successfully\""),
	FIELD(struct verify_reply, new_balance, .name = "newBalance", .required = true,
	      .doc = "NGN.", .example = "50000"),
	FIELD(struct verify_reply, transaction_id, .name = "transactionId", .required = true,
	      .example = "\"TXN-1705948200123\""),
	FIELD(struct verify_reply, status, .name = "status", .choices = waiting_statuses,
	      .doc = "pending_review if an administrator must approve it; the balance is then "
		     "unchanged.",
	      .example = "null"),
};

static const struct schema funding_in = SCHEMA(struct funding_order, "FundRequest", funding_fields);
const struct schema otp_deduction = SCHEMA(struct funding_order, "DeductRequest", deduction_fields);
static const struct schema start_out = SCHEMA(struct start_reply, "StartReply", start_fields);
static const struct schema verify_in = SCHEMA(struct verify_body, "VerifyRequest", verify_fields);
static const struct schema verify_out =
	SCHEMA(struct verify_reply, "VerifyReply", verify_reply_fields);

static const char *
warning_of(const struct funding *f)
{
	if (f->requires_review)
		return "This is unusual for your account and needs manual review: it is completed "
		       "only once an administrator has approved it.";
	return f->risk == RISK_LOW ? NULL : "This is unusual for your account.";
}

static void
show_started(const struct funding *f, const char *message, struct start_reply *out)
{
	*out = (struct start_reply){
		.success = true,
		.message = message,
		.transaction_reference = f->reference,
		.otp_expires_in_s = CODE_LIFETIME_S,
		.otp_sent = true,
		.fraud_risk_level = f->risk,
		.requires_manual_review = f->requires_review,
		.next_step = "otp_verification",
		.warning = warning_of(f),
	};
}

static enum err
start(struct call *call, enum funding_purpose purpose, const struct funding_order *in,
      struct funding *f)
{
	struct fault *fault = &call->ctx.fault;
	enum err err = funding_start(&call->ctx, purpose, in, f);

	if (err == ERR_INTERNAL)
		(void)snprintf(fault->message, sizeof(fault->message), "Failed to generate OTP");
	return err;
}

static enum err
fund(struct call *call, const void *in, void *out)
{
	struct funding f;

	TRY(start(call, PURPOSE_FUNDING, in, &f));
	show_started(&f, "Wallet funding initiated. OTP sent to your email.", out);
	return ERR_OK;
}

static enum err
deduct(struct call *call, const void *in, void *out)
{
	struct funding f;

	TRY(start(call, PURPOSE_DEDUCTION, in, &f));
	show_started(&f, "Wallet deduction initiated. OTP sent to your email.", out);
	((struct start_reply *)out)->requires_otp = true;
	return ERR_OK;
}

static enum err
verify(struct call *call, const void *in, void *out)
{
	const struct verify_body *body = in;
	struct funding f = {0};
	bool review;
	bool right;

	TRY(funding_verify(&call->ctx, body->reference, body->otp, &f, &right));
	if (!right)
		return call_refuse(call);
	review = f.status == FUNDING_REVIEW;
	*(struct verify_reply *)out = (struct verify_reply){
		.success = true,
		.message = review ? "OTP verified. The transaction awaits manual review."
			   : f.purpose == PURPOSE_FUNDING
				   ? "OTP verified and wallet funded successfully"
				   : "OTP verified and wallet debited successfully",
		.new_balance = f.balance,
		.transaction_id = f.transaction_no,
		.status = review ? "pending_review" : NULL,
	};
	return ERR_OK;
}

static const char verify_doc[] =
	"Three wrong codes within 15 minutes lock the purpose for 15 minutes, including codes sent "
	"in the meantime.";

const struct route otp_fundings[] = {
	{POST, "/api/wallet/fund", "Start funding your NGN wallet",
	 "Mails a 6-digit code that is valid for 5 minutes. A production server offers this only "
	 "if the operator has enabled it, because the credit is not backed by an incoming payment.",
	 fund, .in = &funding_in, .out = &start_out, .allow.enabled = funding_open,
	 .access = ACCESS_USER, .effect = EFFECT_WRITE, .limits.per_user = 10, .status = 200,
	 .docs.tag = "Wallet"},
	{POST, "/api/wallet/deduct", "Start a payment from your NGN wallet",
	 "Mails a 6-digit code that is valid for 5 minutes; the money is held meanwhile. A new "
	 "deduction replaces a pending one.",
	 deduct, .in = &otp_deduction, .out = &start_out, .access = ACCESS_USER,
	 .effect = EFFECT_WRITE, .limits.per_user = 10, .status = 200, .docs.tag = "Wallet"},
	{POST, "/api/wallet/verify-otp", "Confirm with the mailed code", verify_doc, verify,
	 .in = &verify_in, .out = &verify_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .docs.not_found = true, .status = 200, .docs.tag = "Wallet"},
	{POST, "/api/wallet/otp/verify", "Confirm with the mailed code", verify_doc, verify,
	 .in = &verify_in, .out = &verify_out, .access = ACCESS_USER, .effect = EFFECT_WRITE,
	 .docs.not_found = true, .status = 200, .docs.tag = "OTP"},
	{0},
};
