/*
 * fragment.h -- XML that is the text of a field: a few elements without one root.
 */
#ifndef FRONT_FRAGMENT_H
#define FRONT_FRAGMENT_H

#include "arena.h"
#include "buf.h"
#include "xmlr.h"
#include "xmlw.h"

/*
 * The elements as children of a root of ours. NULL with a sentence on the arena: no
 * well-formed XML, or more than max bytes. what: "the time zone", begins the sentence.
 */
struct xnode *fragment_read(
    struct arena *a, struct str text, size_t max, const char *what, const char **why);

/* The text without the elements of that name on the outermost level; borrowed if it has none. */
struct str fragment_without(struct arena *a, struct str text, const char *name);

/* TRUE, FALSE, true, false; an empty or absent value is false. */
WARN_UNUSED bool fragment_bool(struct str s, bool *out);

/* A writer into memory; caller's storage, large. */
struct fragment {
	struct xmlw w;
	struct sink sink;
	struct buf b;
};

void fragment_begin(struct fragment *f);
/* The text, on the arena; frees the rest. */
struct str fragment_end(struct arena *a, struct fragment *f);

#endif
