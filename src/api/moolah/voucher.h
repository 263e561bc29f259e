/* voucher.h - common parts of the routes of vouchers and EasyPay vouchers. */
#ifndef API_MOOLAH_VOUCHER_H
#define API_MOOLAH_VOUCHER_H

#include "api/dispatch.h"
#include "app/voucher/voucher.h"
#include "base/money.h"

#define CODE_EXAMPLE      "\"1093237161056639\""
#define EASYPAY_EXAMPLE   "\"91234604263339\""
#define REFERENCE_EXAMPLE "\"MMVOUCHER_1754321424055_abc123\""
#define AMOUNT_EXAMPLE    "\"500.00\""

#define ISSUED_TO                                                                           \
	FIELD(struct voucher_order, issued_to, .name = "issued_to", .text = TEXT_TRIMMED,   \
	      .min = 1, .max = 254, .doc = "Recipient of the voucher; informational only.", \
	      .example = "\"user@example.com\"")

/* The wallet and ledger part of the answers to issuing and redeeming. */
struct receipt_view {
	const char *code;
	const char *wallet_balance;
	const char *transaction_id;
};

#define RECEIPT_FIELDS(struct_type, always)                                                      \
	FIELD(struct_type, receipt.wallet_balance, .name = "wallet_balance", .required = always, \
	      .doc = "Balance of your wallet afterwards.", .example = "\"1500.00\""),            \
		FIELD(struct_type, receipt.transaction_id, .name = "transaction_id",             \
		      .required = always, .example = "\"TXN-1755008423028-9a1e55\"")

/* Omits the code. */
struct receipt_view receipt_view(struct call *call, const struct voucher_receipt *receipt);
/* An amount as text, with both decimals. */
const char *amount_text(struct call *call, struct money amount);
/* The id of the voucher in the path; ERR_VOUCHER_NOT_FOUND if it is not a number. */
enum err voucher_path_id(struct call *call, int64_t *id) MUST_CHECK;

#endif
