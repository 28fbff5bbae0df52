/*
 * feed.c -- answers: items with their rows, streamed from one statement, which
 * is one consistent snapshot.
 *
 * A walk uses the text protocol: only integers vary, and rows come without a
 * copy. Differences and single items are short and often: prepared. Items are
 * read in the order of an index of ours and the view is looked up by its key, so
 * memory and time to the first row do not grow with the list. The join is an
 * outer one everywhere: a row that is away must be told, for it may come back
 * unchanged before anybody has numbered its absence.
 */
#include "store.h"

#include <stdio.h>

#include "kind.h"
#include "stamp.h"
#include "view.h"

struct feed {
	struct store *s;
	struct view *v;
	store_each *each;
	void *arg;
	uint32_t seen_id;       /* a key that comes twice would deliver its item twice */
	uint64_t seen_changed;
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
	if (item.id == f->seen_id)
		return OK;
	f->seen_id = item.id;
	f->seen_changed = item.changed;
	if (item.state != ITEM_LIVE) {
		f->delivered++;
		return f->each(f->arg, &item, NULL, e);
	}
	arena_reset(&v->scratch);
	if (key_is_inner(item.key, NULL, NULL)) {
		view_inner_row(v, &item, &row);
	} else if (str_eq(col[ITEM_COLUMN_N], item.key)) {
		view_row(f->s, v, col + ITEM_COLUMN_N, &v->scratch, v->value, &row);
		if (memcmp(row.print, item.print, sizeof(row.print)) != 0)
			view_judge(v, &v->scratch, &row);
	} else {
		row = (struct row){ .state = ROW_ABSENT, .key = item.key,
			.created = INT64_MIN, .modified = INT64_MIN };
	}
	f->delivered++;
	return f->each(f->arg, &item, &row, e);
}

/* Read a running statement to its end and end it. */
static enum outcome
feed_read(struct feed *f, struct db_stmt *st, struct err *e)
{
	const struct str *col;
	enum outcome rc = OK, rc_each = OK;
	size_t n;

	while (rc_each == OK && (rc = db_next(st, &col, &n, e)) == OK)
		rc_each = feed_row(f, col, e);
	db_reset(st);
	if (rc_each != OK)
		return rc_each;
	return rc == E_NOT_FOUND ? OK : view_failed(f->s, f->v, rc, e);
}

static enum outcome
other_shape(struct feed *f, const char *what, struct err *e)
{
	enum outcome rc = view_stale(f->v, e);

	err_detail(e, "%s has another type than when the list was bound", what);
	return rc;
}

/* Text that holds integers only. */
static enum outcome
feed_text(struct feed *f, struct buf *sql, struct err *e)
{
	struct db_stmt *st = NULL, *like;
	const char *unlike;
	enum outcome rc;

	if (sql->failed)
		return err_set(e, E_LIMIT, "The list has too many columns.");
	rc = view_prepare(f->s, f->v, VIEW_ROWS_1, &like, e);
	if (rc == OK)
		rc = db_query(f->s->db, sql->p, &st, e);
	if (rc != OK)
		return view_failed(f->s, f->v, rc, e);
	unlike = db_shape_unlike(st, like);
	rc = unlike ? other_shape(f, unlike, e) : feed_read(f, st, e);
	db_unprepare(&st);
	return rc;
}

static enum outcome
feed_stmt(struct feed *f, enum view_stmt which, const struct db_arg *arg, size_t n, struct err *e)
{
	struct db_stmt *st = NULL, *like;
	enum outcome rc = view_prepare(f->s, f->v, VIEW_ROWS_1, &like, e);
	bool is_first = !f->v->stmt[which];
	const char *unlike = NULL;

	if (rc == OK)
		rc = view_prepare(f->s, f->v, which, &st, e);
	if (rc == OK)
		rc = db_run(st, arg, n, e);
	if (rc != OK)
		return view_failed(f->s, f->v, rc, e);
	if (is_first)
		unlike = db_shape_unlike(st, like);
	if (db_shape_changed(st))
		unlike = "a column";
	if (unlike) {
		db_reset(st);
		return other_shape(f, unlike, e);
	}
	return feed_read(f, st, e);
}

/* The statement gave all rows that it was allowed, but not all of them were an item of their own. */
static bool
is_short(const struct feed *f, uint64_t read_before, uint32_t limit, uint32_t asked)
{
	return limit && f->delivered < limit && f->read - read_before == asked;
}

/*
 * Items of their own as they stand in the index, then those that belong together,
 * of one snapshot. Sorting them all at once would read the table once more, in the
 * order of chance.
 */
static enum outcome
walk_grouped(struct feed *f, const struct list *l, struct buf *b, struct err *e)
{
	static const char *const part[] = {
		"i.uid IS NULL ORDER BY i.id", "i.uid IS NOT NULL ORDER BY i.uid, i.place, i.id"
	};
	static const char *const index[] = { "PRIMARY", "item_uid" };
	enum outcome rc = maria_snapshot(f->s, e);

	for (size_t i = 0; rc == OK && i < 2; i++) {
		buf_reset(b);
		buf_addf(b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i FORCE INDEX (%s) LEFT JOIN "
		    "%s v ON %s WHERE i.list = %u AND i.gone = 0 AND i.is_bad = 0 AND %s",
		    f->v->select, index[i], f->v->name, f->v->join, l->no, part[i]);
		rc = feed_text(f, b, e);
	}
	db_rollback(f->s->db);
	return rc;
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
	if (rc == OK && w->is_grouped && !w->limit && !w->from) {
		rc = walk_grouped(&f, l, &b, e);
		buf_clear(&b);
		return rc;
	}
	while (rc == OK) {
		buf_reset(&b);
		buf_addf(&b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i FORCE INDEX (PRIMARY) "
		    "LEFT JOIN %s v ON %s WHERE i.list = %u AND i.gone = 0 AND i.is_bad = 0",
		    f.v->select, f.v->name, f.v->join, l->no);
		if (from)
			buf_addf(&b, " AND i.id %c %u", w->is_descending ? '<' : '>', from);
		buf_addf(&b, " ORDER BY i.id%s", w->is_descending ? " DESC" : "");
		asked = w->limit - f.delivered;
		if (w->limit)
			buf_addf(&b, " LIMIT %u", asked);
		before = f.read;
		rc = feed_text(&f, &b, e);
		if (rc != OK || !is_short(&f, before, w->limit, asked))
			break;
		from = f.seen_id;
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
	enum outcome rc = view_of(s, l, &f.v, e);

	while (rc == OK) {
		asked = limit - f.delivered;
		before = f.read;
		const struct db_arg args[] = {
			DB_ARG_U64(l->no), DB_ARG_U64(after), DB_ARG_U64(upto), DB_ARG_U64(asked)
		};

		rc = feed_stmt(&f, VIEW_DIFF, args, 4, e);
		if (rc != OK || !is_short(&f, before, limit, asked))
			break;
		after = f.seen_changed;
	}
	return rc;
}

/* ---- a span of time ---- */

#define SPAN_SLACK (2 * 86400) /* whatever the zone of the column */

static bool
is_date(const struct list *l, int column)
{
	return column >= 0 && (l->column[column].class == COLUMN_DATE ||
	    l->column[column].class == COLUMN_DATETIME ||
	    l->column[column].class == COLUMN_TIMESTAMP);
}

/* " AND v.`start` < '2026-04-01 00:00:00'" */
static void
add_bound(struct buf *b, const struct list *l, int column, const char *op, int64_t t)
{
	char text[STAMP_TEXT];

	buf_addf(b, "v.");
	(void)view_ident(b, l->column[column].name);
	buf_addf(b, " %s '%s'", op, stamp_sql(t, text));
}

enum outcome
store_between(struct store *s, const struct list *l, int64_t from, int64_t to, uint32_t limit,
    store_each *each, void *arg, struct err *e)
{
	int start = list_column(l, FIELD_START), end = list_column(l, FIELD_END);
	int rule = list_column(l, FIELD_RRULE);
	struct feed f = { .s = s, .each = each, .arg = arg };
	struct buf b;
	enum outcome rc = view_of(s, l, &f.v, e);

	if (rc != OK)
		return rc;
	buf_init(&b, 4 * MIB);
	buf_addf(&b, "SELECT " ITEM_COLUMNS ", %s FROM %s v JOIN ows_item i FORCE INDEX (item_key) "
	    "ON i.list = %u AND i.skey = CAST(%s AS BINARY) AND i.gone = 0 AND i.is_bad = 0",
	    f.v->select, f.v->name, l->no, f.v->key_text);
	if (is_date(l, start)) {
		buf_addf(&b, " WHERE ");
		add_bound(&b, l, start, "<", to + SPAN_SLACK);
		buf_addf(&b, " AND (");
		add_bound(&b, l, is_date(l, end) ? end : start, ">=", from - SPAN_SLACK);
		if (rule >= 0) {
			buf_addf(&b, " OR v.");
			(void)view_ident(&b, l->column[rule].name);
			buf_addf(&b, " <> ''");
		}
		buf_addf(&b, ")");
	}
	buf_addf(&b, " LIMIT %u", limit);
	rc = feed_text(&f, &b, e);
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
	const struct db_arg args[] = { DB_ARG_U64(l->no), DB_ARG_U64(id) };
	enum outcome rc = view_of(s, l, &f.v, e);

	memset(item, 0, sizeof(*item));
	*row = (struct row){ .state = ROW_ABSENT, .created = INT64_MIN, .modified = INT64_MIN };
	if (rc == OK)
		rc = feed_stmt(&f, VIEW_ONE, args, 2, e);
	if (rc == OK && f.read > 1 && row->state != ROW_ABSENT) {
		row->state = ROW_BAD;
		row->reason = "the key comes more than once in the view";
	}
	return rc;
}
