/*
 * fake_source.c -- sync/store.h in memory: the rows of the source, with the
 * checks and the trimming that a table's columns make.
 */
#include "fake_call.h"

static void
give_row(struct store *s, const struct src_row *r, struct str key, struct row *out)
{
	*out = (struct row){ .state = ROW_ABSENT, .created = INT64_MIN, .modified = INT64_MIN };
	out->key = arena_dup(s->a, key);
	if (!r || !src_in_view(&r->src))
		return;
	out->state = src_is_bad(&r->src) ? ROW_BAD : ROW_GOOD;
	out->reason = out->state == ROW_BAD ? "the birthday is before 1601" : NULL;
	out->value = ARENA_ARRAY(s->a, struct str, COL__N);
	for (size_t i = 0; i < COL__N; i++)
		out->value[i] = arena_dup(s->a, val_str(&r->src.col[i]));
	memcpy(out->print, r->print, sizeof(out->print));
}

void
fake_row(struct store *s, struct str key, struct row *out)
{
	struct val k = val_of(key);

	give_row(s, table_see(s, T_SOURCE, table_find(s->w, T_SOURCE, k.t)), key, out);
}

enum outcome
store_rows(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct row **rows, struct err *e)
{
	enum outcome o = fake_enter(s, "store_rows", ANYWHERE, e);

	(void)l;
	if (o != OK)
		return o;
	fake_look(s);
	*rows = ARENA_ARRAY(s->a, struct row, n);
	for (size_t i = 0; i < n; i++)
		fake_row(s, keys[i], &(*rows)[i]);
	return OK;
}

enum outcome
store_row_lock(struct store *s, const struct list *l, struct str key, struct row *out,
    struct err *e)
{
	struct val k = val_of(key);
	struct rec *r = table_find(s->w, T_SOURCE, k.t);
	enum outcome o = fake_enter(s, "store_row_lock", INSIDE, e);

	(void)l;
	if (o != OK)
		return o;
	if (r && !table_lock(s, r))
		return fake_retry(s, e);
	give_row(s, r ? table_latest(r) : NULL, key, out);
	return OK;
}

static const unsigned max_chars[COL__N] = { 24, 10, 12, 16, 12 };

static enum outcome
set_cells(struct src *to, const struct cell *cell, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t c = cell[i].column;
		struct val v = val_of(cell[i].value);

		if (c == COL_CODE)
			return err_set(e, E_INVALID, "The code cannot be written.");
		if (c == COL_TITLE && !v.is_set)
			return err_set(e, E_INVALID, "The title may not be empty (NULL).");
		if (cell[i].value.n > max_chars[c])
			return err_set(e, E_INVALID, "Column %zu: too long.", c);
		to->col[c] = val_stored(c, v);
	}
	return OK;
}

static enum outcome
write_row(struct store *s, struct rec *r, const struct src *src, struct err *e)
{
	struct src_row *copy = NULL;
	const struct src_row *old = table_latest(r);
	enum outcome o;

	if (src) {
		copy = ARENA_NEW(&s->w->mem, struct src_row);
		copy->src = *src;
		if (old && memcmp(&old->src, src, sizeof(*src)) == 0)
			*copy = *old;
		else
			fake_print(s->w, copy);
	}
	o = fake_put(s, r, copy, e);
	if (o == OK && s->w->conf.track == TRACK_TRIGGERS && !(s->w->is_blind && s->is_dba))
		fake_trigger(s, r->key, false);
	return o;
}

enum outcome
fake_write_row(struct store *s, struct rec *r, const struct src *src, struct err *e)
{
	return write_row(s, r, src, e);
}

enum outcome
store_row_insert(struct store *s, const struct list *l, const struct cell *cell, size_t n,
    struct str *key, struct err *e)
{
	struct src row = { .is_present = true };
	char k[40];
	bool has_title = false;
	enum outcome o = fake_enter(s, "store_row_insert", INSIDE, e);

	(void)l;
	for (size_t i = 0; i < n; i++)
		has_title = has_title || cell[i].column == COL_TITLE;
	if (o == OK && !has_title)
		return err_set(e, E_INVALID, "The title is missing and has no default.");
	if (o == OK)
		o = set_cells(&row, cell, n, e);
	if (o != OK)
		return o;
	world_new_key(s->w, k);
	row.col[COL_CODE] = val_set(k);
	*key = arena_dup(s->a, str_of(k));
	return write_row(s, table_get(s->w, T_SOURCE, k), &row, e);
}

/* A writing statement: it waits for the row and then sees its newest version. */
static enum outcome
for_write(struct store *s, struct str key, struct rec **r, const struct src_row **now,
    struct err *e)
{
	struct val k = val_of(key);

	*now = NULL;
	*r = table_find(s->w, T_SOURCE, k.t);
	if (!*r)
		return OK;
	if (!table_lock(s, *r))
		return fake_retry(s, e);
	*now = table_latest(*r);
	if (*now && !src_in_view(&(*now)->src))
		*now = NULL;
	return OK;
}

enum outcome
store_row_update(struct store *s, const struct list *l, struct str key, const struct cell *cell,
    size_t n, struct err *e)
{
	struct rec *r;
	const struct src_row *now;
	struct src row;
	enum outcome o = fake_enter(s, "store_row_update", INSIDE, e);

	(void)l;
	if (o == OK)
		o = for_write(s, key, &r, &now, e);
	if (o != OK || !now)
		return o;
	row = now->src;
	o = set_cells(&row, cell, n, e);
	return o == OK ? write_row(s, r, &row, e) : o;
}

enum outcome
store_row_delete(struct store *s, const struct list *l, struct str key, struct err *e)
{
	struct rec *r;
	const struct src_row *now;
	enum outcome o = fake_enter(s, "store_row_delete", INSIDE, e);

	(void)l;
	if (o == OK)
		o = for_write(s, key, &r, &now, e);
	return o == OK && now ? write_row(s, r, NULL, e) : o;
}
