/* Any ledger and any batch: the kernel decides as the model does, and no money is created. */
#include "tests/fuzz/fuzz.h"
#include "tests/support/ledger_case.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	REQUIRE(ledger_case_check(data, size) == NULL);
	return 0;
}
