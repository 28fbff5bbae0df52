/*
 * dba.c -- somebody who works on the source table directly: two transactions
 * that may stay open side by side, bulk changes, keys that change or return,
 * rows that cannot be shown, values written and taken back.
 */
#include <stdio.h>

#include "sim.h"

static struct val
text(struct dba *d, const char *prefix)
{
	struct val v = { .is_set = true };

	snprintf(v.t, sizeof(v.t), "%s%u", prefix, chance_below(d->chance, 9));
	return v;
}

static void
change_value(struct dba *d, struct src *row)
{
	switch (chance_below(d->chance, 10)) {
	case 0: case 1: case 2:
		row->col[COL_TITLE] = text(d, "D");
		return;
	case 3:
		row->col[COL_EMAIL] = text(d, "dba@z");
		return;
	case 4:
		row->col[COL_FIRST] = chance_in(d->chance, 300) ? (struct val){ 0 } : text(d, "B");
		return;
	case 5:
		row->col[COL_FIRST] = val_set(""); /* not NULL: another row, the same to a client */
		return;
	case 6: /* a bad row, or a good one again */
		row->col[COL_BIRTHDAY] = val_set(src_is_bad(row) ? "1980-05-05" : "0900-01-01");
		return;
	case 7:
		row->col[COL_TITLE] = row->col[COL_TITLE].t[0] == '#' ? text(d, "V")
		    : text(d, "#"); /* out of the view, or into it */
		return;
	default:
		return; /* written with the values that it has */
	}
}

static void
insert(struct dba *d, int tx)
{
	struct src row = { .is_present = true };
	char key[40];

	if (d->lost_n && chance_in(d->chance, 350))
		memcpy(key, d->lost[chance_below(d->chance, d->lost_n < 16 ? d->lost_n : 16)],
		    sizeof(key));
	else
		world_new_key(d->w, key);
	if (world_see(d->w, tx, key, &row))
		return;
	row.col[COL_CODE] = val_set(key);
	row.col[COL_TITLE] = text(d, "I");
	if (chance_in(d->chance, 300))
		change_value(d, &row);
	(void)world_put(d->w, tx, &row);
}

static void
lose(struct dba *d, const char *key)
{
	snprintf(d->lost[d->lost_n++ % 16], sizeof(d->lost[0]), "%s", key);
}

/* One statement on one row. */
static void
touch(struct dba *d, int tx, const char *key)
{
	struct src row, old;
	char to[40];

	if (!world_see(d->w, tx, key, &row))
		return;
	old = row;
	switch (chance_below(d->chance, 12)) {
	case 0:
		if (world_drop(d->w, tx, key))
			lose(d, key);
		return;
	case 1: /* gone and there again in one transaction */
		if (world_drop(d->w, tx, key))
			(void)world_put(d->w, tx, &row);
		return;
	case 2:
		world_new_key(d->w, to);
		if (world_rekey(d->w, tx, key, to))
			lose(d, key);
		return;
	case 3: /* there and back */
		change_value(d, &row);
		if (world_put(d->w, tx, &row))
			(void)world_put(d->w, tx, &old);
		return;
	default:
		change_value(d, &row);
		if (world_put(d->w, tx, &row))
			d->before[d->before_n++ % 8] = old;
		return;
	}
}

/* Somebody takes his change back, a while later. */
static void
undo(struct dba *d, int tx)
{
	const struct src *old = &d->before[chance_below(d->chance, 2) ? (d->before_n - 1) % 8
	    : chance_below(d->chance, 8)];
	struct src row;

	if (old->is_present && world_see(d->w, tx, old->col[COL_CODE].t, &row))
		(void)world_put(d->w, tx, old);
}

/* Exchange the keys of two rows, by way of a third. */
static void
swap_keys(struct dba *d, int tx, const char *a, const char *b)
{
	char t[40];

	world_new_key(d->w, t);
	if (strcmp(a, b) != 0 && world_rekey(d->w, tx, a, t) && world_rekey(d->w, tx, b, a))
		(void)world_rekey(d->w, tx, t, b);
}

static void
statement(struct dba *d, int tx)
{
	size_t n;
	const struct src *rows = world_rows(d->w, &n);
	char a[40], b[40];

	d->is_open[tx] = true;
	if (d->before_n && chance_in(d->chance, 150)) {
		undo(d, tx);
		return;
	}
	if (n == 0 || (n < 30 && chance_in(d->chance, 200))) {
		insert(d, tx);
		return;
	}
	memcpy(a, rows[chance_below(d->chance, (unsigned)n)].col[COL_CODE].t, 39);
	memcpy(b, rows[chance_below(d->chance, (unsigned)n)].col[COL_CODE].t, 39);
	a[39] = b[39] = '\0';
	if (chance_in(d->chance, 20))
		swap_keys(d, tx, a, b);
	else
		touch(d, tx, a);
}

static void
finish(struct dba *d, int tx)
{
	(void)world_end(d->w, tx, chance_in(d->chance, 850));
	d->is_open[tx] = false;
}

void
dba_act(struct dba *d)
{
	int tx = (int)chance_below(d->chance, 2);
	unsigned n = chance_in(d->chance, 40) ? 20 : 1 + chance_below(d->chance, 3);

	if (d->is_open[tx] && chance_in(d->chance, 500)) {
		finish(d, tx);
		return;
	}
	while (n--)
		statement(d, tx);
	if (chance_in(d->chance, 600))
		finish(d, tx);
}

void
dba_pause(struct dba *d, bool is_mending)
{
	size_t n;
	const struct src *rows;

	finish(d, 0);
	finish(d, 1);
	if (!is_mending)
		return;
	rows = world_rows(d->w, &n);
	for (size_t i = 0; i < n; i++) {
		struct src row = rows[i];

		if (!src_is_bad(&row))
			continue;
		row.col[COL_BIRTHDAY] = val_set("1980-05-05");
		(void)world_put(d->w, 0, &row);
	}
	(void)world_end(d->w, 0, true);
}
