/*
 * content.c -- the content of documents: read out of its column in pieces,
 * written as a stream.
 *
 * A value of megabytes is never in our memory: the server cuts it. All pieces
 * come from one snapshot, in which the row first has to say of its content what
 * the caller saw.
 */
#include "content.h"

#include <inttypes.h>
#include <stdio.h>

#include "maria.h"
#include "store.h"

#define PIECE_BYTES (4 * MIB)  /* of one read: the server reads the whole value for each */

/* ---- texts ---- */

static void
column_sql(struct buf *b, const struct view *v, size_t i)
{
	buf_addf(b, v->content ? "w." : "v.");
	(void)view_ident(b, v->list->column[i].name);
}

/* "v.`a` = w.`a` AND ...": the key of the view in content_view w. */
static void
join_sql(struct buf *b, const struct view *v)
{
	for (size_t i = 0; i < v->list->key_n; i++) {
		buf_addf(b, "%sw.", i ? " AND " : "");
		(void)view_ident(b, v->list->key[i]);
		buf_addf(b, " = v.");
		(void)view_ident(b, v->list->key[i]);
	}
}

void
content_value_sql(struct buf *b, const struct view *v, size_t i, const char *prefix)
{
	struct buf column;

	buf_init(&column, KIB);
	column_sql(&column, v, i);
	if (v->content)
		buf_addf(b, "(SELECT ");
	buf_addf(b, "CONCAT(");
	if (prefix)
		buf_addf(b, "%s, LENGTH(LENGTH(%s)) + 65, ':', ", prefix, column.p);
	buf_addf(b, "LENGTH(%s), ':', SHA2(%s, 256))", column.p, column.p);
	if (v->content) {
		buf_addf(b, " FROM %s w WHERE ", v->content);
		join_sql(b, v);
		buf_addf(b, ")");
	}
	buf_clear(&column);
}

/* Of the row of `exact` (with its parameters). select: SQL with '@' for the column. */
static void
select_sql(struct buf *b, const struct view *v, size_t column, const char *select)
{
	buf_addf(b, "SELECT ");
	for (; *select; select++) {
		if (*select == '@')
			column_sql(b, v, column);
		else
			buf_add(b, select, 1);
	}
	buf_addf(b, " FROM %s v", v->name);
	if (v->content) {
		buf_addf(b, " JOIN %s w ON ", v->content);
		join_sql(b, v);
	}
	buf_addf(b, " WHERE %s", v->exact);
}

/* ---- reading ---- */

struct reading {
	struct store *s;
	struct view *v;
	size_t column;
	struct str key;
};

/*
 * One row with one value of the content; select: SQL with '@' for the column and
 * numbers of ours. The shape of such a value follows from the numbers, so it is
 * prepared anew. The caller unprepares *st.
 */
static enum outcome
ask(struct reading *r, const char *select, struct db_stmt **st, struct str *out, struct err *e)
{
	struct db_arg arg[2 * LIMIT_KEY_PARTS];
	const struct str *col;
	size_t width;
	struct buf sql;
	enum outcome rc;

	*st = NULL;
	*out = STR_NULL;
	if (!view_exact_args(r->v, r->key, arg))
		return E_NOT_FOUND;
	buf_init(&sql, 64 * KIB);
	select_sql(&sql, r->v, r->column, select);
	rc = sql.failed ? err_set(e, E_LIMIT, "The names of the view are too long.")
	    : db_prepare(r->s->db, sql.p, st, e);
	buf_clear(&sql);
	if (rc == OK)
		rc = db_run(*st, arg, r->v->exact_n, e);
	if (rc == OK && db_shape_changed(*st))
		return view_stale(r->v, e);
	if (rc == OK)
		rc = db_next(*st, &col, &width, e);
	if (rc == OK)
		*out = col[0];
	return rc == E_NOT_FOUND ? rc : view_failed(r->s, r->v, rc, e);
}

static enum outcome
is_unchanged(struct reading *r, struct str value, struct err *e)
{
	struct db_stmt *st;
	struct str now;
	enum outcome rc = ask(r, "CONCAT(LENGTH(@), ':', SHA2(@, 256))", &st, &now, e);

	if (rc == OK && !str_eq(now, value))
		rc = err_set(e, E_CONFLICT, "The document was changed at this moment.");
	db_unprepare(&st);
	return rc;
}

static enum outcome
read_pieces(struct reading *r, uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	enum outcome rc = OK;

	while (rc == OK && n && !to->failed) {
		uint64_t take = n < PIECE_BYTES ? n : PIECE_BYTES;
		char select[96];
		struct db_stmt *st;
		struct str piece;

		snprintf(select, sizeof(select), "SUBSTRING(@, %" PRIu64 ", %" PRIu64 ")", at + 1,
		    take);
		rc = ask(r, select, &st, &piece, e);
		if (rc == OK && piece.n != take)
			rc = err_set(e, E_FAILED, "The database gave less of the document than it "
			    "says that there is.");
		if (rc == OK)
			sink_write(to, piece.p, piece.n);
		db_unprepare(&st);
		at += take;
		n -= take;
	}
	return rc;
}

enum outcome
store_document_read(struct store *s, const struct list *l, struct str key, struct str value,
    uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	int column = list_column(l, FIELD_CONTENT);
	struct reading r = { .s = s, .key = key, .column = (size_t)column };
	enum outcome rc = view_of(s, l, &r.v, e);

	if (rc != OK || !n)
		return rc;
	if (column < 0)
		return err_set(e, E_NOT_FOUND, "This list has no documents.");
	rc = maria_snapshot(s, e);
	if (rc == OK)
		rc = is_unchanged(&r, value, e);
	if (rc == OK)
		rc = read_pieces(&r, at, n, to, e);
	db_rollback(s->db);
	return rc == E_NOT_FOUND ? err_set(e, rc, "The document is not there any more.") : rc;
}

/* ---- writing ---- */

enum outcome
content_arg(const struct cell *cell, struct db_arg *out, struct err *e)
{
	if (cell->value.p && !cell->bytes)
		return err_set(e, E_INVALID, "The content of a document is sent as a file, not as "
		    "a field.");
	if (!cell->value.p)
		*out = (struct db_arg){ .type = DB_NULL };
	else if (!cell->bytes->size)
		*out = DB_ARG_BYTES("", 0);
	else
		*out = DB_ARG_STREAM(cell->bytes);
	return OK;
}

/* The names of the key, each behind that text. */
static void
key_sql(struct buf *b, const struct view *v, const char *before)
{
	for (size_t i = 0; i < v->list->key_n; i++) {
		buf_addf(b, "%s", before);
		(void)view_ident(b, v->list->key[i]);
	}
}

static enum outcome
run_write(struct store *s, struct view *v, struct buf *sql, const struct db_arg *arg,
    uint64_t *found, struct err *e)
{
	struct db_stmt *st = NULL;
	enum outcome rc = view_write(s, v, buf_str(sql), arg, 1 + v->exact_n, &st, e);

	if (rc == OK)
		*found = db_affected(st);
	buf_clear(sql);
	return view_write_failed(s, v, rc, e);
}

enum outcome
content_write(struct store *s, struct view *v, struct str key, const struct cell *cell,
    struct err *e)
{
	const char *name = v->list->column[cell->column].name;
	struct db_arg arg[1 + 2 * LIMIT_KEY_PARTS];
	uint64_t found = 0;
	struct buf sql;
	enum outcome rc = content_arg(cell, &arg[0], e);

	if (rc != OK)
		return rc;
	if (!view_exact_args(v, key, &arg[1]))
		return err_set(e, E_RETRY, "The row is gone.");
	buf_init(&sql, 64 * KIB);
	buf_addf(&sql, "UPDATE %s v SET v.", v->content);
	(void)view_ident(&sql, name);
	buf_addf(&sql, " = ? WHERE %s", v->exact);
	rc = run_write(s, v, &sql, arg, &found, e);
	if (rc != OK || found)
		return rc;
	buf_init(&sql, 64 * KIB);
	buf_addf(&sql, "INSERT INTO %s (", v->content);
	(void)view_ident(&sql, name);
	key_sql(&sql, v, ", ");
	buf_addf(&sql, ") SELECT ?");
	key_sql(&sql, v, ", v.");
	buf_addf(&sql, " FROM %s v WHERE %s", v->name, v->exact);
	rc = run_write(s, v, &sql, arg, &found, e);
	return rc == OK && !found ? err_set(e, E_RETRY, "The row is gone.") : rc;
}
