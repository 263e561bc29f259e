#include "app/people/user.h"

#include <string.h>

#include "app/events/outbox.h"
#include "app/people/guard.h"
#include "app/people/identity.h"
#include "app/people/ownership.h"
#include "app/people/session.h"
#include "app/people/user_admin.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/email.h"
#include "base/unicode.h"
#include "base/word.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "db/row.h"
#include "runtime/app.h"
#include "schema/schema.h"

enum { MAILED_TOKEN_BYTES = 32, VERIFY_LIFETIME_S = 24 * 3600, RESET_LIFETIME_S = 600 };

const char *const user_role_words[] = {"developer", "team", "founder", "admin", NULL};
const char *const user_status_words[] = {"active", "suspended", "deleted", NULL};
const char *const sign_in_words[] = {"local", "google", NULL};
const char *const kyc_status_words[] = {"none", "pending", "verified", "rejected", NULL};
static const char *const token_purpose_words[] = {"verify_email", "reset_password", NULL};

static const struct column user_columns[] = {
	COLUMN(struct user, user_id),
	COLUMN(struct user, public_id),
	COLUMN(struct user, email),
	COLUMN(struct user, password_hash),
	COLUMN(struct user, name),
	COLUMN(struct user, country),
	COLUMN(struct user, company_name),
	COLUMN(struct user, photo_url),
	COLUMN_WORD(struct user, role, user_role_words),
	COLUMN_WORD(struct user, status, user_status_words),
	COLUMN_WORD(struct user, provider, sign_in_words),
	COLUMN(struct user, is_email_verified),
	COLUMN_WORD(struct user, kyc_status, kyc_status_words),
	COLUMN(struct user, phone),
	COLUMN(struct user, first_name),
	COLUMN(struct user, last_name),
	COLUMN(struct user, created_at),
	COLUMN(struct user, is_owner_proven),
	COLUMN(struct user, has_second_factor),
};

void
user_scan(const struct rows *rows, size_t i, struct user *out)
{
	rows_scan(rows, i, user_columns, COLUMN_COUNT(user_columns), out);
}

enum err
user_get(struct ctx *ctx, int64_t user_id, struct user *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_by_id, &rows, PARAMS(p_int(user_id))));
	user_scan(&rows, 0, out);
	return ERR_OK;
}

void
user_names(struct arena *arena, const struct user *user, const char **first, const char **last)
{
	if (user->first_name == NULL) {
		name_split(arena, user->name, first, last);
		return;
	}
	*first = user->first_name;
	*last = user->last_name;
}

static enum err
find_by_phone(struct ctx *ctx, const char *phone, struct user *out, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_by_phone, &rows, PARAMS(p_text(phone))));
	*found = rows.count > 0;
	if (*found)
		user_scan(&rows, 0, out);
	return ERR_OK;
}

static enum err
find_by_email(struct ctx *ctx, const char *email, struct user *out, bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_user_by_email, &rows,
		   PARAMS(p_text(email_key(ctx->arena, email)),
			  p_text(email_spelling(ctx->arena, email)))));
	*found = rows.count > 0;
	if (*found)
		user_scan(&rows, 0, out);
	return ERR_OK;
}

enum err
user_hash_password(struct ctx *ctx, const char *field, const char *password, const char **hash)
{
	if (password_is_common(password)) {
		violation_add(ctx->arena, &ctx->fault, field, "COMMON_PASSWORD",
			      "is among the most common passwords; choose another");
		return ERR_VALIDATION;
	}
	return password_hash(ctx->app->passwords, ctx->arena, &ctx->fault, password, hash);
}

enum err
user_register_prepare(struct ctx *ctx, struct registration *in)
{
	bool local = in->provider == SIGN_IN_LOCAL;

	if (!in->accept_terms)
		violation_add(ctx->arena, &ctx->fault, "acceptTerms", "TERMS", "must be true");
	if (local && in->password == NULL)
		violation_add(ctx->arena, &ctx->fault, "password", "REQUIRED", "is required");
	if (local && in->country == NULL)
		violation_add(ctx->arena, &ctx->fault, "country", "REQUIRED", "is required");
	if (ctx->fault.violations != NULL)
		return ERR_VALIDATION;
	if (!local)
		return ERR_OK; /* only a sign-in with Google opens this account */
	return user_hash_password(ctx, "password", in->password, &in->password_hash);
}

/* Report all violations. */
static enum err
check_identity(struct ctx *ctx, const struct registration *in)
{
	bool passport = in->document_type == DOCUMENT_PASSPORT;

	if (!text_is_visible(in->first_name))
		violation_add(ctx->arena, &ctx->fault, "name", "REQUIRED", "is required");
	if (in->phone == NULL)
		violation_add(ctx->arena, &ctx->fault, "phoneNumber", "PHONE",
			      "must be a phone number such as +27825571055");
	if (in->document_number == NULL)
		violation_add(ctx->arena, &ctx->fault, "idNumber", "ID_NUMBER",
			      passport ? "must be the number of a passport"
				       : "must be a valid South African identity number");
	return ctx->fault.violations != NULL ? ERR_VALIDATION : ERR_OK;
}

enum err
user_enrol_prepare(struct ctx *ctx, struct registration *in)
{
	in->phone = phone_e164(ctx->arena, in->phone);
	in->document_number = document_number(ctx->arena, in->document_type, in->document_number);
	name_split(ctx->arena, in->name, &in->first_name, &in->last_name);
	in->provider = SIGN_IN_LOCAL;
	in->role = ROLE_DEVELOPER;
	TRY(check_identity(ctx, in));
	return user_hash_password(ctx, "password", in->password, &in->password_hash);
}

/* A fresh random token; only its digest is stored, and it invalidates earlier ones of its
 * purpose. */
static enum err
mail_token(struct ctx *ctx, int64_t user_id, enum token_purpose purpose, int64_t lifetime_s,
	   const char **token)
{
	unsigned char bytes[MAILED_TOKEN_BYTES];
	unsigned char digest[SHA256_SIZE];

	random_bytes(bytes, sizeof(bytes));
	*token = hex_encode(ctx->arena, bytes, sizeof(bytes));
	sha256(*token, strlen(*token), digest);
	TRY(db_run(ctx, SQL_email_token_end, NULL,
		   PARAMS(p_int(user_id), p_word(token_purpose_words, purpose))));
	return db_run(ctx, SQL_email_token_insert, NULL,
		      PARAMS(p_bytes(digest, sizeof(digest)), p_int(user_id),
			     p_word(token_purpose_words, purpose), p_int(lifetime_s)));
}

/* The address is unverified: the name belongs to the registrant, and is not shown to the reader
 * of the mail. */
static enum err
mail_verification(struct ctx *ctx, int64_t user_id, const char *email)
{
	const char *token;

	TRY(mail_token(ctx, user_id, TOKEN_VERIFY_EMAIL, VERIFY_LIFETIME_S, &token));
	return outbox_add(ctx, email, "Verify your email address",
			  arena_printf(ctx->arena,
				       "Hello,\n\nyour verification token is:\n\n%s\n\nIt is valid "
				       "for 24 hours. If you did not request it, ignore this "
				       "mail.\n",
				       token),
			  VERIFY_LIFETIME_S);
}

enum err
user_invite_prepare(struct ctx *ctx, struct registration *in)
{
	if (in->password == NULL)
		return ERR_OK;
	return user_hash_password(ctx, "password", in->password, &in->password_hash);
}

static enum err
mail_invitation(struct ctx *ctx, const struct user *user)
{
	const char *token;

	TRY(mail_token(ctx, user->user_id, TOKEN_RESET_PASSWORD, VERIFY_LIFETIME_S, &token));
	return outbox_add(
		ctx, user->email, "Set your password",
		arena_printf(ctx->arena,
			     "Hello,\n\nan account was created for you. Your token to set a "
			     "password is:\n\n%s\n\nIt is valid for 24 hours; after that, request "
			     "a new one as for a forgotten password.\n",
			     token),
		VERIFY_LIFETIME_S);
}

enum err
user_mail_welcome(struct ctx *ctx, const struct user *user)
{
	return user->password_hash != NULL ? mail_verification(ctx, user->user_id, user->email)
					   : mail_invitation(ctx, user);
}

/* The number of a document is sealed; its uniqueness is checked by a keyed digest. */
static void
seal_document(struct ctx *ctx, struct uuid user, const struct registration *in,
	      struct bytes *digest, struct bytes *sealed)
{
	const struct keyring *keys = ctx->app->keys;
	unsigned char *keyed = arena_alloc(ctx->arena, KEYED_DIGEST_SIZE);
	char id[UUID_TEXT_MAX];
	const char *text;

	*digest = (struct bytes){NULL, 0};
	*sealed = (struct bytes){NULL, 0};
	if (in->document_number == NULL)
		return;
	text = arena_printf(ctx->arena, "document %s",
			    document_key(ctx->arena, in->document_type, in->document_number));
	keyring_digest(keys, text, strlen(text), keyed);
	*digest = (struct bytes){keyed, KEYED_DIGEST_SIZE};
	*sealed = box_seal(keys, ctx->arena,
			   arena_printf(ctx->arena, "document %s", uuid_text(id, user)),
			   (struct bytes){in->document_number, strlen(in->document_number)});
}

enum err
user_register(struct ctx *ctx, const struct registration *in, struct user *out)
{
	struct uuid id = uuid_v7();
	struct bytes digest;
	struct bytes sealed;
	struct rows rows;

	seal_document(ctx, id, in, &digest, &sealed);
	TRY(db_run(ctx, SQL_user_insert, &rows,
		   PARAMS(p_uuid(id), p_text(in->email), p_text(email_key(ctx->arena, in->email)),
			  p_text(in->password_hash), p_text(in->name), p_text(in->country),
			  p_text(in->company_name), p_text(in->photo_url),
			  p_word(user_role_words, in->role), p_word(sign_in_words, in->provider),
			  p_bool(in->accept_terms), p_text(in->phone), p_text(in->first_name),
			  p_text(in->last_name), p_word(document_type_words, in->document_type),
			  p_bytes(digest.data, digest.length),
			  p_bytes(sealed.data, sealed.length))));
	TRY(user_get(ctx, row_int(&rows, 0, 0), out));
	return mail_verification(ctx, out->user_id, out->email);
}

/* A guess that could not be checked does not count; its fault stays. */
static enum err
take_back(struct ctx *ctx, const struct guard *guard)
{
	const struct fault problem = ctx->fault;

	(void)!guard_unjudged(ctx, guard);
	ctx->fault = problem;
	return problem.err;
}

enum err
user_check_password(struct ctx *ctx, struct credentials *in)
{
	struct guard guard;
	bool found;
	bool matches;

	TRY(in->phone != NULL ? find_by_phone(ctx, in->phone, &in->user, &found)
			      : find_by_email(ctx, in->email, &in->user, &found));
	TRY(guard_begin(ctx, found ? in->user.user_id : 0,
			in->phone != NULL ? in->phone : email_key(ctx->arena, in->email), &guard));
	if (password_verify(ctx->app->passwords, &ctx->fault, found ? in->user.password_hash : NULL,
			    in->password, &matches) != ERR_OK)
		return take_back(ctx, &guard);
	if (!found || !matches || in->user.status != USER_ACTIVE)
		return fault(&ctx->fault, ERR_INVALID_CREDENTIALS, NULL, NULL);
	return guard_right(ctx, &guard);
}

enum err
user_check_own_password(struct ctx *ctx, const char *password, struct user *user, bool *right)
{
	struct credentials credentials = {.password = password};
	enum err err;

	TRY(user_get(ctx, ctx->who.user_id, user));
	credentials.email = user->email;
	err = user_check_password(ctx, &credentials);
	*right = err == ERR_OK;
	if (err == ERR_INVALID_CREDENTIALS)
		fault_clear(&ctx->fault);
	else
		TRY(err);
	*user = credentials.user;
	return ERR_OK;
}

enum err
user_request_token(struct ctx *ctx, const char *email, enum token_purpose purpose)
{
	return db_run(ctx, SQL_token_request_insert, NULL,
		      PARAMS(p_text(email_spelling(ctx->arena, email)),
			     p_word(token_purpose_words, purpose), p_text(ctx->address)));
}

static enum err
mail_reset(struct ctx *ctx, const struct user *user)
{
	const char *token;

	TRY(mail_token(ctx, user->user_id, TOKEN_RESET_PASSWORD, RESET_LIFETIME_S, &token));
	return outbox_add(ctx, user->email, "Reset your password",
			  arena_printf(ctx->arena,
				       "Hello%s%s,\n\nyour token to set a new password "
				       "is:\n\n%s\n\nIt is valid for 10 minutes. If you did not "
				       "request it, ignore this mail: nothing changes.\n",
				       user->is_email_verified ? " " : "",
				       user->is_email_verified ? user->name : "", token),
			  RESET_LIFETIME_S);
}

/* Limited per hour; requests from the user's known addresses have a separate limit. */
static enum err
may_mail(struct ctx *ctx, const struct user *user, const char *client, bool *allowed)
{
	bool known = false;

	if (client != NULL)
		TRY(guard_knows_address(ctx, user->user_id, client, &known));
	return guard_mail(ctx, user->email, known, allowed);
}

static enum err
mail_answer(struct ctx *ctx, const struct user *user, enum token_purpose purpose)
{
	if (purpose == TOKEN_VERIFY_EMAIL)
		return mail_verification(ctx, user->user_id, user->email);
	return mail_reset(ctx, user);
}

/* Whether there is a mail to send for such a request. */
static bool
concerns(const struct user *user, enum token_purpose purpose)
{
	if (user->status != USER_ACTIVE)
		return false;
	if (purpose == TOKEN_VERIFY_EMAIL)
		return !user->is_email_verified || !user->is_owner_proven;
	return user->provider == SIGN_IN_LOCAL;
}

static enum err
answer_request(struct ctx *ctx, void *arg)
{
	bool *found = arg;
	enum token_purpose purpose;
	struct user user = {0};
	struct rows rows;
	bool known;
	bool allowed;

	TRY(db_run(ctx, SQL_token_request_take, &rows, NO_PARAMS));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	purpose = row_word(&rows, 0, 1, token_purpose_words);
	TRY(find_by_email(ctx, row_text(&rows, 0, 0), &user, &known));
	if (!known || !concerns(&user, purpose))
		return ERR_OK;
	TRY(may_mail(ctx, &user, row_text(&rows, 0, 2), &allowed));
	return allowed ? mail_answer(ctx, &user, purpose) : ERR_OK;
}

enum err
user_answer_request(struct ctx *ctx, bool *found)
{
	return db_transact(ctx, answer_request, found);
}

/* Use up a mailed token. */
static enum err
use_token(struct ctx *ctx, const char *email, const char *token, enum token_purpose purpose,
	  int64_t *user_id)
{
	unsigned char digest[SHA256_SIZE];
	const char *text = text_lower(ctx->arena, token);
	struct rows rows;

	sha256(text, strlen(text), digest);
	TRY(db_run(ctx, SQL_email_token_use, &rows,
		   PARAMS(p_bytes(digest, sizeof(digest)), p_text(email_key(ctx->arena, email)),
			  p_word(token_purpose_words, purpose),
			  p_text(email_spelling(ctx->arena, email)))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_BAD_REQUEST, "token",
			     "The token is invalid or has expired");
	*user_id = row_int(&rows, 0, 0);
	return ERR_OK;
}

enum err
user_verify_email(struct ctx *ctx, const char *email, const char *token, int64_t session_user)
{
	int64_t user_id = 0;

	TRY(use_token(ctx, email, token, TOKEN_VERIFY_EMAIL, &user_id));
	return ownership_prove(ctx, user_id,
			       user_id == session_user ? PROOF_HOLDER : PROOF_ADDRESS);
}

enum err
user_reset_prepare(struct ctx *ctx, struct password_reset *in)
{
	return user_hash_password(ctx, "newPassword", in->new_password, &in->password_hash);
}

enum err
user_reset_password(struct ctx *ctx, const struct password_reset *in)
{
	int64_t user_id = 0;

	TRY(use_token(ctx, in->email, in->token, TOKEN_RESET_PASSWORD, &user_id));
	TRY(ownership_prove(ctx, user_id, PROOF_TAKEOVER));
	TRY(db_run(ctx, SQL_user_set_password, NULL,
		   PARAMS(p_int(user_id), p_text(in->password_hash))));
	TRY(db_run(ctx, SQL_session_revoke_all, NULL, PARAMS(p_int(user_id))));
	return guard_know_address(ctx, user_id);
}

struct appointment {
	const char *email;
	const char *name;
	const char *hash;
};

/* The operator's word is a proof, too: settings of others are invalidated. */
static enum err
appoint(struct ctx *ctx, void *arg)
{
	const struct appointment *in = arg;
	struct user user = {0};
	struct rows rows;
	bool found;

	TRY(find_by_email(ctx, in->email, &user, &found));
	if (found) {
		TRY(ownership_prove(ctx, user.user_id, PROOF_TAKEOVER));
		TRY(db_run(ctx, SQL_session_revoke_all, NULL, PARAMS(p_int(user.user_id))));
	}
	TRY(db_run(ctx, SQL_user_make_admin, &rows,
		   PARAMS(p_uuid(uuid_v7()), p_text(in->email),
			  p_text(email_key(ctx->arena, in->email)), p_text(in->hash),
			  p_text(in->name), p_text(email_spelling(ctx->arena, in->email)))));
	return rows.count > 0 ? ERR_OK
			      : fault(&ctx->fault, ERR_CONFLICT, NULL,
				      "The account with this address was closed");
}

enum err
user_make_admin(struct ctx *ctx, const char *email, const char *name, const char *password)
{
	struct appointment in = {email, name, NULL};

	TRY(user_hash_password(ctx, "password", password, &in.hash));
	return db_transact(ctx, appoint, &in);
}
