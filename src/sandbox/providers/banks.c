#include "sandbox/providers/banks.h"

#include <string.h>

enum { ACCOUNT_DIGITS = 10 };

const struct sandbox_bank sandbox_banks[] = {
	{1, "Access Bank", "access-bank", "044"},
	{7, "First Bank of Nigeria", "first-bank-of-nigeria", "011"},
	{9, "Guaranty Trust Bank", "guaranty-trust-bank", "058"},
	{16, "Sterling Bank", "sterling-bank", "232"},
	{18, "United Bank For Africa", "united-bank-for-africa", "033"},
	{21, "Zenith Bank", "zenith-bank", "057"},
	{24, "Test Bank", "test-bank", "001"},
	{0, NULL, NULL, NULL},
};

const struct sandbox_bank *
sandbox_bank_find(const char *code)
{
	for (const struct sandbox_bank *bank = sandbox_banks; bank->name != NULL; bank++)
		if (code != NULL && strcmp(bank->code, code) == 0)
			return bank;
	return NULL;
}

const char *
sandbox_account_holder(const char *number)
{
	if (number == NULL || strlen(number) != ACCOUNT_DIGITS ||
	    strspn(number, "0123456789") != ACCOUNT_DIGITS || strspn(number, "0") == ACCOUNT_DIGITS)
		return NULL;
	return "SANDBOX CUSTOMER";
}
