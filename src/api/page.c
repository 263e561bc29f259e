#include "api/page.h"

#include <string.h>

#include "api/dialects.h"
#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"

static int64_t
limit_of(int64_t asked)
{
	return asked > 0 ? asked : PAGE_LIMIT_DEFAULT;
}

const char *const page_orders[] = {"createdAt", "-createdAt", NULL};

enum err
page_sorted(struct call *call, const struct sorted_query *query, struct page_query *out)
{
	int64_t cursor = query->cursor.value;

	*out = (struct page_query){
		.limit = query->limit,
		.oldest_first = text_equal(query->sort, page_orders[0]),
	};
	if (!query->cursor.present)
		return ERR_OK;
	if (cursor == 0 || cursor == INT64_MIN || (cursor < 0) != out->oldest_first) {
		violation_add(call->ctx.arena, &call->ctx.fault, "cursor", "ORDER",
			      "must be nextCursor of a page in the same order");
		return ERR_VALIDATION;
	}
	out->after = cursor < 0 ? -cursor : cursor;
	return ERR_OK;
}

int64_t
page_limit(const struct page_query *query)
{
	return limit_of(query->limit);
}

int64_t
page_most(const struct page_query *query)
{
	return limit_of(query->limit) + 1;
}

static const char *
cursor_text(const struct call *call, int64_t number)
{
	return arena_printf(call->ctx.arena, "%lld", (long long)number);
}

/* One row more than the limit was requested; its presence means that there is a next page. */
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
	page->next_cursor = cursor_text(call, number);
}

void
page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	  size_t n, size_t size, size_t number_offset)
{
	page->limit = limit_of(query->limit);
	cut(call, page, (struct list){items, n}, size, number_offset);
}

void
page_fill_partly(struct call *call, struct page *page, const struct page_query *query,
		 struct list items, int64_t next)
{
	page->limit = limit_of(query->limit);
	page->items = items;
	if (next != 0)
		page->next_cursor = cursor_text(call, query->oldest_first ? -next : next);
}

void
page_fill_growing(struct call *call, struct page *page, const struct page_query *query,
		  struct list items, int64_t next, bool more)
{
	page->limit = limit_of(query->limit);
	page->items = items;
	page->next_cursor = cursor_text(call, next);
	page->is_end = !more;
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
	bool more = page->next_cursor != NULL && !page->is_end;

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

static void
describe_cursor(struct envelope *e, bool always)
{
	struct jw *w = envelope_member(e, "nextCursor");

	if (always) {
		describe_property(w, "nextCursor", "string");
		return;
	}
	jw_object(w, "nextCursor");
	jw_list(w, "type");
	jw_text(w, NULL, "string");
	jw_text(w, NULL, "null");
	jw_close(w);
	jw_close(w);
}

static void
describe_by_cursor(struct jw *w, const char *name, bool always)
{
	struct envelope e = envelope_open(w, false, name);

	envelope_integer(&e, "limit", 0);
	envelope_bool(&e, "hasNextPage");
	describe_cursor(&e, always);
	envelope_close(&e);
}

static void
describe_by_number(struct jw *w)
{
	static const char *const numbers[] = {"page", "pageSize", "total", "totalPages"};
	struct envelope e = envelope_open(w, false, NULL);

	for (size_t i = 0; i < COUNT(numbers); i++)
		envelope_integer(&e, numbers[i], 0);
	envelope_bool(&e, "hasPreviousPage");
	envelope_bool(&e, "hasNextPage");
	describe_cursor(&e, false);
	envelope_close(&e);
}

void
page_describe(struct jw *w, const struct route *route)
{
	if (!route->reply.numbered) {
		describe_by_cursor(w, "pagination", route->reply.grows);
		return;
	}
	jw_object(w, "pagination");
	jw_text(w, "description",
		"Present for a page requested by number; absent for a page requested by cursor.");
	jw_list(w, "oneOf");
	describe_by_number(w);
	describe_by_cursor(w, NULL, false);
	jw_close(w);
	jw_close(w);
}

void
page_example(struct jw *w, const struct route *route)
{
	page_write(w, &(struct page){.limit = PAGE_LIMIT_DEFAULT,
				     .next_cursor = route->reply.grows ? "4711" : NULL,
				     .is_end = route->reply.grows,
				     .number = route->reply.numbered ? 1 : 0,
				     .total = 1});
}
