/*
 * token.h -- change tokens and paging cursors as text.
 *
 * Token: "1;3;<list guid, lower case>;<ticks>;<number>" (SharePoint's shape;
 * opaque to clients). Cursor of a first download: the last ID delivered and
 * the token of the first page, so that every page repeats that token.
 */
#ifndef SYNC_TOKEN_H
#define SYNC_TOKEN_H

#include <stdint.h>
#include "arena.h"
#include "guid.h"

struct token {
	struct guid list;
	uint64_t ticks;
	uint64_t number;
};

/* False: it does not parse (a fault for the client). */
WARN_UNUSED bool token_parse(struct str s, struct token *out);
struct str token_fmt(struct arena *a, const struct token *t);

struct cursor {
	struct token token;   /* of the first page */
	uint32_t last_id;
	bool is_descending;
};

WARN_UNUSED bool cursor_parse(struct str s, struct cursor *out);
struct str cursor_fmt(struct arena *a, const struct cursor *c);

#endif
