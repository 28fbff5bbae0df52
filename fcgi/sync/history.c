/*
 * history.c -- edit histories of items.
 *
 * An empty stored history stands for "<list>:<version>": the source's own
 * changes then cost no text at all, because version and count rise together.
 */
#include "history.h"

#include <inttypes.h>
#include <stdio.h>

#include "limits.h"
#include "num.h"

#define EDITOR_LEN 32
#define HISTORY_MAX 128 /* pairs; LIMIT_HISTORY_BYTES holds fewer */
#define OURS_LEN (EDITOR_LEN + 12) /* our own pair with its comma */

struct pair {
	struct str editor;
	uint64_t n;
};

static bool
is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'F')))
			return false;
	return s.n == EDITOR_LEN;
}

/* Number of pairs, 0 when it is not well-formed. */
static size_t
split(struct str h, struct pair out[HISTORY_MAX])
{
	size_t n = 0, top_n = 0;
	uint64_t top = 0;

	if (h.n == 0 || h.n > LIMIT_HISTORY_BYTES)
		return 0;
	while (h.p) {
		struct str number, one = str_cut(h, ',', &h);

		if (n == HISTORY_MAX)
			return 0;
		out[n].editor = str_cut(one, ':', &number);
		if (!is_hex(out[n].editor) || !number.p ||
		    !num_u64(number, UINT32_MAX, &out[n].n) || out[n].n == 0)
			return 0;
		for (size_t i = 0; i < n; i++)
			if (str_ieq(out[i].editor, out[n].editor))
				return 0;
		if (out[n].n > top) {
			top = out[n].n;
			top_n = 1;
		} else if (out[n].n == top) {
			top_n++;
		}
		n++;
	}
	return top_n == 1 ? n : 0;
}

bool
history_valid(struct str h)
{
	struct pair pair[HISTORY_MAX];

	return split(h, pair) > 0;
}

struct str
history_bump(struct arena *a, struct str stored, const struct guid *me)
{
	struct pair pair[HISTORY_MAX];
	char text[LIMIT_HISTORY_BYTES + 2 * OURS_LEN], my_hex[39];
	size_t n = split(stored, pair), len = 0, first = 0;
	uint64_t top = 0;

	if (n == 0)
		return STR("");
	guid_fmt(me, GUID_HEX, my_hex);
	for (size_t i = 0; i < n; i++)
		if (pair[i].n > top)
			top = pair[i].n;
	/* Room for ours. The oldest editors stand first, as every bump appends; the head stays. */
	for (size_t left = stored.n; first < n - 1 && left + OURS_LEN > LIMIT_HISTORY_BYTES &&
	    pair[first].n != top; first++)
		left -= (size_t)(pair[first + 1].editor.p - pair[first].editor.p);
	for (size_t i = first; i < n; i++) {
		if (str_ieq(pair[i].editor, str_of(my_hex)))
			continue;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s:%" PRIu64 ",",
		    STR_ARG(pair[i].editor), pair[i].n);
	}
	len += (size_t)snprintf(text + len, sizeof(text) - len, "%s:%" PRIu64, my_hex, top + 1);
	return arena_dup(a, (struct str){ text, len });
}

struct str
history_text(struct arena *a, struct str stored, const struct guid *me, uint32_t version)
{
	char hex[39];

	if (stored.n)
		return stored;
	return arena_fmt(a, "%s:%" PRIu32, guid_fmt(me, GUID_HEX, hex), version);
}
