/*
 * fuzz_recur.c -- a recurrence rule and a list of excepted dates from anywhere. What is
 * read is written as text that reads back equal; instances come in order, and seeking finds
 * what walking finds; the canonical form has the same instances; a pattern means the rule
 * it was made from. Input: one byte for the start, the rule up to a NUL, the dates.
 */
#include <stdio.h>
#include <stdlib.h>

#include "limits.h"
#include "pattern.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)
#define SHOWN 20

static const struct civil starts[] = {
	{ 2026, 3, 24, 9, 0, 0 }, { 2024, 2, 29, 0, 0, 0 }, { 2026, 1, 31, 2, 30, 0 },
	{ 1999, 12, 31, 23, 59, 59 }, { 4499, 1, 1, 12, 0, 0 }, { 2011, 12, 30, 9, 0, 0 },
};

static void
same_instances(const struct series *s, const struct recur *other)
{
	struct series with = *s;
	struct recur_walk v, w;
	int64_t a = 0, b = 0;
	bool more = true;
	int i;

	with.rule = *other;
	recur_begin(&v, s);
	recur_begin(&w, &with);
	for (i = 0; i < SHOWN && more; i++) {
		more = recur_next(&v, NULL, &a);
		CHECK(recur_next(&w, NULL, &b) == more);
		CHECK(!more || a == b);
	}
}

static void
try_walk(const struct series *s)
{
	int64_t at[SHOWN], t;
	struct recur_walk w;
	int i, n = 0;

	recur_begin(&w, s);
	while (n < SHOWN && recur_next(&w, NULL, &at[n])) {
		CHECK(n == 0 || at[n] > at[n - 1]);
		n++;
	}
	for (i = 0; i < n; i += 5) {
		recur_begin(&w, s);
		recur_seek(&w, at[i]);
		CHECK(recur_next(&w, NULL, &t) && t == at[i]);
		CHECK(recur_has(s, at[i]) && !recur_has(s, at[i] + 1));
	}
	if (n < SHOWN && s->rule.end != RECUR_FOREVER)
		CHECK(recur_last(s, NULL, &t) == (n > 0) && (!n || t == at[n - 1]));
}

static void
try_rule(struct arena *a, struct str text, const struct zone *zone, unsigned pick)
{
	struct series s = { .wall.zone = zone, .seconds = 3600 };
	struct recur again, canon, twice;
	struct pattern p;
	const char *why = NULL;

	s.start = starts[pick % (sizeof(starts) / sizeof(starts[0]))];
	if (!recur_read(a, text, &s.rule, &why)) {
		CHECK(why && why[0]);
		return;
	}
	CHECK(recur_read(a, recur_write(a, &s.rule), &again, &why));
	CHECK(str_eq(recur_write(a, &s.rule), recur_write(a, &again)));
	try_walk(&s);
	recur_canon(&s, &canon);
	same_instances(&s, &canon);
	again = s.rule;
	s.rule = canon;
	recur_canon(&s, &twice);
	CHECK(str_eq(recur_write(a, &canon), recur_write(a, &twice)));
	s.rule = again;
	if (!pattern_of_recur(&s, &p, &why)) {
		CHECK(why && why[0]);
		return;
	}
	CHECK(pattern_check(&p, &why));
	pattern_to_recur(&p, &again);
	same_instances(&s, &again);
	CHECK(recur_same(&s, &again));
}

static void
try_exdates(struct arena *a, struct str text)
{
	struct exdates x, y;
	const char *why = NULL;
	size_t i;

	if (!exdate_read(a, text, NULL, &x, &why)) {
		CHECK(why && why[0]);
		return;
	}
	for (i = 1; i < x.n; i++)
		CHECK(x.at[i - 1] < x.at[i]);
	CHECK(exdate_read(a, exdate_write(a, &x), NULL, &y, &why));
	CHECK(x.n == y.n && (!x.n || memcmp(x.at, y.at, x.n * sizeof(*x.at)) == 0));
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena arena;
	static struct zone *zone[3];
	struct str text, rest;
	struct err e;
	char *copy;

	if (size == 0)
		return 0;
	if (!arena.ceiling) {
		arena_init(&arena, LIMIT_ARENA_BYTES);
		zone[0] = zone_open("Europe/Berlin", &e);
		zone[1] = zone_open("Pacific/Apia", &e);
		CHECK(zone[0] && zone[1]);
	}
	copy = memcpy(malloc(size), data, size);
	text = str_cut((struct str){ copy + 1, size - 1 }, '\0', &rest);
	try_rule(&arena, text, zone[data[0] / 16 % 3], data[0] % 16);
	try_exdates(&arena, rest.p ? rest : text);
	free(copy);
	arena_reset(&arena);
	return 0;
}
