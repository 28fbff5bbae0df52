/*
 * fake_source.c -- sync/store.h in memory: the rows of the source, with the
 * checks and the trimming that a table's columns make.
 */
#include "fake_call.h"

#include "kind.h"

/* What the kind of list says of a row. */
static void
judge_row_of(struct store *s, const struct src_row *r, struct row *out)
{
	const struct list *l = &s->w->list;

	if (s->w->conf.shape)
		out->reason = kind_rules(l)->bad ? kind_rules(l)->bad(s->a, l, out) : NULL;
	else if (src_is_bad(&r->src))
		out->reason = "the birthday is before 1601";
	if (out->reason)
		out->state = ROW_BAD;
}

bool
fake_in_view(const struct world *w, const struct src_row *r)
{
	return r && (w->conf.shape ? w->conf.shape->in_view(&r->src) : src_in_view(&r->src));
}

static void
give_row(struct store *s, const struct src_row *r, struct str key, struct row *out)
{
	*out = (struct row){ .state = ROW_ABSENT, .created = INT64_MIN, .modified = INT64_MIN };
	out->key = arena_dup(s->a, key);
	if (!fake_in_view(s->w, r))
		return;
	out->state = ROW_GOOD;
	out->value = ARENA_ARRAY(s->a, struct str, s->w->list.column_n);
	for (size_t i = 0; i < s->w->list.column_n; i++)
		out->value[i] = arena_dup(s->a, val_str(&r->src.col[i]));
	memcpy(out->print, r->print, sizeof(out->print));
	judge_row_of(s, r, out);
}

void
fake_row_of(struct store *s, const struct item *item, struct row *out)
{
	if (!key_is_inner(item->key, NULL, NULL)) {
		fake_row(s, item->key, out);
		return;
	}
	*out = (struct row){ .state = ROW_GOOD, .key = arena_dup(s->a, item->key),
		.value = ARENA_ARRAY(s->a, struct str, s->w->list.column_n),
		.created = INT64_MIN, .modified = INT64_MIN };
	memcpy(out->print, item->print, sizeof(out->print));
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

static enum outcome
set_cells(const struct world *w, struct src *to, const struct cell *cell, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t c = cell[i].column;
		const struct column *column = &w->column[c];
		struct val v = val_of(cell[i].value);

		if (column->is_readonly)
			return err_set(e, E_INVALID, "The %s cannot be written.", column->name);
		if (!column->is_nullable && !v.is_set)
			return err_set(e, E_INVALID, "The %s may not be empty (NULL).", column->name);
		if (cell[i].value.n > column->max_chars)
			return err_set(e, E_INVALID, "The %s is too long.", column->name);
		to->col[c] = w->conf.shape ? v : val_stored(c, v);
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
	enum outcome o = fake_enter(s, "store_row_insert", INSIDE, e);

	if (o == OK)
		o = set_cells(s->w, &row, cell, n, e);
	for (size_t i = 0; o == OK && i < l->column_n; i++)
		if (!row.col[i].is_set && !l->column[i].is_nullable && !l->column[i].is_readonly)
			o = err_set(e, E_INVALID, "The %s is missing and has no default.",
			    l->column[i].name);
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
	if (!fake_in_view(s->w, *now))
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
	o = set_cells(s->w, &row, cell, n, e);
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
