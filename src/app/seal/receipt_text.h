/* receipt_text.h - what a receipt says, for people: on a terminal and on paper. */
#ifndef APP_SEAL_RECEIPT_TEXT_H
#define APP_SEAL_RECEIPT_TEXT_H

#include "app/seal/receipt.h"
#include "base/text.h"

/* In major units, if the currency is known; with the currency. */
const char *receipt_amount(struct arena *arena, const char *minor, const char *currency);

/* The account whose balance an opening shows, and the balance. False: it shows something else. */
bool receipt_balance(struct arena *arena, const struct receipt *receipt,
		     const struct receipt_opening *opening, struct uuid *account,
		     const char **balance) MUST_CHECK;

/* A link to the page that checks receipts, with the receipt's JSON in the fragment, which no browser
 * sends. */
enum err receipt_link(struct ctx *ctx, struct bytes json, const char **out) MUST_CHECK;

/* What the QR code of a receipt on paper has. */
struct receipt_code {
	const char *link; /* NULL: it is too long for a code */
	bool without_metadata;
};

/* A4 pages: what the receipt says, and the code. */
enum err receipt_pdf(struct ctx *ctx, const struct receipt *receipt,
		     const struct receipt_code *code, struct bytes *out) MUST_CHECK;

#endif
