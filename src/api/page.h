/*
 * page.h - lists in pages, read on from a cursor or by number.
 *
 * A cursor costs the same however long the list is, and nothing is seen twice while items
 * come and go. Pages with numbers are for people who leaf; they count what there is.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/dispatch.h"
#include "base/value.h"

enum { PAGE_LIMIT_DEFAULT = 25, PAGE_LIMIT_MAX = 100, PAGE_NUMBER_MAX = 1000000 };

/* What a list route takes in its query; after is the last item seen, by its internal number. */
struct page_query {
	int64_t after;
	int64_t limit; /* 0: the default */
};

#define PAGE_FIELDS(struct_type)                                                               \
	FIELD(struct_type, page.after, .name = "cursor", .lower_bound = true, .min = 1,        \
	      .doc = "nextCursor of the previous page."),                                      \
		FIELD(struct_type, page.limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = PAGE_LIMIT_MAX, .doc = "Items per page. Default: 25.")

/* How many rows to ask for: one more than are shown tells whether there is a next page. */
int64_t page_most(const struct page_query *query);
/* Show the items, limit at most; number_offset is where an item of size bytes has its internal number. */
void page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	       size_t n, size_t size, size_t number_offset);

/* What a list with numbered pages takes in its query. A cursor goes before a number. */
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

/* Likewise where an API calls the size limit and has no cursor. */
#define LIMIT_FIELDS(struct_type, usual, most)                                                \
	FIELD(struct_type, page.number, .name = "page", .lower_bound = true, .min = 1,        \
	      .max = PAGE_NUMBER_MAX, .doc = "Page number, from 1.", .example = "1"),         \
		FIELD(struct_type, page.size, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = (most), .doc = "Items per page. Default: " #usual ".",           \
		      .example = #usual)
/* Say how many items such a page has unless the query does; before all else. */
void number_usual(struct number_query *query, int64_t usual);

/* How many rows to ask for, and how many to leave out before them. */
int64_t number_most(const struct number_query *query);
int64_t number_skip(const struct number_query *query);
/* Likewise show the items; total is how many there are on all pages, of no use with a cursor.
 * Where the order has a cursor, the page tells it. */
void page_fill_numbered(struct call *call, struct page *page, const struct number_query *query,
			struct list items, int64_t total, size_t size, size_t number_offset);
int64_t page_count(const struct page *page);

/* The object "pagination" of a reply, its JSON Schema, and an example. */
void page_write(struct jw *w, const struct page *page);
void page_describe(struct jw *w, const struct route *route);
void page_example(struct jw *w, const struct route *route);

#endif
