/*
 * scan.c -- compare the whole view with the items, inside the database.
 *
 * One INSERT ... SELECT: at READ COMMITTED its reads are consistent reads that
 * lock nothing of the source. It writes keys into the inbox and nothing else;
 * harvest looks at each and decides.
 *
 * Rows whose item is bad go in at every scan, and so do rows that never got an
 * item because they are bad: looking again costs one read per bad row and
 * raises nothing when it is still bad, and no memory of reasons can go stale.
 * Keys that are NULL, empty or too long cannot go into the inbox; they have no
 * item either. Items without a row of their own (kind.h) follow from others.
 */
#include "store.h"

#include "kind.h"
#include "source_file.h"
#include "view.h"

/* Grouping by the columns lets an index serve; only collations that fold must group by bytes. */
static void
group_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;
	size_t i, n, n_bin;

	for (i = 0; i < l->key_n; i++) {
		const char *c = v->key[i].collation;

		n = strlen(c);
		n_bin = sizeof("_bin") - 1;
		if (n && (n < n_bin || strcmp(c + n - n_bin, "_bin") != 0)) {
			buf_addf(b, "CAST(%s AS BINARY)", v->key_text);
			return;
		}
	}
	for (i = 0; i < l->key_n; i++) {
		buf_addf(b, "%sv.", i ? ", " : "");
		(void)view_ident(b, l->key[i]);
	}
}

/*
 * Three kinds of keys: rows that are new, different or were bad; items whose
 * row is gone; keys that come twice. No strict mode: a key of an older mapping
 * may not fit the key's type any more, and must be called gone, not an error.
 */
static void
scan_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;

	buf_addf(b, "SET STATEMENT sql_mode = '', join_cache_level = DEFAULT FOR "
	    "INSERT INTO ows_inbox (list, skey, is_changed) SELECT %u, k.skey, 0 FROM ("
	    "SELECT CAST(%s AS BINARY) AS skey FROM %s v LEFT JOIN ows_item i ON i.list = %u "
	    "AND i.gone = 0 AND i.skey = CAST(%s AS BINARY) "
	    "WHERE LENGTH(%s) BETWEEN 1 AND %d AND (i.id IS NULL OR i.is_bad <> 0 OR "
	    "NOT (i.print <=> %s))", l->no, v->key_text, v->name, l->no, v->key_text, v->key_text,
	    LIMIT_KEY_BYTES, v->print);
	buf_addf(b, " UNION SELECT i.skey FROM ows_item i LEFT JOIN %s v ON %s "
	    "AND CAST(%s AS BINARY) = i.skey WHERE i.list = %u AND i.gone = 0 AND v.", v->name,
	    v->join, v->key_text, l->no);
	(void)view_ident(b, l->key[0]);
	buf_addf(b, " IS NULL AND INSTR(i.skey, X'%02X') = 0 "
	    "UNION SELECT CAST(%s AS BINARY) FROM %s v WHERE LENGTH(%s) BETWEEN 1 AND %d "
	    "GROUP BY ", KEY_INNER, v->key_text, v->name, v->key_text, LIMIT_KEY_BYTES);
	group_sql(v, b);
	buf_addf(b, " HAVING COUNT(*) > 1) k");
}

enum outcome
store_scan(struct store *s, const struct list *l, uint64_t *found, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no) };
	struct db_stmt *st = NULL, *like;
	struct view *v;
	struct buf b;
	enum outcome rc = view_of(s, l, &v, e);

	*found = 0;
	if (rc != OK)
		return rc;
	buf_init(&b, 8 * MIB);
	scan_sql(v, &b);
	rc = b.failed ? err_set(e, E_LIMIT, "The list has too many columns.")
	    : view_prepare(s, v, VIEW_ROWS_1, &like, e);
	if (rc == OK)
		rc = db_query(s->db, b.p, &st, e);
	if (rc == OK)
		*found = db_affected(st);
	db_unprepare(&st);
	if (rc == OK && l->files.table) {
		buf_reset(&b);
		source_file_scan_sql(v, &b);
		rc = db_query(s->db, b.p, &st, e);
		*found += rc == OK ? db_affected(st) : 0;
		db_unprepare(&st);
	}
	buf_clear(&b);
	if (rc != OK)
		return view_failed(s, v, rc, e);
	return maria_do(s, S_SCANNED, arg, 1, e);
}
