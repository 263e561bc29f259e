/*
 * book.h - state of the bank: customers by email address with two accounts each, consents,
 * payments.
 *
 * Thread-safe. Limited in size, oldest entries are dropped; all values are passed as copies.
 * Account numbers are derived from the address, so they are the same after a restart.
 */
#ifndef SANDBOX_BANK_BOOK_H
#define SANDBOX_BANK_BOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/money.h"

enum { BANK_ID_SIZE = 37, BANK_TEXT_MAX = 256, BANK_URL_MAX = 512, BANK_ACCOUNTS = 2 };

/* BBAN, and the name of its type. */
struct bank_holding {
	char resource_id[BANK_ID_SIZE];
	char bban[12];
	char iban[16];
	const char *name;
	struct money booked;
	struct money pending; /* pending debits */
};

struct bank_consent {
	char id[BANK_ID_SIZE];
	const char *status; /* of the interface, a constant: "received" */
	char redirect[BANK_URL_MAX];
	char refused[BANK_URL_MAX];
	char email[BANK_TEXT_MAX];
	char valid_until[11];
};

struct bank_transfer {
	char id[BANK_ID_SIZE];
	char request_id[BANK_TEXT_MAX];
	char end_to_end[BANK_TEXT_MAX];
	char bban[12]; /* to be debited */
	struct money amount;
	const char *status;  /* of ISO 20022, a constant: "ACSP" */
	const char *outcome; /* final result: success, failed, never; a constant */
};

enum bank_verdict {
	BANK_TAKEN,
	BANK_REPEATED, /* the request id was already used; *transfer is the first one */
	BANK_NO_ACCOUNT,
	BANK_UNFUNDED,
};

struct bank_book;

struct bank_book *bank_book_new(void);
void bank_book_free(struct bank_book *book);

/* Fills id. */
void bank_consent_add(struct bank_book *book, struct bank_consent *consent);
bool bank_consent_find(struct bank_book *book, const char *id, struct bank_consent *out) MUST_CHECK;
/* email: the customer, or NULL. False if it is unknown. */
bool bank_consent_decide(struct bank_book *book, const char *id, const char *status,
			 const char *email) MUST_CHECK;

/* Add a customer, if new; opening is the balance of the first account, or NULL. */
void bank_open_accounts(struct bank_book *book, const char *email, const struct money *opening);
/* Of a customer; false if there is none. */
bool bank_holdings(struct bank_book *book, const char *email,
		   struct bank_holding out[BANK_ACCOUNTS]) MUST_CHECK;

/* Add a payment; fills id and status. */
enum bank_verdict bank_transfer_take(struct bank_book *book, struct bank_transfer *transfer);
bool bank_transfer_find(struct bank_book *book, const char *id,
			struct bank_transfer *out) MUST_CHECK;
/* Complete or reject the payment; only once. */
void bank_transfer_end(struct bank_book *book, const char *id);

#endif
