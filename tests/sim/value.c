/*
 * value.c -- chance and the plain values of the simulator (sim.h).
 */
#include "sim.h"

#include <stdio.h>

const char *const prop_name[PROP__N] = {
	"BusyStatus", "busystatus", "X 7:3 \"q\" <&>", "Gr\xC3\xB6\xC3\x9F" "e", "Note",
	[PROP_REF] = "ReplicationID",
};

/* splitmix64: every seed is a good one */
uint64_t
chance_next(struct chance *c)
{
	uint64_t z = c->s += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

unsigned
chance_below(struct chance *c, unsigned n)
{
	return (unsigned)((chance_next(c) >> 33) % n);
}

bool
chance_in(struct chance *c, unsigned per_mille)
{
	return per_mille && chance_below(c, 1000) < per_mille;
}

struct val
val_of(struct str s)
{
	struct val v = { 0 };

	if (!s.p)
		return v;
	v.is_set = true;
	memcpy(v.t, s.p, s.n < sizeof(v.t) - 1 ? s.n : sizeof(v.t) - 1);
	return v;
}

struct val
val_set(const char *text)
{
	return val_of(str_of(text));
}

struct str
val_str(const struct val *v)
{
	return v->is_set ? str_of(v->t) : STR_NULL;
}

bool
val_eq(const struct val *a, const struct val *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

struct val
val_stored(size_t col, struct val v)
{
	size_t n = strlen(v.t);

	if (col == COL_EMAIL)
		while (n && v.t[n - 1] == ' ')
			v.t[--n] = '\0';
	return v;
}

bool
src_in_view(const struct src *r)
{
	return r && r->is_present && r->col[COL_TITLE].t[0] != '#';
}

bool
src_is_bad(const struct src *r)
{
	const struct val *v = &r->col[COL_BIRTHDAY];

	return v->is_set && strcmp(v->t, "1601-01-01") < 0;
}

bool
cols_eq(const struct val *a, const struct val *b)
{
	return memcmp(a, b, sizeof(*a) * COL__N) == 0;
}

void
cols_text(char *out, size_t size, const struct val *col)
{
	size_t n = 0;

	if (size)
		out[0] = '\0';
	for (size_t i = 0; col && i < COL__N && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i ? "|" : "",
		    col[i].is_set ? col[i].t : "NULL");
}
