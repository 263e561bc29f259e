#include "api/words.h"

#include <stddef.h>

const char *const word_kyc_drop[] = {"pending", "approved", "rejected", NULL};

const char *const word_completed[] = {"completed", NULL};

#define TRANSACTIONS                                                                           \
	"credit", "debit", "deposit", "withdrawal", "admin_credit", "admin_debit", "reversal", \
		"capture", "wallet_funding", "wallet_deduction", "voucher_issue",              \
		"voucher_settlement", "voucher_redemption", "voucher_refund", "purchase",      \
		"bill_payment", "account_closure", "compound", NULL

const char *const word_transactions[] = {"transfer", TRANSACTIONS};
const char *const word_transactions_split[] = {"transfer_in", "transfer_out", TRANSACTIONS};

const char *const word_providers[] = {"paystack", "flutterwave", "paga", "fingra", NULL};
