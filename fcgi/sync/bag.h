/*
 * bag.h -- properties of an item that have no column, packed into one value.
 *
 * Packed form: for each property "<bytes of name>:<name><bytes of value>:<value>",
 * sorted by name (bytes), each name once. Names are case-sensitive. Unknown
 * names are kept verbatim; an empty value is a value.
 */
#ifndef SYNC_BAG_H
#define SYNC_BAG_H

#include "arena.h"

struct property {
	struct str name;
	struct str value;  /* never NULL in a bag; NULL p in an edit: take it away */
	bool is_quiet;     /* of an edit: kept, but no change of the item by itself */
};

/* Walk: start with *at = 0. False at the end. Borrowed from bag. */
bool bag_next(struct str bag, size_t *at, struct property *out);
/* NULL p when absent. */
struct str bag_get(struct str bag, struct str name);
/*
 * bag with the edits applied, later edits of one name winning. On the arena.
 * *changed: a property that is not quiet differs afterwards.
 */
struct str bag_merge(struct arena *a, struct str bag, const struct property *edit, size_t n,
    bool *changed);
/* Well-formed as described above. */
bool bag_valid(struct str bag);

#endif
