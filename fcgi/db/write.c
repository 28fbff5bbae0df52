/*
 * write.c -- rows of the source: inserted, updated and deleted through the view.
 *
 * MariaDB refuses an UPDATE of a join view that touches two base tables (1393),
 * so cells are grouped by base table, as bind.c found out.
 */
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "content.h"
#include "refusal.h"
#include "value.h"
#include "view.h"

/* A write being put together. */
struct write {
	struct store *s;
	struct view *v;
	struct buf sql;
	struct db_arg *arg;
	size_t n;
	bool has_value;   /* any cell is not NULL and not empty */
	bool is_new;
	const struct cell *cell; /* what is written, to be named when it is refused */
	size_t cell_n;
};

static void
write_start(struct write *w, struct store *s, struct view *v, size_t room)
{
	memset(w, 0, sizeof(*w));
	w->s = s;
	w->v = v;
	w->arg = ARENA_ARRAY(s->arena, struct db_arg, room);
	buf_init(&w->sql, 256 * KIB);
}

static enum outcome
write_run(struct write *w, uint64_t *affected, uint64_t *insert_id, struct err *e)
{
	struct db_stmt *st = NULL;
	enum outcome rc = view_write(w->s, w->v, buf_str(&w->sql), w->arg, w->n, &st, e);

	if (rc == OK) {
		*affected = db_affected(st);
		if (insert_id)
			*insert_id = db_insert_id(st);
	}
	buf_clear(&w->sql);
	rc = view_write_failed(w->s, w->v, rc, e);
	return rc == E_INVALID ? refusal_explain(w->s, w->v, w->cell, w->cell_n, w->is_new, e) : rc;
}

static enum outcome
not_writable(const struct column *c, struct err *e)
{
	return err_set(e, E_INVALID, "\"%s\" cannot be changed here: the database computes it.",
	    column_label(c));
}

static enum outcome
no_place(const struct column *c, struct err *e)
{
	return err_set(e, E_INVALID, "\"%s\" cannot be stored: the database keeps it in another "
	    "table, which has no entry for this row yet. Leave it empty.",
	    column_label(c));
}

/* A value as a parameter; the content of a document in pieces. */
static enum outcome
cell_arg(struct write *w, const struct cell *cell, struct db_arg *out, struct err *e)
{
	const struct list *l = w->v->list;
	const struct column *c = &l->column[cell->column];

	if (c->field == FIELD_CONTENT)
		return content_arg(cell, out, e);
	return value_write(l, c, cell->value, w->s->arena, out, e);
}

static enum outcome
add_set(struct write *w, const struct cell *cell, struct err *e)
{
	const struct list *l = w->v->list;
	const struct column *c = &l->column[cell->column];
	enum outcome rc = cell_arg(w, cell, &w->arg[w->n], e);

	if (rc != OK)
		return rc;
	buf_addf(&w->sql, "%sv.", w->n ? ", " : "");
	(void)view_ident(&w->sql, c->name);
	buf_addf(&w->sql, " = ?");
	w->n++;
	w->has_value |= cell->value.p && cell->value.n;
	return OK;
}

/*
 * UPDATE the cells of one group (only: SIZE_MAX) or a single one. *found: rows.
 */
static enum outcome
update_group(struct store *s, struct view *v, struct str key, const struct cell *cell, size_t n,
    unsigned group, size_t only, struct err *e)
{
	const struct list *l = v->list;
	const struct column *last = NULL;
	uint64_t found = 0;
	struct write w;
	enum outcome rc = OK;
	size_t i;

	write_start(&w, s, v, n + v->exact_n);
	w.cell = cell;
	w.cell_n = n;
	buf_addf(&w.sql, "UPDATE %s v SET ", v->name);
	for (i = 0; rc == OK && i < n; i++)
		if (v->column[cell[i].column].group == group && (only == SIZE_MAX || only == i)) {
			last = &l->column[cell[i].column];
			rc = add_set(&w, &cell[i], e);
		}
	buf_addf(&w.sql, " WHERE %s", v->exact);
	if (rc == OK && !view_exact_args(v, key, &w.arg[w.n]))
		rc = err_set(e, E_RETRY, "The row is gone.");
	w.n += v->exact_n;
	if (rc != OK) {
		buf_clear(&w.sql);
		return rc;
	}
	rc = write_run(&w, &found, NULL, e);
	if (rc != OK || found)
		return rc;
	if (group == v->key_group)
		return err_set(e, E_RETRY, "The row was changed at the same moment. Try again.");
	return w.has_value ? no_place(last, e) : OK;
}

/*
 * The cells that a statement names. A generated column is not known by the view,
 * only by the first write to it; clients send whole rows, and who compares the
 * row afterwards sees whether the value came true. A new row leaves what is
 * empty to the column's default where empty would be no value of its type.
 */
static const struct cell *
written_cells(struct store *s, const struct view *v, const struct cell *cell, size_t *n,
    bool is_new)
{
	struct cell *out = ARENA_ARRAY(s->arena, struct cell, *n);
	size_t i, kept = 0;

	for (i = 0; i < *n; i++) {
		const struct column *c = &v->list->column[cell[i].column];

		if (v->column[cell[i].column].is_computed)
			continue;
		if (is_new && !cell[i].value.n && !c->is_nullable && !c->translation_n &&
		    c->class != COLUMN_TEXT)
			continue;
		out[kept++] = cell[i];
	}
	*n = kept;
	return out;
}

enum outcome
store_row_update(struct store *s, const struct list *l, struct str key, const struct cell *cell,
    size_t n, struct err *e)
{
	struct view *v;
	enum outcome rc = view_of(s, l, &v, e);
	unsigned group;
	size_t i, k;

	if (rc == OK)
		cell = written_cells(s, v, cell, &n, false);
	for (i = 0; rc == OK && i < n; i++) {
		group = v->column[cell[i].column].group;
		if (group == 0)
			return not_writable(&l->column[cell[i].column], e);
		for (k = 0; k < i && v->column[cell[k].column].group != group; k++)
			;
		if (group == CONTENT_GROUP)
			rc = content_write(s, v, key, &cell[i], e);
		else if (k == i) /* the first of its group */
			rc = update_group(s, v, key, cell, n, group, SIZE_MAX, e);
	}
	return rc;
}

static enum outcome
gone_meanwhile(struct err *e)
{
	return err_set(e, E_RETRY, "The row was changed at the same moment. Try again.");
}

enum outcome
store_row_delete(struct store *s, const struct list *l, struct str key, struct err *e)
{
	struct db_arg arg[1 + 2 * LIMIT_KEY_PARTS];
	struct view *v;
	struct db_stmt *st;
	size_t n = 0;
	enum outcome rc = view_of(s, l, &v, e);

	if (rc != OK)
		return rc;
	if (l->delete_set)
		arg[n++] = DB_ARG_TEXT(l->delete_set_value);
	if (!view_exact_args(v, key, &arg[n]))
		return gone_meanwhile(e);
	n += v->exact_n;
	rc = view_prepare(s, v, VIEW_DELETE, &st, e);
	if (rc == OK)
		rc = db_run(st, arg, n, e);
	if (rc == OK && db_affected(st) == 0)
		return gone_meanwhile(e);
	return view_write_failed(s, v, rc, e);
}

/* ---- insert ---- */

static void
add_name(struct write *w, const char *name)
{
	buf_addf(&w->sql, "%s", w->n ? ", " : "");
	(void)view_ident(&w->sql, name);
}

/* Which of the cells writes that column, or SIZE_MAX. */
static size_t
cell_of(const struct list *l, const struct cell *cell, size_t n, const char *column)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcasecmp(l->column[cell[i].column].name, column) == 0)
			return i;
	return SIZE_MAX;
}

/* A UUID in the form that the key's column takes, and as it will read back. */
static enum outcome
make_uuid(struct write *w, struct str *key, struct err *e)
{
	const struct view_type *t = &w->v->key[0];
	bool is_binary = t->class == COLUMN_BINARY;
	struct arena *a = w->s->arena;
	unsigned char chance[16];
	struct guid g, *kept;
	char text[39], *at;

	if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
		return err_set(e, E_FAILED, "This server has no random numbers.");
	g = guid_from_random(chance);
	guid_fmt(&g, is_binary || (t->max_chars && t->max_chars < 36) ? GUID_HEX : GUID_LOWER, text);
	if (is_binary)
		for (at = text; *at; at++)
			if (*at >= 'a')
				*at = (char)(*at - 'a' + 'A');
	*key = arena_dup(a, str_of(text));
	add_name(w, w->v->list->key[0]);
	if (is_binary) {
		kept = ARENA_NEW(a, struct guid);
		*kept = g;
		w->arg[w->n++] = DB_ARG_BYTES(kept->b, sizeof(kept->b));
	} else {
		w->arg[w->n++] = DB_ARG_TEXT(*key);
	}
	return OK;
}

/* The key of a new row out of the fields that were sent. */
static enum outcome
key_of_cells(struct store *s, struct view *v, const struct cell *cell, size_t n, struct str *key,
    struct err *e)
{
	const struct list *l = v->list;
	struct buf text;
	size_t i, at;
	enum outcome rc = OK;

	buf_init(&text, 4 * KIB);
	for (i = 0; rc == OK && i < l->key_n; i++) {
		struct db_arg arg;
		const char joint = KEY_JOINT;

		at = cell_of(l, cell, n, l->key[i]);
		if (at == SIZE_MAX || !cell[at].value.p || !cell[at].value.n) {
			rc = err_set(e, E_INVALID, "A new item needs a value in \"%s\".",
			    at == SIZE_MAX ? l->key[i]
			    : column_label(&l->column[cell[at].column]));
			break;
		}
		rc = value_write(l, &l->column[cell[at].column], cell[at].value, s->arena, &arg, e);
		if (i)
			buf_add(&text, &joint, 1);
		if (arg.type == DB_I64)
			buf_addf(&text, "%lld", (long long)arg.i);
		else
			buf_add_str(&text, l->column[cell[at].column].type == VALUE_BINARY
			    ? cell[at].value : arg.s);
	}
	*key = arena_dup(s->arena, buf_str(&text));
	buf_clear(&text);
	return rc;
}

static enum outcome
insert_cells(struct write *w, const struct cell *cell, size_t n, unsigned group, struct err *e)
{
	struct view *v = w->v;
	const struct list *l = v->list;
	enum outcome rc = OK;
	size_t i;

	for (i = 0; rc == OK && i < n; i++) {
		if (v->column[cell[i].column].group != group)
			continue;
		add_name(w, l->column[cell[i].column].name);
		rc = cell_arg(w, &cell[i], &w->arg[w->n], e);
		w->n++;
	}
	for (i = 0; rc == OK && i < l->constant_n; i++) {
		if (cell_of(l, cell, n, l->constant[i].column) != SIZE_MAX)
			continue;
		add_name(w, l->constant[i].column);
		w->arg[w->n++] = DB_ARG_TEXT(l->constant[i].value);
	}
	return rc;
}

/* The base table that gets the row: the key's; where that is computed, the first cell's. */
static unsigned
main_group(const struct view *v, const struct cell *cell, size_t n)
{
	unsigned group = v->key_group;
	size_t i;

	for (i = 0; !group && i < n; i++)
		group = v->column[cell[i].column].group;
	return group;
}

/*
 * A new item may bring no value at all. MariaDB takes an empty list of columns
 * for tables and not for views (1136), so one column is named for its default.
 */
static void
name_a_default(struct write *w, unsigned group)
{
	const struct view *v = w->v;
	const struct list *l = v->list;
	size_t i, best = SIZE_MAX;

	for (i = 0; i < l->column_n; i++) {
		if (v->column[i].group != group || v->column[i].is_computed)
			continue;
		if (best == SIZE_MAX || l->column[i].has_default || l->column[i].is_nullable)
			best = i;
	}
	add_name(w, best == SIZE_MAX ? l->key[0] : l->column[best].name);
	buf_addf(&w->sql, ") VALUES (DEFAULT)");
}

static enum outcome
insert_main(struct write *w, const struct cell *cell, size_t n, unsigned group, struct str *key,
    struct err *e)
{
	const struct list *l = w->v->list;
	uint64_t affected = 0, id = 0;
	enum outcome rc = OK;
	size_t i;

	buf_addf(&w->sql, "INSERT INTO %s (", w->v->name);
	if (l->key_from == KEY_UUID)
		rc = make_uuid(w, key, e);
	else if (l->key_from == KEY_FIELDS)
		rc = key_of_cells(w->s, w->v, cell, n, key, e);
	if (rc == OK)
		rc = insert_cells(w, cell, n, group, e);
	if (w->n == 0) {
		name_a_default(w, group);
	} else {
		buf_addf(&w->sql, ") VALUES (");
		for (i = 0; i < w->n; i++)
			buf_addf(&w->sql, "%s?", i ? ", " : "");
		buf_addf(&w->sql, ")");
	}
	if (rc != OK) {
		buf_clear(&w->sql);
		return rc;
	}
	rc = write_run(w, &affected, &id, e);
	if (rc == OK && l->key_from == KEY_AUTO) {
		*key = arena_fmt(w->s->arena, "%llu", (unsigned long long)id);
		if (!id)
			rc = err_set(e, E_INVALID, "The database gave the new row no number. The "
			    "administrator can choose another key_from for this list.");
	}
	return rc;
}

/* A number without leading zeros reads back as it was written. */
static bool
is_plain_key(const struct view *v)
{
	return v->where_n == 1 && v->key[0].class == COLUMN_INTEGER &&
	    !strstr(v->key[0].full, "zerofill");
}

/*
 * The key as the view says it: "10.5" became "10.50", a blank at the end was
 * not kept, a trigger wrote it in capitals. The one row that has the key for
 * the server; where a collation calls several equal, that of the same bytes.
 */
static enum outcome
key_as_read(struct store *s, struct view *v, struct str *key, struct err *e)
{
	struct db_arg arg[LIMIT_KEY_PARTS];
	struct str read = STR_NULL;
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width, n = 0;
	enum outcome rc;

	if (is_plain_key(v) || !view_key_args(v, *key, arg))
		return OK;
	rc = view_prepare(s, v, VIEW_ROWS_1, &st, e);
	if (rc == OK)
		rc = db_run(st, arg, v->where_n, e);
	while (rc == OK && !db_shape_changed(st) && (rc = db_next(st, &col, &width, e)) == OK) {
		if (n++ == 0 || str_eq(col[0], *key))
			read = arena_dup(s->arena, col[0]);
	}
	if (st)
		db_reset(st);
	if (rc != OK && rc != E_NOT_FOUND)
		return view_failed(s, v, rc, e);
	if (read.p && (n == 1 || str_eq(read, *key)))
		*key = read;
	return OK;
}

enum outcome
store_row_insert(struct store *s, const struct list *l, const struct cell *cell, size_t n,
    struct str *key, struct err *e)
{
	struct view *v;
	struct write w;
	unsigned group;
	size_t i, other = 0;
	struct cell *rest;
	enum outcome rc = view_of(s, l, &v, e);

	*key = STR_NULL;
	if (rc != OK)
		return rc;
	if (l->write != WRITE_VIEW)
		return err_set(e, E_DENIED, "New items cannot be added to this list.");
	cell = written_cells(s, v, cell, &n, true);
	rest = ARENA_ARRAY(s->arena, struct cell, n);
	group = main_group(v, cell, n);
	for (i = 0; i < n; i++) {
		unsigned g = v->column[cell[i].column].group;

		if (g == 0 && cell[i].value.p && cell[i].value.n)
			return not_writable(&l->column[cell[i].column], e);
		if (g && g != group)
			rest[other++] = cell[i];
	}
	write_start(&w, s, v, n + l->constant_n + 1);
	w.cell = cell;
	w.cell_n = n;
	w.is_new = true;
	rc = insert_main(&w, cell, n, group, key, e);
	if (rc == OK)
		rc = key_as_read(s, v, key, e);
	/* what lies in other base tables goes where there is a row for it */
	if (rc == OK && other)
		rc = store_row_update(s, l, *key, rest, other, e);
	return rc;
}
