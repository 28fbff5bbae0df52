/*
 * near.c -- the known name that is nearest to a mistyped one.
 *
 * Edit distance with one row of costs; names are short, and a name is near
 * when at most a third of the typed letters (but one or two at least) differ.
 */
#include "near.h"

#include <ctype.h>

#define NEAR_MAX 64 /* longest name that is compared, bytes: an SQL identifier */

void
near_init(struct near *n, struct str want)
{
	size_t allowed = want.n / 3;

	if (allowed < 1)
		allowed = 1;
	else if (allowed == 1)
		allowed = 2;
	*n = (struct near){ .want = want, .distance = allowed + 1 };
}

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/* Letters to insert, drop or change to make b of a. Both at most NEAR_MAX long. */
static size_t
edits(struct str a, struct str b)
{
	size_t cost[NEAR_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		cost[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = cost[0];

		cost[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t above = cost[j];
			bool is_same = tolower((unsigned char)a.p[i - 1]) ==
			    tolower((unsigned char)b.p[j - 1]);

			cost[j] = least(diagonal + !is_same, above + 1, cost[j - 1] + 1);
			diagonal = above;
		}
	}
	return cost[b.n];
}

void
near_try(struct near *n, const char *name)
{
	struct str s = str_of(name);
	size_t d;

	if (!s.n || s.n > NEAR_MAX || !n->want.n || n->want.n > NEAR_MAX)
		return;
	d = edits(n->want, s);
	if (d >= n->distance)
		return;
	n->distance = d;
	n->best = name;
}
