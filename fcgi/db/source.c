/*
 * source.c -- rows of the source: read by key, and locked.
 *
 * A row of a view that is materialised (GROUP BY, DISTINCT, UNION) cannot be
 * locked through it: SELECT ... FOR UPDATE then reads without locking, and what
 * protects a change is the comparison of fingerprints around it.
 */
#include "store.h"

#include "value.h"
#include "view.h"

/* A row with its values, on the store's arena. */
static void
keep_row(struct store *s, struct view *v, const struct str *col, struct row *out)
{
	struct str *copy = ARENA_ARRAY(s->arena, struct str, v->select_n);
	size_t i;

	for (i = 0; i < v->select_n; i++)
		copy[i] = arena_dup(s->arena, col[i]);
	view_row(s, v, copy, s->arena, ARENA_ARRAY(s->arena, struct str, v->list->column_n), out);
	view_judge(v, s->arena, out);
}

/* What is compared of a row, and what harvest reads of it: memory does not grow with the rest. */
static void
judge_row(struct store *s, struct view *v, const struct str *col, struct row *out)
{
	const struct list *l = v->list;
	struct str *kept = v->nothing;
	size_t i;

	arena_reset(&v->scratch);
	view_row(s, v, col, &v->scratch, v->value, out);
	view_judge(v, &v->scratch, out);
	out->key = arena_dup(s->arena, out->key);
	if (v->is_structured) {
		kept = ARENA_ARRAY(s->arena, struct str, l->column_n);
		for (i = 0; i < l->column_n; i++)
			if (field_is_harvested(l->kind, l->column[i].field))
				kept[i] = arena_dup(s->arena, v->value[i]);
	}
	out->value = kept;
	if (out->reason)
		out->reason = arena_dup(s->arena, str_of(out->reason)).p;
}

/* A result row goes to every asked key that is its own; a second row makes it bad. */
static void
place_row(struct store *s, struct view *v, const struct str *col, const struct str *keys, size_t n,
    bool has_values, struct row *rows)
{
	bool is_read = false;
	struct row row;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!str_eq(keys[i], col[0]))
			continue;
		if (rows[i].state != ROW_ABSENT) {
			rows[i].state = ROW_BAD;
			rows[i].reason = "the key comes more than once in the view";
			continue;
		}
		if (!is_read)
			(has_values ? keep_row : judge_row)(s, v, col, &row);
		is_read = true;
		rows[i] = row;
	}
}

static enum outcome
rows_of_block(struct store *s, struct view *v, enum view_stmt which, size_t block,
    const struct str *keys, size_t n, bool has_values, struct row *rows, struct err *e)
{
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, block * v->where_n);
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t i, width;
	enum outcome rc;

	for (i = 0; i < block; i++)
		if (!view_key_args(v, keys[i < n ? i : n - 1], &arg[i * v->where_n]))
			memset(&arg[i * v->where_n], 0, v->where_n * sizeof(*arg)); /* NULLs */
	rc = view_prepare(s, v, which, &st, e);
	if (rc == OK)
		rc = db_run(st, arg, block * v->where_n, e);
	if (rc == OK && db_shape_changed(st)) {
		db_reset(st);
		return view_stale(v, e);
	}
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK)
		place_row(s, v, col, keys, n, has_values, rows);
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : view_failed(s, v, rc, e);
}

static void
absent(const struct str *keys, size_t n, struct row *rows)
{
	size_t i;

	for (i = 0; i < n; i++)
		rows[i] = (struct row){ .state = ROW_ABSENT, .key = keys[i],
			.created = INT64_MIN, .modified = INT64_MIN };
}

enum outcome
store_rows(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct row **rows, struct err *e)
{
	struct view *v;
	size_t at, take;
	enum outcome rc = view_of(s, l, &v, e);

	*rows = ARENA_ARRAY(s->arena, struct row, n);
	absent(keys, n, *rows);
	for (at = 0; rc == OK && at < n; at += take) {
		size_t left = n - at;
		enum view_stmt which = left == 1 ? VIEW_ROWS_1 : left <= KEY_BLOCK_S ? VIEW_ROWS_S
		    : VIEW_ROWS_L;
		size_t block = left == 1 ? 1 : left <= KEY_BLOCK_S ? KEY_BLOCK_S : KEY_BLOCK_L;

		take = left < block ? left : block;
		rc = rows_of_block(s, v, which, block, keys + at, take, n == 1, *rows + at, e);
	}
	return rc;
}

/* What a sub-query reads is not locked with the row. */
static enum outcome
lock_content(struct store *s, struct view *v, struct str key, struct err *e)
{
	struct db_arg arg[2 * LIMIT_KEY_PARTS];
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t n;
	struct buf sql;
	enum outcome rc;

	if (!view_exact_args(v, key, arg))
		return OK;
	buf_init(&sql, 64 * KIB);
	buf_addf(&sql, "SELECT 1 FROM %s v WHERE %s FOR UPDATE", v->content, v->exact);
	rc = view_write(s, v, buf_str(&sql), arg, v->exact_n, &st, e);
	buf_clear(&sql);
	while (rc == OK)
		rc = db_next(st, &col, &n, e);
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : view_failed(s, v, rc, e);
}

enum outcome
store_row_lock(struct store *s, const struct list *l, struct str key, struct row *out,
    struct err *e)
{
	struct view *v;
	enum outcome rc = view_of(s, l, &v, e);

	absent(&key, 1, out);
	if (rc == OK && v->content)
		rc = lock_content(s, v, key, e);
	return rc == OK ? rows_of_block(s, v, VIEW_LOCK, 1, &key, 1, true, out, e) : rc;
}

/* ---- keys by the value of a column ---- */

static bool
is_below(struct str found, struct str value, bool is_path)
{
	if (str_eq(found, value) || (is_path && value.n == 0))
		return true;
	return is_path && found.n > value.n && memcmp(found.p, value.p, value.n) == 0 &&
	    found.p[value.n] == '/';
}

/* Room doubles: most who ask, and some ask for each of many rows, find few keys or none. */
static void
add_key(struct arena *a, struct str **keys, size_t *n, struct str key)
{
	struct str *more;

	if ((*n & (*n - 1)) == 0) {
		more = ARENA_ARRAY(a, struct str, *n ? 2 * *n : 1);
		if (*n)
			memcpy(more, *keys, *n * sizeof(*more));
		*keys = more;
	}
	(*keys)[(*n)++] = arena_dup(a, key);
}

enum outcome
store_keys_where(struct store *s, const struct list *l, size_t column, struct str value,
    bool is_path, struct str **keys, size_t *n, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_TEXT(value), DB_ARG_TEXT(value), DB_ARG_TEXT(value),
		DB_ARG_U64(LIMIT_TOGETHER + 1) };
	struct db_stmt *st = NULL;
	const struct str *col;
	struct view *v;
	size_t width;
	struct buf b;
	enum outcome rc = view_of(s, l, &v, e);

	*n = 0;
	*keys = NULL;
	if (rc != OK)
		return rc;
	buf_init(&b, MIB);
	view_where_sql(v, column, is_path, &b);
	rc = b.failed ? err_set(e, E_LIMIT, "The list has too many columns.")
	    : db_prepare(s->db, b.p, &st, e);
	buf_clear(&b);
	if (rc == OK)
		rc = db_run(st, is_path ? arg : arg + 2, is_path ? 4 : 2, e);
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		/* collations call values equal that are not */
		if (!is_below(col[1].p ? col[1] : STR(""), value, is_path))
			continue;
		if (*n == LIMIT_TOGETHER)
			rc = err_set(e, E_LIMIT, "More than %d rows belong together here; that is "
			    "more than this server takes at once.", LIMIT_TOGETHER);
		else
			add_key(s->arena, keys, n, col[0]);
	}
	db_unprepare(&st);
	return rc == E_NOT_FOUND ? OK : view_failed(s, v, rc, e);
}
