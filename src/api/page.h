/*
 * page.h - pages of lists, by cursor or by page number.
 *
 * A cursor has a constant cost for any length of the list, and no item is returned twice while
 * items are added and removed. Numbered pages are for user interfaces; they count the items.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/dispatch.h"
#include "base/value.h"

enum { PAGE_LIMIT_DEFAULT = 25, PAGE_LIMIT_MAX = 100, PAGE_NUMBER_MAX = 1000000 };

/* Query parameters of a list route; after is the internal number of the last item of the
 * previous page. */
struct page_query {
	int64_t after;
	int64_t limit; /* 0: the default */
	bool oldest_first;
};

#define PAGE_FIELDS(struct_type)                                                               \
	FIELD(struct_type, page.after, .name = "cursor", .lower_bound = true, .min = 1,        \
	      .doc = "nextCursor of the previous page."),                                      \
		FIELD(struct_type, page.limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = PAGE_LIMIT_MAX, .doc = "Items per page. Default: 25.")

/* The same of a list in either order of time. A cursor from the oldest on is negative, so that it is not taken
 * for one of the other order. */
struct sorted_query {
	struct optional_int cursor;
	int64_t limit;
	const char *sort;
};

#define SORTED_FIELDS(struct_type)                                                             \
	FIELD(struct_type, page.sort, .name = "sort", .choices = page_orders,                  \
	      .fallback = "-createdAt",                                                        \
	      .doc = "createdAt: oldest first. -createdAt: newest first."),                    \
		FIELD(struct_type, page.cursor, .name = "cursor",                              \
		      .doc = "nextCursor of the previous page, in the same order."),           \
		FIELD(struct_type, page.limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = PAGE_LIMIT_MAX, .doc = "Items per page. Default: 25.")

extern const char *const page_orders[];

/* What is asked for by it. ERR_VALIDATION for a cursor of the other order. */
enum err page_sorted(struct call *call, const struct sorted_query *query,
		     struct page_query *out) MUST_CHECK;

/* Items of a page at most. */
int64_t page_limit(const struct page_query *query);
/* Rows to query: one more than are shown, to detect a next page. */
int64_t page_most(const struct page_query *query);
/* Show the items, at most limit; number_offset is the offset of the internal number in an item
 * of size bytes. */
void page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	       size_t n, size_t size, size_t number_offset);

/* The same where it is known how the list goes on: next is the internal number of the last item that was
 * looked at, or 0 at the end. The page may have fewer items than its limit all the same. */
void page_fill_partly(struct call *call, struct page *page, const struct page_query *query,
		      struct list items, int64_t next);

/* The same of a list to which items are added at its end: every page has a cursor, from which the list goes on
 * once there are more. */
void page_fill_growing(struct call *call, struct page *page, const struct page_query *query,
		       struct list items, int64_t next, bool more);

/* Query parameters of a list with numbered pages. A cursor takes precedence over a number. */
struct number_query {
	int64_t after;
	int64_t number; /* 0: the first */
	int64_t size;   /* 0: the default */
};

#define NUMBER_FIELDS(struct_type)                                                               \
	FIELD(struct_type, page.number, .name = "page", .lower_bound = true, .min = 1,           \
	      .max = PAGE_NUMBER_MAX, .doc = "Page number, from 1.", .example = "1"),            \
		FIELD(struct_type, page.size, .name = "pageSize", .lower_bound = true, .min = 1, \
		      .max = PAGE_LIMIT_MAX, .doc = "Items per page. Default: 25.",              \
		      .example = "25"),                                                          \
		FIELD(struct_type, page.after, .name = "cursor", .lower_bound = true, .min = 1,  \
		      .doc = "nextCursor of the previous page, instead of page. Only when "      \
			     "sorted by createdAt.")

/* The same for APIs that call the size limit and have no cursor. */
#define LIMIT_FIELDS(struct_type, usual, most)                                                \
	FIELD(struct_type, page.number, .name = "page", .lower_bound = true, .min = 1,        \
	      .max = PAGE_NUMBER_MAX, .doc = "Page number, from 1.", .example = "1"),         \
		FIELD(struct_type, page.size, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = (most), .doc = "Items per page. Default: " #usual ".",           \
		      .example = #usual)
/* Set the default page size of the route; call it first. */
void number_usual(struct number_query *query, int64_t usual);

/* Rows to query, and rows to skip. */
int64_t number_most(const struct number_query *query);
int64_t number_skip(const struct number_query *query);
/* The same for numbered pages; total is the number of items on all pages, unused with a cursor.
 * Where the order supports cursors, the page has one. */
void page_fill_numbered(struct call *call, struct page *page, const struct number_query *query,
			struct list items, int64_t total, size_t size, size_t number_offset);
int64_t page_count(const struct page *page);

/* The object "pagination" of a reply, its JSON Schema, and an example. */
void page_write(struct jw *w, const struct page *page);
void page_describe(struct jw *w, const struct route *route);
void page_example(struct jw *w, const struct route *route);

#endif
