/*
 * token.c -- change tokens and paging cursors as text.
 */
#include "token.h"

#include <inttypes.h>

#include "num.h"

#define TOKEN_PREFIX "1;3;"
#define CURSOR_PREFIX "Paged=TRUE;"

bool
token_parse(struct str s, struct token *out)
{
	struct str guid, ticks, number, rest;

	s = str_trim(s);
	if (s.n < sizeof(TOKEN_PREFIX) - 1 ||
	    memcmp(s.p, TOKEN_PREFIX, sizeof(TOKEN_PREFIX) - 1) != 0)
		return false;
	s.p += sizeof(TOKEN_PREFIX) - 1;
	s.n -= sizeof(TOKEN_PREFIX) - 1;
	guid = str_cut(s, ';', &rest);
	ticks = str_cut(rest, ';', &number);
	return guid_parse(guid, &out->list) && ticks.p && number.p &&
	    num_u64(ticks, UINT64_MAX, &out->ticks) &&
	    num_u64(number, UINT64_MAX, &out->number);
}

struct str
token_fmt(struct arena *a, const struct token *t)
{
	char guid[39];

	return arena_fmt(a, TOKEN_PREFIX "%s;%" PRIu64 ";%" PRIu64,
	    guid_fmt(&t->list, GUID_LOWER, guid), t->ticks, t->number);
}

bool
cursor_parse(struct str s, struct cursor *out)
{
	struct str id, order, rest, token;
	uint64_t n;

	s = str_trim(s);
	if (s.n < sizeof(CURSOR_PREFIX) - 1 ||
	    memcmp(s.p, CURSOR_PREFIX, sizeof(CURSOR_PREFIX) - 1) != 0)
		return false;
	s.p += sizeof(CURSOR_PREFIX) - 1;
	s.n -= sizeof(CURSOR_PREFIX) - 1;
	id = str_cut(s, ';', &rest);
	order = str_cut(rest, ';', &token);
	if (!token.p || !num_u64(id, UINT32_MAX, &n) || n == 0)
		return false;
	if (!str_eq(order, STR("A")) && !str_eq(order, STR("D")))
		return false;
	out->last_id = (uint32_t)n;
	out->is_descending = order.p[0] == 'D';
	return token_parse(token, &out->token);
}

struct str
cursor_fmt(struct arena *a, const struct cursor *c)
{
	struct str token = token_fmt(a, &c->token);

	return arena_fmt(a, CURSOR_PREFIX "%" PRIu32 ";%c;%.*s", c->last_id,
	    c->is_descending ? 'D' : 'A', STR_ARG(token));
}
