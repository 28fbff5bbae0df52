/*
 * feed.c -- answers: items with their rows, streamed from one statement, which
 * is one consistent snapshot.
 *
 * The text protocol is used: only integers vary, and rows come without a copy.
 * Items are read in the order of an index of ours and the view is looked up by
 * its key (LEFT JOIN: a row that is away for a moment must be noticed, too), so
 * memory and time to the first row do not grow with the list.
 */
#include "store.h"

#include <stdio.h>

#include "view.h"

struct feed {
	struct store *s;
	struct view *v;
	store_each *each;
	void *arg;
	uint32_t last_id;       /* a key that comes twice would deliver its item twice */
	uint64_t last_changed;
	uint32_t delivered;
	uint64_t read;          /* rows of the statement */
};

static enum outcome
feed_row(struct feed *f, const struct str *col, struct err *e)
{
	struct view *v = f->v;
	struct item item;
	struct row row;

	maria_item(col, &item);
	f->read++;
	if (item.id == f->last_id)
		return OK;
	f->last_id = item.id;
	f->last_changed = item.changed;
	f->delivered++;
	if (item.state != ITEM_LIVE)
		return f->each(f->arg, &item, NULL, e);
	arena_reset(&v->scratch);
	if (col[ITEM_COLUMN_N].p) {
		view_row(f->s, v, col + ITEM_COLUMN_N, &v->scratch, v->value, &row);
	} else {
		row = (struct row){ .state = ROW_ABSENT, .key = item.key,
			.created = INT64_MIN, .modified = INT64_MIN };
	}
	return f->each(f->arg, &item, &row, e);
}

static enum outcome
feed_run(struct feed *f, struct buf *sql, struct err *e)
{
	struct db_stmt *st = NULL, *like;
	const struct str *col;
	size_t n;
	enum outcome rc;

	if (sql->failed)
		return err_set(e, E_LIMIT, "The list has too many columns.");
	rc = view_prepare(f->s, f->v, VIEW_ROWS_1, &like, e);
	if (rc == OK)
		rc = db_query(f->s->db, sql->p, &st, e);
	if (rc != OK)
		return view_failed(f->s, f->v, rc, e);
	if (!db_shape_like(st, like)) {
		db_unprepare(&st);
		return view_stale(f->v, e);
	}
	while ((rc = db_next(st, &col, &n, e)) == OK) {
		rc = feed_row(f, col, e);
		if (rc != OK)
			break;
	}
	/* an error of the statement is the database's; one of each() is the caller's */
	if (rc != OK && rc != E_NOT_FOUND && db_errno(f->s->db))
		rc = view_failed(f->s, f->v, rc, e);
	db_unprepare(&st);
	return rc == E_NOT_FOUND ? OK : rc;
}

static void
limit_sql(struct buf *b, uint32_t limit, uint32_t delivered)
{
	if (limit)
		buf_addf(b, " LIMIT %u", limit - delivered);
}

/* The statement gave all rows that it was allowed, but some of them were one item twice. */
static bool
is_short(const struct feed *f, uint64_t read_before, uint32_t limit, uint32_t asked)
{
	return limit && f->delivered < limit && f->read - read_before == asked;
}

enum outcome
store_walk(struct store *s, const struct list *l, const struct walk *w, store_each *each, void *arg,
    struct err *e)
{
	struct feed f = { .s = s, .each = each, .arg = arg };
	uint32_t from = w->from, asked;
	uint64_t before;
	struct buf b;
	enum outcome rc = view_of(s, l, &f.v, e);

	buf_init(&b, 4 * MIB);
	while (rc == OK) {
		buf_reset(&b);
		buf_addf(&b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i FORCE INDEX (PRIMARY) "
		    "LEFT JOIN %s v ON %s WHERE i.list = %u AND i.gone = 0 AND i.is_bad = 0",
		    f.v->select, f.v->name, f.v->join, l->no);
		if (from)
			buf_addf(&b, " AND i.id %c %u", w->is_descending ? '<' : '>', from);
		buf_addf(&b, " ORDER BY i.id%s", w->is_descending ? " DESC" : "");
		limit_sql(&b, w->limit, f.delivered);
		asked = w->limit - f.delivered;
		before = f.read;
		rc = feed_run(&f, &b, e);
		if (rc != OK || !is_short(&f, before, w->limit, asked))
			break;
		from = f.last_id;
	}
	buf_clear(&b);
	return rc;
}

enum outcome
store_diff(struct store *s, const struct list *l, uint64_t after, uint64_t upto, uint32_t limit,
    store_each *each, void *arg, struct err *e)
{
	struct feed f = { .s = s, .each = each, .arg = arg };
	uint32_t asked;
	uint64_t before;
	struct buf b;
	enum outcome rc = view_of(s, l, &f.v, e);

	buf_init(&b, 4 * MIB);
	while (rc == OK) {
		buf_reset(&b);
		buf_addf(&b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i FORCE INDEX (item_changed) "
		    "LEFT JOIN %s v ON i.gone = 0 AND %s WHERE i.list = %u AND i.changed > %llu "
		    "AND i.changed <= %llu ORDER BY i.changed", f.v->select, f.v->name, f.v->join,
		    l->no, (unsigned long long)after, (unsigned long long)upto);
		limit_sql(&b, limit, f.delivered);
		asked = limit - f.delivered;
		before = f.read;
		rc = feed_run(&f, &b, e);
		if (rc != OK || !is_short(&f, before, limit, asked))
			break;
		after = f.last_changed;
	}
	buf_clear(&b);
	return rc;
}

/* ---- one ---- */

struct one {
	struct arena *arena;
	struct item *item;
	struct row *row;
	size_t column_n;
};

static enum outcome
keep_one(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct one *o = arg;
	struct str *value;
	size_t i;

	(void)e;
	*o->item = *item;
	maria_item_keep(o->arena, o->item);
	if (!row)
		return OK;
	*o->row = *row;
	o->row->key = arena_dup(o->arena, row->key);
	if (!row->value)
		return OK;
	o->row->value = value = ARENA_ARRAY(o->arena, struct str, o->column_n);
	for (i = 0; i < o->column_n; i++)
		value[i] = arena_dup(o->arena, row->value[i]);
	if (row->reason)
		o->row->reason = arena_dup(o->arena, str_of(row->reason)).p;
	return OK;
}

enum outcome
store_one(struct store *s, const struct list *l, uint32_t id, struct item *item, struct row *row,
    struct err *e)
{
	struct one one = { .arena = s->arena, .item = item, .row = row, .column_n = l->column_n };
	struct feed f = { .s = s, .each = keep_one, .arg = &one };
	struct buf b;
	enum outcome rc = view_of(s, l, &f.v, e);

	memset(item, 0, sizeof(*item));
	*row = (struct row){ .state = ROW_ABSENT, .created = INT64_MIN, .modified = INT64_MIN };
	if (rc != OK)
		return rc;
	buf_init(&b, 4 * MIB);
	buf_addf(&b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i LEFT JOIN %s v ON i.gone = 0 AND %s "
	    "WHERE i.list = %u AND i.id = %u", f.v->select, f.v->name, f.v->join, l->no, id);
	rc = feed_run(&f, &b, e);
	buf_clear(&b);
	if (rc == OK && f.read > 1 && row->state != ROW_ABSENT) {
		row->state = ROW_BAD;
		row->reason = "the key comes more than once in the view";
	}
	return rc;
}
