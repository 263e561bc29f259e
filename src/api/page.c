#include "api/page.h"

#include <string.h>

#include "app/wallet.h"
#include "base/arena.h"

static int64_t
limit_of(const struct page_query *query)
{
	return query->limit > 0 ? query->limit : PAGE_LIMIT_DEFAULT;
}

int64_t
page_most(const struct page_query *query)
{
	return limit_of(query) + 1;
}

void
page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	  size_t n, size_t size, size_t number_offset)
{
	int64_t number;

	page->limit = limit_of(query);
	page->items = (struct list){items, n};
	if ((int64_t)n <= page->limit)
		return;
	page->items.count = (size_t)page->limit;
	memcpy(&number, (char *)items + (page->items.count - 1) * size + number_offset,
	       sizeof(number));
	page->next_cursor = arena_printf(call->ctx.arena, "%lld", (long long)number);
}
