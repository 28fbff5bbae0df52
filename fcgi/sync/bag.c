/*
 * bag.c -- properties of an item that have no column, packed into one value.
 */
#include "bag.h"

#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "num.h"

/* "<len>:<bytes>" at *at; false at the end or when it is damaged. */
static bool
piece(struct str bag, size_t *at, struct str *out)
{
	size_t n = 0, i = *at;

	for (; i < bag.n && bag.p[i] >= '0' && bag.p[i] <= '9'; i++) {
		n = n * 10 + (size_t)(bag.p[i] - '0');
		if (n > LIMIT_BAG_BYTES)
			return false;
	}
	if (i == *at || i >= bag.n || bag.p[i] != ':' || bag.n - i - 1 < n)
		return false;
	*out = (struct str){ bag.p + i + 1, n };
	*at = i + 1 + n;
	return true;
}

bool
bag_next(struct str bag, size_t *at, struct property *out)
{
	struct property p = { .is_quiet = false };

	/* at the end out may be behind the last place of an array */
	if (*at >= bag.n || !piece(bag, at, &p.name) || !piece(bag, at, &p.value))
		return false;
	*out = p;
	return true;
}

struct str
bag_get(struct str bag, struct str name)
{
	struct property p;

	for (size_t at = 0; bag_next(bag, &at, &p);)
		if (str_eq(p.name, name))
			return p.value;
	return STR_NULL;
}

static int
by_name(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

bool
bag_valid(struct str bag)
{
	struct property p, last = { .name = STR_NULL };
	size_t at = 0;

	while (at < bag.n) {
		if (!bag_next(bag, &at, &p) || p.name.n == 0)
			return false;
		if (last.name.p && by_name(last.name, p.name) >= 0)
			return false;
		last = p;
	}
	return true;
}

struct edit {
	struct property p;
	size_t order; /* later edits of one name win */
};

static int
compare_edits(const void *va, const void *vb)
{
	const struct edit *a = va, *b = vb;
	int d = by_name(a->p.name, b->p.name);

	return d ? d : (a->order > b->order) - (a->order < b->order);
}

/* Edits by name, each name once. Returns how many are left. */
static size_t
sort_edits(struct edit *e, const struct property *edit, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++)
		e[i] = (struct edit){ edit[i], i };
	qsort(e, n, sizeof(*e), compare_edits);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || by_name(e[i].p.name, e[i + 1].p.name) != 0)
			e[out++] = e[i];
	return out;
}

static char *
pack(char *to, struct str s)
{
	to += sprintf(to, "%zu:", s.n);
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

struct str
bag_merge(struct arena *a, struct str bag, const struct property *edit, size_t n, bool *changed)
{
	struct edit *e = ARENA_ARRAY(a, struct edit, n);
	size_t edits = sort_edits(e, edit, n), i = 0, at = 0, room = bag.n;
	struct property old;
	bool has_old;
	char *text, *to;

	for (size_t k = 0; k < edits; k++)
		room += e[k].p.name.n + e[k].p.value.n + 44;
	text = to = arena_get(a, room + 1);
	*changed = false;
	has_old = bag_next(bag, &at, &old);
	while (has_old || i < edits) {
		int d = !has_old ? 1 : i == edits ? -1 : by_name(old.name, e[i].p.name);
		struct property p = d < 0 ? old : e[i].p;

		if (d >= 0 && !p.is_quiet &&
		    (d > 0 ? p.value.p != NULL : !str_eq(old.value, p.value)))
			*changed = true;
		if (p.value.p)
			to = pack(pack(to, p.name), p.value);
		if (d >= 0)
			i++;
		if (d <= 0)
			has_old = bag_next(bag, &at, &old);
	}
	return (struct str){ text, (size_t)(to - text) };
}
