/*
 * kinds_dba.c -- somebody who works on the tables of events, posts and files with
 * SQL: two transactions side by side, rules and excepted dates, posts that answer
 * others, files that go to other folders, keys that return.
 */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_DAY INT64_C(1704877200)

static struct val
put(const char *text)
{
	return val_set(text);
}

static struct val
stamp(int64_t t)
{
	char text[32];

	time_text(text, t);
	return put(text);
}

static const struct src *
some_row(struct kind_dba *d)
{
	size_t n;
	const struct src *row = world_rows(d->w, &n);

	return n ? &row[chance_below(d->chance, (unsigned)n)] : NULL;
}

/* ---- events ---- */

static struct val
some_rule(struct kind_dba *d)
{
	static const char *const rules[] = { "FREQ=DAILY;COUNT=4", "COUNT=4;FREQ=DAILY",
		"FREQ=DAILY;INTERVAL=2;COUNT=3", "FREQ=DAILY", "FREQ=DAILY;COUNT=6",
		"FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3" };
	unsigned n = chance_below(d->chance, 60);

	return put(rules[n < 58 ? n % 5 : 5]);
}

/* The n-th instance of a series comes out, or back. */
static void
toggle_exdate(struct kind_dba *d, struct src *row)
{
	int64_t t = time_read(row->col[COL_START].t) + DAY_S * chance_below(d->chance, 5);
	struct val *v = &row->col[COL_EXDATE];
	char text[32], out[200], mark[20];
	const char *found;

	time_text(text, t); /* 2024-01-10T09:00:00Z: without its punctuation */
	snprintf(mark, sizeof(mark), "%.4s%.2s%.2sT%.2s%.2s%.2sZ", text, text + 5, text + 8,
	    text + 11, text + 14, text + 17);
	found = strstr(v->t, mark);
	if (!found) {
		snprintf(out, sizeof(out), "%s%s%s", v->t, v->t[0] ? "," : "", mark);
		if (strlen(out) < VAL_MAX)
			*v = put(out);
	} else if (found == v->t && !v->t[16]) {
		*v = (struct val){ 0 };
	} else if (found == v->t) {
		snprintf(out, sizeof(out), "%s", v->t + 17);
		*v = put(out);
	} else {
		snprintf(out, sizeof(out), "%.*s%s", (int)(found - v->t - 1), v->t, found + 16);
		*v = put(out);
	}
}

static void
change_event(struct kind_dba *d, struct src *row, bool has_rule)
{
	int64_t start = time_read(row->col[COL_START].t);
	unsigned n = chance_below(d->chance, 100);

	if (n < 15 && start >= 0) {
		row->col[COL_START] = stamp(start + DAY_S);
		row->col[COL_END] = stamp(start + DAY_S + 3600);
	} else if (n < 18) { /* a bad row, or a good one again */
		row->col[COL_END] = stamp(start + (time_read(row->col[COL_END].t) < start ?
		    3600 : -60));
	} else if (n < 40 && has_rule) {
		row->col[COL_RRULE] = chance_in(d->chance, 150) ? (struct val){ 0 } : some_rule(d);
	} else if (n < 75 && has_rule && row->col[COL_RRULE].is_set) {
		toggle_exdate(d, row);
	}
}

/* ---- posts, files ---- */

/* Another post is answered: an older one, so that none answers itself by way of others. */
static void
change_post(struct kind_dba *d, struct src *row)
{
	const struct src *to = some_row(d);

	if (!chance_in(d->chance, 600))
		return;
	if (to && strtoul(to->col[COL_CODE].t, NULL, 10) <
	    strtoul(row->col[COL_CODE].t, NULL, 10))
		row->col[COL_PARENT] = to->col[COL_CODE];
	else
		row->col[COL_PARENT] = chance_in(d->chance, 100) ? put("999999") :
		    (struct val){ 0 };
}

static void
change_file(struct kind_dba *d, struct src *row)
{
	static const char *const dirs[] = { "", "x", "x/y", "z", "x/y/z", "X", "w/v", "y" };
	static const char *const names[] = { "a.txt", "b.txt", "c.txt", "A.txt", "x", "bad|name" };
	unsigned n = chance_below(d->chance, 100);

	if (n < 50)
		row->col[COL_FOLDER] = chance_in(d->chance, 60) ? (struct val){ 0 } :
		    put(dirs[chance_below(d->chance, 8)]);
	else if (n < 80)
		row->col[COL_NAME] = put(names[chance_below(d->chance, 60) % 11 % 6]);
}

/* ---- statements ---- */

static void
change(struct kind_dba *d, struct src *row)
{
	char text[16];

	if (d->shape->kind != KIND_DOCUMENTS && chance_in(d->chance, 300)) {
		snprintf(text, sizeof(text), "%sD%u", chance_in(d->chance, 200) ? "#" : "",
		    chance_below(d->chance, 9));
		row->col[COL_TITLE] = put(text);
	}
	if (d->shape->kind == KIND_CALENDAR)
		change_event(d, row, d->shape->column_n > COL_RRULE);
	else if (d->shape->kind == KIND_DISCUSSIONS)
		change_post(d, row);
	else
		change_file(d, row);
}

static void
insert(struct kind_dba *d, int tx)
{
	struct src row = { .is_present = true };
	char key[40];
	int64_t start = FIRST_DAY + DAY_S * chance_below(d->chance, 30);

	world_new_key(d->w, key);
	if (d->lost_n && chance_in(d->chance, 400))
		memcpy(key, d->lost[chance_below(d->chance, d->lost_n < 8 ? d->lost_n : 8)],
		    sizeof(key));
	if (world_see(d->w, tx, key, &row))
		return;
	row.col[COL_CODE] = put(key);
	row.col[COL_TITLE] = put("I");
	if (d->shape->kind == KIND_CALENDAR) {
		row.col[COL_START] = stamp(start);
		row.col[COL_END] = stamp(start + 3600);
		if (d->shape->column_n > COL_RRULE && chance_in(d->chance, 700))
			row.col[COL_RRULE] = some_rule(d);
	} else if (d->shape->kind == KIND_DOCUMENTS) {
		row.col[COL_NAME] = put("i.txt");
	}
	change(d, &row);
	(void)world_put(d->w, tx, &row);
}

static void
touch(struct kind_dba *d, int tx, const char *key)
{
	struct src row, old;
	unsigned n = chance_below(d->chance, 100);

	if (!world_see(d->w, tx, key, &row))
		return;
	old = row;
	if (n < 12) {
		if (world_drop(d->w, tx, key))
			snprintf(d->lost[d->lost_n++ % 8], sizeof(d->lost[0]), "%s", key);
		return;
	}
	if (n < 16) { /* gone and there again */
		if (world_drop(d->w, tx, key))
			(void)world_put(d->w, tx, &row);
		return;
	}
	change(d, &row);
	if (world_put(d->w, tx, &row) && n < 22) /* and back */
		(void)world_put(d->w, tx, &old);
}

static void
statement(struct kind_dba *d, int tx)
{
	const struct src *row = some_row(d);
	size_t n;
	char key[40];

	d->is_open[tx] = true;
	(void)world_rows(d->w, &n);
	if (!row || (n < 25 && chance_in(d->chance, 220))) {
		insert(d, tx);
		return;
	}
	row = some_row(d);
	snprintf(key, sizeof(key), "%.30s", row->col[COL_CODE].t);
	touch(d, tx, key);
}

static void
finish(struct kind_dba *d, int tx)
{
	(void)world_end(d->w, tx, chance_in(d->chance, 850));
	d->is_open[tx] = false;
}

void
kind_dba_act(struct kind_dba *d)
{
	int tx = (int)chance_below(d->chance, 2);
	unsigned n = 1 + chance_below(d->chance, 3);

	if (d->is_open[tx] && chance_in(d->chance, 500)) {
		finish(d, tx);
		return;
	}
	while (n--)
		statement(d, tx);
	if (chance_in(d->chance, 700))
		finish(d, tx);
}

void
kind_dba_end(struct kind_dba *d)
{
	finish(d, 0);
	finish(d, 1);
}
