#include "api/page.h"

#include <string.h>

#include "api/dialects.h"
#include "base/arena.h"

static int64_t
limit_of(int64_t asked)
{
	return asked > 0 ? asked : PAGE_LIMIT_DEFAULT;
}

int64_t
page_most(const struct page_query *query)
{
	return limit_of(query->limit) + 1;
}

/* One row more than the limit was asked for; whether it came tells whether there is a next page. */
static void
cut(struct call *call, struct page *page, struct list items, size_t size, size_t number_offset)
{
	int64_t number;

	page->items = items;
	if ((int64_t)items.count <= page->limit)
		return;
	page->items.count = (size_t)page->limit;
	memcpy(&number, (char *)items.items + (page->items.count - 1) * size + number_offset,
	       sizeof(number));
	page->next_cursor = arena_printf(call->ctx.arena, "%lld", (long long)number);
}

void
page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	  size_t n, size_t size, size_t number_offset)
{
	page->limit = limit_of(query->limit);
	cut(call, page, (struct list){items, n}, size, number_offset);
}

void
number_usual(struct number_query *query, int64_t usual)
{
	if (query->size == 0)
		query->size = usual;
}

int64_t
number_most(const struct number_query *query)
{
	return limit_of(query->size) + 1;
}

int64_t
number_skip(const struct number_query *query)
{
	if (query->after > 0 || query->number <= 1)
		return 0;
	return (query->number - 1) * limit_of(query->size);
}

void
page_fill_numbered(struct call *call, struct page *page, const struct number_query *query,
		   struct list items, int64_t total, size_t size, size_t number_offset)
{
	page->limit = limit_of(query->size);
	cut(call, page, items, size, number_offset);
	if (query->after > 0)
		return;
	page->number = query->number > 0 ? query->number : 1;
	page->total = total;
}

int64_t
page_count(const struct page *page)
{
	return (page->total + page->limit - 1) / page->limit;
}

void
page_write(struct jw *w, const struct page *page)
{
	bool more = page->next_cursor != NULL;

	jw_object(w, "pagination");
	if (page->number > 0) {
		more = page->number < page_count(page);
		jw_integer(w, "page", page->number);
		jw_integer(w, "pageSize", page->limit);
		jw_integer(w, "total", page->total);
		jw_integer(w, "totalPages", page_count(page));
		jw_bool(w, "hasPreviousPage", page->number > 1);
	} else {
		jw_integer(w, "limit", page->limit);
	}
	jw_bool(w, "hasNextPage", more);
	jw_text(w, "nextCursor", page->next_cursor);
	jw_close(w);
}

static const struct property cursor_properties[] = {
	{"limit", "integer"},
	{"hasNextPage", "boolean"},
	{NULL, NULL},
};

static const struct property number_properties[] = {
	{"page", "integer"},        {"pageSize", "integer"},
	{"total", "integer"},       {"totalPages", "integer"},
	{"limit", "integer"},       {"hasPreviousPage", "boolean"},
	{"hasNextPage", "boolean"}, {NULL, NULL},
};

void
page_describe(struct jw *w, const struct route *route)
{
	jw_object(w, "pagination");
	jw_text(w, "type", "object");
	if (route->numbered)
		jw_text(w, "description",
			"Of a page that was asked for by cursor only limit, "
			"hasNextPage and nextCursor are known.");
	jw_object(w, "properties");
	for (const struct property *p = route->numbered ? number_properties : cursor_properties;
	     p->name != NULL; p++)
		describe_property(w, p->name, p->type);
	jw_object(w, "nextCursor");
	jw_list(w, "type");
	jw_text(w, NULL, "string");
	jw_text(w, NULL, "null");
	jw_close(w);
	jw_close(w);
	jw_close(w);
	jw_close(w);
}

void
page_example(struct jw *w, const struct route *route)
{
	page_write(w, &(struct page){.limit = PAGE_LIMIT_DEFAULT,
				     .number = route->numbered ? 1 : 0,
				     .total = 1});
}
