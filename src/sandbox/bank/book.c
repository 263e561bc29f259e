#include "sandbox/bank/book.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "sandbox/code.h"

enum { CUSTOMERS_MAX = 1024, CONSENTS_MAX = 2048, TRANSFERS_MAX = 8192 };

struct customer {
	char email[BANK_TEXT_MAX];
	struct bank_holding holdings[BANK_ACCOUNTS];
};

/* Each of the three is a ring buffer. */
struct bank_book {
	pthread_mutex_t mutex;
	size_t customers_ever;
	size_t consents_ever;
	size_t transfers_ever;
	struct customer customers[CUSTOMERS_MAX];
	struct bank_consent consents[CONSENTS_MAX];
	struct bank_transfer transfers[TRANSFERS_MAX];
};

static const struct {
	const char *name;
	int64_t opening; /* in hundredths of NOK */
} kinds[BANK_ACCOUNTS] = {{"Brukskonto", 4523000}, {"Sparekonto", 12800000}};

struct bank_book *
bank_book_new(void)
{
	struct bank_book *book = calloc(1, sizeof(*book));

	if (book != NULL)
		(void)pthread_mutex_init(&book->mutex, NULL);
	return book;
}

void
bank_book_free(struct bank_book *book)
{
	if (book == NULL)
		return;
	(void)pthread_mutex_destroy(&book->mutex);
	free(book);
}

static void
new_id(char out[BANK_ID_SIZE])
{
	char text[UUID_TEXT_MAX];

	copy_text(out, BANK_ID_SIZE, uuid_text(text, uuid_v7()));
}

static size_t
kept(size_t ever, size_t most)
{
	return ever < most ? ever : most;
}

static struct bank_consent *
consent_at(struct bank_book *book, const char *id)
{
	for (size_t i = 0; i < kept(book->consents_ever, CONSENTS_MAX); i++)
		if (strcmp(book->consents[i].id, id) == 0)
			return &book->consents[i];
	return NULL;
}

void
bank_consent_add(struct bank_book *book, struct bank_consent *consent)
{
	new_id(consent->id);
	(void)pthread_mutex_lock(&book->mutex);
	book->consents[book->consents_ever++ % CONSENTS_MAX] = *consent;
	(void)pthread_mutex_unlock(&book->mutex);
}

bool
bank_consent_find(struct bank_book *book, const char *id, struct bank_consent *out)
{
	const struct bank_consent *found;

	(void)pthread_mutex_lock(&book->mutex);
	found = consent_at(book, id);
	if (found != NULL)
		*out = *found;
	(void)pthread_mutex_unlock(&book->mutex);
	return found != NULL;
}

bool
bank_consent_decide(struct bank_book *book, const char *id, const char *status, const char *email)
{
	struct bank_consent *found;

	(void)pthread_mutex_lock(&book->mutex);
	found = consent_at(book, id);
	if (found != NULL)
		found->status = status;
	if (found != NULL && email != NULL)
		copy_text(found->email, sizeof(found->email), email);
	(void)pthread_mutex_unlock(&book->mutex);
	return found != NULL;
}

/* The check digit of ten digits, or -1 if there is none. */
static int
check_digit(const char *digits)
{
	static const int weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
	int sum = 0;

	for (int i = 0; i < 10; i++)
		sum += weights[i] * (digits[i] - '0');
	return sum % 11 == 1 ? -1 : (11 - sum % 11) % 11;
}

/* A Norwegian number: 9, nine digits, a check digit. */
static void
number_account(struct bank_holding *holding, uint64_t seed)
{
	uint64_t digits = seed % UINT64_C(1000000000);
	unsigned remainder;

	do {
		digits = (digits + 1) % UINT64_C(1000000000);
		(void)snprintf(holding->bban, sizeof(holding->bban), "9%09llu",
			       (unsigned long long)digits);
	} while (check_digit(holding->bban) < 0);
	holding->bban[10] = (char)('0' + check_digit(holding->bban));
	holding->bban[11] = '\0';
	/* ISO 13616: N is 23, O is 24. */
	remainder = (unsigned)((strtoull(holding->bban, NULL, 10) % 97 * 1000000 + 232400) % 97);
	(void)snprintf(holding->iban, sizeof(holding->iban), "NO%02u%s", 98 - remainder,
		       holding->bban);
}

static void
open_account(struct bank_holding *holding, const char *email, size_t i)
{
	unsigned char digest[SHA256_SIZE];
	uint64_t seed = 0;

	sha256(email, strlen(email), digest);
	for (size_t k = 0; k < 8; k++)
		seed = seed << 8 | digest[8 * i + k];
	*holding = (struct bank_holding){
		.name = kinds[i].name,
		.booked = {kinds[i].opening, currency_find("NOK")},
		.pending = {0, currency_find("NOK")},
	};
	new_id(holding->resource_id);
	number_account(holding, seed);
}

static struct customer *
customer_at(struct bank_book *book, const char *email)
{
	for (size_t i = 0; i < kept(book->customers_ever, CUSTOMERS_MAX); i++)
		if (text_equal_any_case(book->customers[i].email, email))
			return &book->customers[i];
	return NULL;
}

void
bank_open_accounts(struct bank_book *book, const char *email, const struct money *opening)
{
	struct customer *customer;

	(void)pthread_mutex_lock(&book->mutex);
	if (customer_at(book, email) == NULL) {
		customer = &book->customers[book->customers_ever++ % CUSTOMERS_MAX];
		copy_text(customer->email, sizeof(customer->email), email);
		for (size_t i = 0; i < BANK_ACCOUNTS; i++)
			open_account(&customer->holdings[i], email, i);
		if (opening != NULL)
			customer->holdings[0].booked = *opening;
	}
	(void)pthread_mutex_unlock(&book->mutex);
}

bool
bank_holdings(struct bank_book *book, const char *email, struct bank_holding out[BANK_ACCOUNTS])
{
	const struct customer *customer;

	(void)pthread_mutex_lock(&book->mutex);
	customer = customer_at(book, email);
	for (size_t i = 0; customer != NULL && i < BANK_ACCOUNTS; i++)
		out[i] = customer->holdings[i];
	(void)pthread_mutex_unlock(&book->mutex);
	return customer != NULL;
}

static struct bank_holding *
holding_at(struct bank_book *book, const char *bban)
{
	for (size_t i = 0; i < kept(book->customers_ever, CUSTOMERS_MAX); i++)
		for (size_t k = 0; k < BANK_ACCOUNTS; k++)
			if (strcmp(book->customers[i].holdings[k].bban, bban) == 0)
				return &book->customers[i].holdings[k];
	return NULL;
}

static const struct bank_transfer *
transfer_of_request(const struct bank_book *book, const char *request_id)
{
	for (size_t i = 0; i < kept(book->transfers_ever, TRANSFERS_MAX); i++)
		if (strcmp(book->transfers[i].request_id, request_id) == 0)
			return &book->transfers[i];
	return NULL;
}

static enum bank_verdict
take(struct bank_book *book, struct bank_transfer *transfer)
{
	const struct bank_transfer *first = transfer_of_request(book, transfer->request_id);
	struct bank_holding *holding = holding_at(book, transfer->bban);

	if (first != NULL) {
		*transfer = *first;
		return BANK_REPEATED;
	}
	if (holding == NULL || holding->booked.currency != transfer->amount.currency)
		return BANK_NO_ACCOUNT;
	if (holding->booked.minor - holding->pending.minor < transfer->amount.minor)
		return BANK_UNFUNDED;
	holding->pending.minor += transfer->amount.minor;
	new_id(transfer->id);
	transfer->status = "ACSP";
	book->transfers[book->transfers_ever++ % TRANSFERS_MAX] = *transfer;
	return BANK_TAKEN;
}

enum bank_verdict
bank_transfer_take(struct bank_book *book, struct bank_transfer *transfer)
{
	enum bank_verdict verdict;

	(void)pthread_mutex_lock(&book->mutex);
	verdict = take(book, transfer);
	(void)pthread_mutex_unlock(&book->mutex);
	return verdict;
}

static struct bank_transfer *
transfer_at(struct bank_book *book, const char *id)
{
	for (size_t i = 0; i < kept(book->transfers_ever, TRANSFERS_MAX); i++)
		if (strcmp(book->transfers[i].id, id) == 0)
			return &book->transfers[i];
	return NULL;
}

bool
bank_transfer_find(struct bank_book *book, const char *id, struct bank_transfer *out)
{
	const struct bank_transfer *found;

	(void)pthread_mutex_lock(&book->mutex);
	found = transfer_at(book, id);
	if (found != NULL)
		*out = *found;
	(void)pthread_mutex_unlock(&book->mutex);
	return found != NULL;
}

void
bank_transfer_end(struct bank_book *book, const char *id)
{
	struct bank_transfer *transfer;
	struct bank_holding *holding;

	(void)pthread_mutex_lock(&book->mutex);
	transfer = transfer_at(book, id);
	if (transfer != NULL && strcmp(transfer->status, "ACSP") == 0) {
		bool made = strcmp(transfer->outcome, "success") == 0;

		transfer->status = made ? "ACSC" : "RJCT";
		holding = holding_at(book, transfer->bban);
		if (holding != NULL)
			holding->pending.minor -= transfer->amount.minor;
		if (holding != NULL && made)
			holding->booked.minor -= transfer->amount.minor;
	}
	(void)pthread_mutex_unlock(&book->mutex);
}
