/*
 * content.c -- the content of documents, read out of its column in pieces.
 *
 * A value of megabytes is never in our memory: the server cuts it. All pieces
 * come from one snapshot, in which the row first has to say of its content what
 * the caller saw. Written it is in write.c, as a stream.
 */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>

#include "maria.h"
#include "view.h"

#define PIECE_BYTES (4 * MIB)  /* of one read: the server reads the whole value for each */

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
	view_content_sql(r->v, r->column, select, &sql);
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
	rc = db_exec(s->db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", e);
	if (rc == OK)
		rc = db_exec(s->db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", e);
	if (rc == OK)
		rc = is_unchanged(&r, value, e);
	if (rc == OK)
		rc = read_pieces(&r, at, n, to, e);
	db_rollback(s->db);
	return rc == E_NOT_FOUND ? err_set(e, rc, "The document is not there any more.") : rc;
}
