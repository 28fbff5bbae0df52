/*
 * source_file.c -- files in a table of the list's own ([attachments] of its
 * provider file).
 *
 * Rows of that table are found through the view, so that its key has one form
 * and somebody else's row is never met. Bytes travel in pieces; a version of a
 * file is what the sync database remembers under the mark of its bytes, and
 * reading begins with that mark.
 */
#include "source_file.h"

#include <inttypes.h>
#include <stdio.h>

#include "limits.h"
#include "view.h"

#define PIECE_BYTES (4 * MIB)  /* of one read: the server reads the whole value for each */
#define SQL_BYTES (64 * KIB)

/* ---- texts ---- */

static void
column(struct buf *b, const char *name)
{
	buf_addf(b, "t.");
	(void)view_ident(b, name);
}

/* The name as bytes of UTF-8, whatever its column is. */
static void
name_sql(const struct view *v, struct buf *b)
{
	buf_addf(b, "CAST(CONVERT(");
	column(b, v->list->files.name);
	buf_addf(b, " USING utf8mb4) AS BINARY)");
}

/* What differs when the bytes do: 64 hex digits. */
static void
mark_sql(const struct view *v, struct buf *b)
{
	const struct file_table *f = &v->list->files;

	buf_addf(b, f->modified ? "SHA2(CONCAT(COALESCE(LENGTH(" : "SHA2(COALESCE(");
	column(b, f->content);
	if (f->modified) {
		buf_addf(b, "), 0), '/', COALESCE(");
		column(b, f->modified);
	}
	buf_addf(b, f->modified ? ", '')), 256)" : ", ''), 256)");
}

static void
table_sql(const struct view *v, struct buf *b)
{
	(void)view_ident(b, v->list->files.schema);
	buf_addf(b, ".");
	(void)view_ident(b, v->list->files.table);
	buf_addf(b, " t");
}

/* t's columns are the view's key. */
static void
join_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;

	for (size_t i = 0; i < l->key_n; i++) {
		buf_addf(b, i ? " AND " : "");
		column(b, l->files.key[i]);
		buf_addf(b, " = v.");
		(void)view_ident(b, l->key[i]);
	}
}

/* " FROM view v JOIN table t ON ... WHERE key = ?" */
static void
from_sql(const struct view *v, struct buf *b)
{
	buf_addf(b, " FROM %s v JOIN ", v->name);
	table_sql(v, b);
	buf_addf(b, " ON ");
	join_sql(v, b);
	buf_addf(b, " WHERE %s", v->exact);
}

static void
and_name_sql(const struct view *v, struct buf *b)
{
	buf_addf(b, " AND ");
	name_sql(v, b);
	buf_addf(b, " = ?");
}

void
source_file_scan_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;

	buf_addf(b, "SET STATEMENT sql_mode = '', join_cache_level = DEFAULT FOR "
	    "INSERT INTO ows_inbox (list, skey, is_changed) SELECT %u, k.skey, 0 FROM ("
	    "SELECT i.skey FROM %s v JOIN ", l->no, v->name);
	table_sql(v, b);
	buf_addf(b, " ON ");
	join_sql(v, b);
	buf_addf(b, " JOIN ows_item i ON i.list = %u AND i.gone = 0 AND i.skey = CAST(%s AS BINARY) "
	    "LEFT JOIN ows_file f ON f.list = i.list AND f.item = i.id AND f.gone = 0 "
	    "AND CAST(f.name AS BINARY) = ", l->no, v->key_text);
	name_sql(v, b);
	buf_addf(b, " AND f.digest = UNHEX(");
	mark_sql(v, b);
	buf_addf(b, ") WHERE f.guid IS NULL AND ");
	column(b, l->files.name);
	buf_addf(b, " IS NOT NULL UNION SELECT i.skey FROM ows_file f JOIN ows_item i "
	    "ON i.list = f.list AND i.id = f.item AND i.gone = 0 JOIN %s v ON %s "
	    "AND CAST(%s AS BINARY) = i.skey LEFT JOIN ", v->name, v->join, v->key_text);
	table_sql(v, b);
	buf_addf(b, " ON ");
	join_sql(v, b);
	buf_addf(b, " AND ");
	name_sql(v, b);
	buf_addf(b, " = CAST(f.name AS BINARY) WHERE f.list = %u AND f.gone = 0 AND ", l->no);
	column(b, l->files.name);
	buf_addf(b, " IS NULL) k");
}

/* ---- running ---- */

struct args { const struct db_arg *arg; size_t n; };

/* One statement over the row with that key; the parameters stand before and behind the key's. */
static enum outcome
run(struct store *s, struct view *v, const struct buf *sql, struct str key, struct args before,
    struct args after, struct db_stmt **st, struct err *e)
{
	struct db_arg arg[2 * LIMIT_KEY_PARTS + 4];
	size_t n = 0;
	enum outcome rc;

	*st = NULL;
	if (sql->failed)
		return err_set(e, E_LIMIT, "The names of the view are too long.");
	for (size_t i = 0; i < before.n; i++)
		arg[n++] = before.arg[i];
	if (!view_exact_args(v, key, arg + n))
		return E_NOT_FOUND;
	n += v->exact_n;
	for (size_t i = 0; i < after.n; i++)
		arg[n++] = after.arg[i];
	rc = db_prepare(s->db, sql->p, st, e);
	return rc == OK ? db_run(*st, arg, n, e) : rc;
}

static bool
hex_to(struct str hex, unsigned char out[HASH_LEN])
{
	for (size_t i = 0; i < HASH_LEN && hex.n == 2 * HASH_LEN; i++) {
		const char digits[3] = { hex.p[2 * i], hex.p[2 * i + 1], '\0' };
		unsigned byte;

		if (sscanf(digits, "%2x", &byte) != 1)
			return false;
		out[i] = (unsigned char)byte;
	}
	return hex.n == 2 * HASH_LEN;
}

enum outcome
store_source_files(struct store *s, const struct list *l, struct str key, struct file **files,
    size_t *n, struct err *e)
{
	const struct args none = { NULL, 0 };
	struct db_stmt *st = NULL;
	const struct str *col;
	struct view *v;
	struct buf b;
	size_t width;
	enum outcome rc = view_of(s, l, &v, e);

	*n = 0;
	*files = ARENA_ARRAY(s->arena, struct file, LIMIT_ITEM_FILES);
	if (rc != OK)
		return rc;
	buf_init(&b, SQL_BYTES);
	buf_addf(&b, "SELECT ");
	name_sql(v, &b);
	buf_addf(&b, ", COALESCE(LENGTH(");
	column(&b, l->files.content);
	buf_addf(&b, "), 0), ");
	mark_sql(v, &b);
	from_sql(v, &b);
	buf_addf(&b, " AND ");
	column(&b, l->files.name);
	buf_addf(&b, " IS NOT NULL ORDER BY 1 LIMIT %d", LIMIT_ITEM_FILES);
	rc = run(s, v, &b, key, none, none, &st, e);
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		struct file *f = &(*files)[*n];

		*f = (struct file){ .name = arena_dup(s->arena, col[0]),
			.size = maria_u64(col[1]), .editor = STR("") };
		*n += hex_to(col[2], f->digest) && *n < LIMIT_ITEM_FILES - 1u;
	}
	buf_clear(&b);
	if (rc != OK && rc != E_NOT_FOUND)
		rc = view_failed(s, v, rc, e);
	db_unprepare(&st);
	return rc == E_NOT_FOUND ? OK : rc;
}

/* Of a new file: name and content first, then the row's key. */
static void
insert_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;

	buf_addf(b, "INSERT INTO ");
	(void)view_ident(b, l->files.schema);
	buf_addf(b, ".");
	(void)view_ident(b, l->files.table);
	buf_addf(b, " (");
	(void)view_ident(b, l->files.name);
	buf_addf(b, ", ");
	(void)view_ident(b, l->files.content);
	for (size_t i = 0; i < l->key_n; i++) {
		buf_addf(b, ", ");
		(void)view_ident(b, l->files.key[i]);
	}
	buf_addf(b, ") SELECT CAST(? AS CHAR CHARACTER SET utf8mb4), ?");
	for (size_t i = 0; i < l->key_n; i++) {
		buf_addf(b, ", v.");
		(void)view_ident(b, l->key[i]);
	}
	buf_addf(b, " FROM %s v WHERE %s", v->name, v->exact);
}

static void
change_sql(const struct view *v, bool is_gone, struct buf *b)
{
	buf_addf(b, is_gone ? "DELETE t FROM " : "UPDATE ");
	table_sql(v, b);
	buf_addf(b, " JOIN %s v ON ", v->name);
	join_sql(v, b);
	if (!is_gone) {
		buf_addf(b, " SET ");
		column(b, v->list->files.content);
		buf_addf(b, " = ?");
	}
	buf_addf(b, " WHERE %s", v->exact);
	and_name_sql(v, b);
}

enum outcome
store_source_file_write(struct store *s, const struct list *l, struct str key, struct str name,
    const struct file_bytes *from, bool is_new, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_BYTES(name.p, name.n), DB_ARG_STREAM(from),
		DB_ARG_BYTES(name.p, name.n) };
	struct args before = { is_new ? arg : arg + 1, is_new ? 2 : from ? 1 : 0 };
	struct args after = { arg + 2, is_new ? 0 : 1 };
	struct db_stmt *st = NULL;
	struct view *v;
	struct buf b;
	enum outcome rc = view_of(s, l, &v, e);

	if (rc != OK)
		return rc;
	buf_init(&b, SQL_BYTES);
	if (is_new)
		insert_sql(v, &b);
	else
		change_sql(v, !from, &b);
	rc = run(s, v, &b, key, before, after, &st, e);
	if (rc == E_NOT_FOUND || (rc == OK && db_affected(st) == 0))
		rc = E_RETRY; /* it came or went since it was looked at */
	else if (rc == OK && db_affected(st) > 1)
		rc = err_set(e, E_INVALID, "The database has more than one file \"%.100s\" of "
		    "this item. Nothing was saved; its administrator has to rename one.",
		    arena_dup(s->arena, name).p);
	else if (rc != OK && rc != E_RETRY && rc != E_LIMIT)
		rc = view_write_failed(s, v, rc, e);
	buf_clear(&b);
	db_unprepare(&st);
	return rc;
}

/* ---- reading ---- */

struct place {
	struct view *v;
	struct str key, name;
	unsigned char mark[HASH_LEN];
};

/* One value of the file: '@' in select is its content, '#' its mark. The caller unprepares. */
static enum outcome
ask(struct store *s, const struct place *p, const char *select, struct db_stmt **st,
    struct str *out, struct err *e)
{
	const struct db_arg name[] = { DB_ARG_BYTES(p->name.p, p->name.n) };
	const struct args none = { NULL, 0 }, after = { name, 1 };
	const struct str *col;
	size_t width;
	struct buf b;
	enum outcome rc;

	buf_init(&b, SQL_BYTES);
	buf_addf(&b, "SELECT ");
	for (; *select; select++) {
		if (*select == '@')
			column(&b, p->v->list->files.content);
		else if (*select == '#')
			mark_sql(p->v, &b);
		else
			buf_add(&b, select, 1);
	}
	from_sql(p->v, &b);
	and_name_sql(p->v, &b);
	*out = STR_NULL;
	rc = run(s, p->v, &b, p->key, none, after, st, e);
	buf_clear(&b);
	if (rc == OK)
		rc = db_next(*st, &col, &width, e);
	if (rc == OK)
		*out = col[0];
	return rc == OK || rc == E_NOT_FOUND ? rc : view_failed(s, p->v, rc, e);
}

static enum outcome
changed(struct err *e)
{
	return err_set(e, E_CONFLICT, "The file was changed at this moment.");
}

/* Inside a snapshot. */
static enum outcome
copy(struct store *s, const struct place *p, uint64_t at, uint64_t n, struct sink *to,
    struct err *e)
{
	unsigned char now[HASH_LEN];
	struct db_stmt *st = NULL;
	struct str got;
	enum outcome rc = ask(s, p, "#", &st, &got, e);

	if (rc == OK && (!hex_to(got, now) || memcmp(now, p->mark, sizeof(now)) != 0))
		rc = changed(e);
	db_unprepare(&st);
	while (rc == OK && n && !to->failed) {
		uint64_t take = n < PIECE_BYTES ? n : PIECE_BYTES;
		char select[80];

		snprintf(select, sizeof(select), "SUBSTRING(@, %" PRIu64 ", %" PRIu64 ")", at + 1,
		    take);
		rc = ask(s, p, select, &st, &got, e);
		if (rc == OK && got.n != take)
			rc = changed(e);
		if (rc == OK)
			sink_write(to, got.p, got.n);
		db_unprepare(&st);
		at += take;
		n -= take;
	}
	return rc;
}

/* Which file of which row; !*is_there: its bytes are in the sync database, or there is none. */
static enum outcome
find_place(struct store *s, const struct list *l, const struct guid *guid, uint32_t version,
    struct place *p, bool *is_there, struct err *e)
{
	static const struct guid none;
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(guid->b, sizeof(guid->b)),
		DB_ARG_U64(version) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width;
	enum outcome rc = maria_run(s, S_FILE_KEY, arg, 3, &st, e);

	*is_there = false;
	if (rc == OK)
		rc = db_next(st, &col, &width, e);
	if (rc == OK && col[2].n == HASH_LEN && col[3].n == sizeof(none.b) &&
	    memcmp(col[3].p, none.b, sizeof(none.b)) == 0) {
		*is_there = true;
		p->key = arena_dup(s->arena, col[0]);
		p->name = arena_dup(s->arena, col[1]);
		memcpy(p->mark, col[2].p, HASH_LEN);
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
source_file_read(struct store *s, const struct list *l, const struct guid *guid, uint32_t version,
    uint64_t at, uint64_t n, struct sink *to, bool *is_there, struct err *e)
{
	struct place p;
	enum outcome rc = find_place(s, l, guid, version, &p, is_there, e);

	if (rc != OK || !*is_there)
		return rc;
	rc = view_of(s, l, &p.v, e);
	if (rc == OK)
		rc = maria_snapshot(s, e);
	if (rc == OK)
		rc = copy(s, &p, at, n, to, e);
	db_rollback(s->db);
	return rc == E_NOT_FOUND ? err_set(e, rc, "The file is not there any more.") : rc;
}
