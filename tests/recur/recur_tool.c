/*
 * recur_tool.c -- what our code says about rules and patterns, for test_recur.py to
 * compare with others. A line in, a line out, columns parted by tabs:
 *
 *   ZONE  LOCAL START  SECONDS  N  RRULE or RecurrenceData
 *
 * gives "refused WHY", or: the first N instances as UTC numbers; the last one or "-"; the
 * rule; its canonical form; RecurrenceData or "- WHY"; the rule read back from that; "same"
 * or "other", as recur_same judges the two. What needs no second opinion (seeking
 * finds what walking finds) is judged here, aloud: "broken: ...".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lists/pattern_xml.h"
#include "recur.h"

#define WALK_MAX 3000

struct found {
	int64_t at[WALK_MAX];
	size_t n;
	bool is_all;
};

static void
broken(const char *what, const struct series *s, struct arena *a)
{
	printf("broken: %s of %s\n", what, recur_write(a, &s->rule).p);
	exit(1);
}

static void
walk(const struct series *s, struct found *f)
{
	struct recur_walk w;

	recur_begin(&w, s);
	for (f->n = 0; f->n < WALK_MAX && recur_next(&w, NULL, &f->at[f->n]); f->n++)
		;
	f->is_all = f->n < WALK_MAX;
}

/* From everywhere, the same instance comes next; COUNT and UNTIL are kept. */
static void
check_seek(struct arena *a, const struct series *s, const struct found *f)
{
	struct recur_walk w;
	int64_t t, day;
	size_t i, k;

	for (i = 0; i < f->n; i += 1 + f->n / 37) {
		recur_begin(&w, s);
		recur_seek(&w, f->at[i]);
		for (k = i; k < f->n && k < i + 3; k++)
			if (!recur_next(&w, NULL, &t) || t != f->at[k])
				broken("recur_seek", s, a);
		recur_begin(&w, s);
		recur_seek(&w, f->at[i] + 1);
		if (recur_next(&w, NULL, &t) != (i + 1 < f->n || !f->is_all) ||
		    (i + 1 < f->n && t != f->at[i + 1]))
			broken("recur_seek behind an instance", s, a);
		if (!recur_has(s, f->at[i]) || recur_has(s, f->at[i] + 1) ||
		    recur_has(s, f->at[i] - 3600))
			broken("recur_has", s, a);
		if (!recur_on_day(s, f->at[i] + 1, &day) || day != f->at[i])
			broken("recur_on_day", s, a);
	}
	if (f->n && f->is_all) {
		recur_begin(&w, s);
		recur_seek(&w, f->at[f->n - 1] + 1);
		if (recur_next(&w, NULL, &t))
			broken("the end", s, a);
	}
	recur_begin(&w, s);
	for (i = 0; i < f->n; i += 1 + f->n / 11) { /* one walk, skipping on */
		recur_seek(&w, f->at[i] - 1);
		if (!recur_next(&w, NULL, &t) || t != f->at[i])
			broken("recur_seek, going on", s, a);
	}
}

static void
check_last(struct arena *a, const struct series *s, const struct found *f)
{
	int64_t t;

	if (s->rule.end == RECUR_FOREVER) {
		if (recur_last(s, NULL, &t))
			broken("recur_last without an end", s, a);
	} else if (f->is_all && (recur_last(s, NULL, &t) != (f->n > 0) ||
	    (f->n && t != f->at[f->n - 1]))) {
		broken("recur_last", s, a);
	}
}

/* The text reads back as the same text. */
static void
check_text(struct arena *a, const struct series *s)
{
	struct str once = recur_write(a, &s->rule);
	struct recur again;
	const char *why;

	if (!recur_read(a, once, &again, &why) || !str_eq(recur_write(a, &again), once))
		broken("recur_write and recur_read", s, a);
}

static void
say_pattern(struct arena *a, const struct series *s)
{
	struct series back = *s;
	struct pattern p, again;
	bool has_delete;
	struct str xml, kept;
	const char *why;

	if (!pattern_of_recur(s, &p, &why)) {
		printf("\t- %s\t\t", why);
		return;
	}
	xml = pattern_xml_write(a, &p);
	if (!pattern_xml_read(a, xml, &again, &has_delete, &kept, &why))
		broken(why, s, a);
	if (!pattern_eq(&p, &again) || has_delete || !str_eq(kept, xml))
		broken("pattern_xml_write and pattern_xml_read", s, a);
	pattern_to_recur(&again, &back.rule);
	printf("\t%s\t%s\t%s", xml.p, recur_write(a, &back.rule).p,
	    recur_same(s, &back.rule) ? "same" : "other");
}

static void
answer(struct arena *a, struct series *s, struct str text, size_t n)
{
	static struct found f;
	bool has_delete;
	struct recur canon;
	struct pattern p;
	struct str kept;
	const char *why = "";
	int64_t t;
	size_t i;

	if (text.n && text.p[0] == '<') {
		if (!pattern_xml_read(a, text, &p, &has_delete, &kept, &why)) {
			printf("refused %s\n", why);
			return;
		}
		pattern_to_recur(&p, &s->rule);
	} else if (!recur_read(a, text, &s->rule, &why)) {
		printf("refused %s\n", why);
		return;
	}
	walk(s, &f);
	check_seek(a, s, &f);
	check_last(a, s, &f);
	check_text(a, s);
	for (i = 0; i < n && i < f.n; i++)
		printf("%s%" PRId64, i ? "," : "", f.at[i]);
	if (recur_last(s, NULL, &t))
		printf("\t%" PRId64, t);
	else
		printf("\t-");
	recur_canon(s, &canon);
	printf("\t%s\t%s", recur_write(a, &s->rule).p, recur_write(a, &canon).p);
	say_pattern(a, s);
	printf("\n");
}

int
main(void)
{
	static char line[16384];
	struct arena a;
	char *column[5], *p;
	int i;

	arena_init(&a, 64 << 20);
	while (fgets(line, sizeof(line), stdin)) {
		struct zone *z = NULL;
		struct series s = { 0 };
		bool has_time;
		struct err e;
		int offset;

		line[strcspn(line, "\n")] = '\0';
		for (i = 0, p = line; i < 5 && p; i++) {
			column[i] = p;
			p = strchr(p, '\t');
			if (p && i < 4)
				*p++ = '\0';
		}
		if (i < 5 || !(z = zone_open(column[0], &e)) ||
		    !stamp_parse(str_of(column[1]), &s.start, &has_time, &offset)) {
			printf("broken: the line %s\n", line);
			return 1;
		}
		s.wall.zone = z;
		s.seconds = strtol(column[2], NULL, 10);
		answer(&a, &s, str_of(column[4]), (size_t)strtol(column[3], NULL, 10));
		zone_close(&z);
		arena_reset(&a);
	}
	arena_clear(&a);
	return 0;
}
