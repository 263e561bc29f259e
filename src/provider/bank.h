/*
 * bank.h - a customer's bank, by the Berlin Group's NextGenPSD2 XS2A interface, version 1.3.
 *
 * Account information: a consent that the customer authorises at the bank (redirect approach), then
 * accounts and balances. Payment initiation: a payment and its status. The same rules as in
 * provider.h: it knows HTTP and amounts, never the database; a time-out is unknown, not failed.
 *
 * A payment may be sent to the bank again with the same X-Request-ID and the same end-to-end id:
 * the bank's answer is then the first payment, not a second one.
 */
#ifndef PROVIDER_BANK_H
#define PROVIDER_BANK_H

#include "base/id.h"
#include "base/money.h"
#include "provider/provider.h"

/* Address and credentials of the banks' interface. */
struct xs2a_access {
	const char *base_url; /* what "/v1/consents" is appended to */
	const char *tpp_id;   /* our authorisation number as a payment service provider, or "" */
	const char *api_key;  /* of a hub that requires one, or "" */
	const char *bank;     /* name of the bank, if a hub serves several */
};

struct xs2a_call {
	struct arena *arena;
	struct http_client *http;
	const struct xs2a_access *access;
	const struct trace *trace; /* of the operation */
	struct uuid request_id;    /* X-Request-ID; nil: a new one */
	const char *psu_address;   /* of the waiting customer, or NULL: none */
	int64_t timeout_ms;        /* shorter than the client's; 0: the client's */
};

/* The result of a call. */
struct xs2a_answer {
	enum provider_outcome outcome;
	bool sent;           /* false: the bank can't be reached now */
	bool consent_ended;  /* the bank refuses the consent, permanently */
	bool unfunded;       /* a payment: insufficient funds */
	bool absent;         /* the requested object does not exist */
	bool judged;         /* rejected for its content, not for the caller or the rate */
	const char *code;    /* of the first of tppMessages, or NULL */
	const char *message; /* why it was rejected, for the client; never NULL then */
	const char *problem; /* for the log */
};

enum xs2a_consent_status {
	XS2A_CONSENT_RECEIVED, /* not authorised yet, or only in part */
	XS2A_CONSENT_VALID,
	XS2A_CONSENT_REJECTED,
	XS2A_CONSENT_REVOKED, /* by the customer or by us */
	XS2A_CONSENT_EXPIRED,
};

struct xs2a_consent_order {
	const char *valid_until;  /* "2026-02-28" */
	const char *redirect_url; /* where the customer returns after granting it */
	const char *refused_url;  /* or no */
};

struct xs2a_consent {
	struct xs2a_answer answer;
	const char *id;
	enum xs2a_consent_status status;
	const char *sca_url; /* where the customer authorises it */
};

enum { XS2A_ACCOUNTS_MAX = 50 };

struct xs2a_account {
	const char *resource_id;
	const char *iban;     /* or NULL; one of the two is set */
	const char *bban;     /* or NULL */
	const char *name;     /* set by the customer or the bank, or NULL */
	struct money balance; /* spendable, may be negative; no currency: not reported */
	const struct currency *currency;
};

struct xs2a_accounts {
	struct xs2a_answer answer;
	struct xs2a_account *items;
	size_t count;
};

/* A new consent to all accounts of the customer and their balances, for repeated access. */
struct xs2a_consent xs2a_consent_create(const struct xs2a_call *call,
					const struct xs2a_consent_order *order);
struct xs2a_consent xs2a_consent_status(const struct xs2a_call *call, const char *consent);
struct xs2a_answer xs2a_consent_delete(const struct xs2a_call *call, const char *consent);
/* All accounts of a consent, with their balances. */
struct xs2a_accounts xs2a_accounts(const struct xs2a_call *call, const char *consent);
/* The balance of one account, in this currency. */
struct xs2a_answer xs2a_balance(const struct xs2a_call *call, const char *consent,
				const char *resource_id, const struct currency *currency,
				struct money *out);

struct xs2a_payment_order {
	const char *product;       /* "norwegian-domestic-credit-transfers" */
	const char *end_to_end_id; /* ours, at most 35 characters */
	struct money amount;
	const char *debtor_iban; /* or NULL; one of the two is set, for both sides */
	const char *debtor_bban;
	const char *creditor_iban;
	const char *creditor_bban;
	const char *creditor_name;
	const char *text; /* for the creditor's statement, or NULL */
	const char *redirect_url;
};

struct xs2a_payment {
	struct xs2a_answer answer;
	const char *id;            /* the bank's */
	enum provider_state state; /* pending, succeeded: settled, failed: rejected or cancelled */
	const char *status;        /* the bank's status code, such as "ACSC" */
	const char *sca_url;       /* where the customer must still authorise it, or NULL */
};

/* Initiate a payment; call->request_id must be the payment's own. consent may be NULL. */
struct xs2a_payment xs2a_payment_initiate(const struct xs2a_call *call, const char *consent,
					  const struct xs2a_payment_order *order);
struct xs2a_payment xs2a_payment_status(const struct xs2a_call *call, const char *product,
					const char *id);

#endif
