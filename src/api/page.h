/* page.h - cursors and limits of lists. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/call.h"

/* What a list route takes in its query; after is the last item seen, by its internal number. */
struct page_query {
	int64_t after;
	int64_t limit; /* 0: the default */
};

#define PAGE_FIELDS(struct_type)                                                               \
	FIELD(struct_type, page.after, .name = "cursor", .lower_bound = true, .min = 1,        \
	      .doc = "Where to go on: nextCursor of the page before."),                        \
		FIELD(struct_type, page.limit, .name = "limit", .lower_bound = true, .min = 1, \
		      .max = PAGE_LIMIT_MAX, .doc = "Items a page; 25 unless given.")

/* How many rows to ask for: one more than are shown tells whether there is a next page. */
int64_t page_most(const struct page_query *query);
/* Show the items, limit at most; number_offset is where an item of size bytes has its internal number. */
void page_fill(struct call *call, struct page *page, const struct page_query *query, void *items,
	       size_t n, size_t size, size_t number_offset);

#endif
