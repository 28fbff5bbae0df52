/*
 * view.c -- a bound list: its prepared statements, its failures, its rows.
 *
 * view_row turns a result row into canonical values and the fingerprint; the
 * texts of the statements are in view_sql.c.
 */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>

#include "kind.h"
#include "value.h"

#define SQL_MAX (4 * MIB)   /* of one statement: 200 columns, 128 keys */
#define COMPUTED 1906       /* MariaDB: a value for a generated column */

/* ---- bound views ---- */

void
view_close(struct view *v)
{
	size_t i;

	for (i = 0; i < VIEW_STMT__MAX; i++)
		db_unprepare(&v->stmt[i]);
	for (i = 0; i < VIEW_UPDATES; i++) {
		union { const char *in; void *out; } sql = { .in = v->write[i].sql };

		db_unprepare(&v->write[i].st);
		free(sql.out);
	}
	buf_clear(&v->text);
	arena_clear(&v->arena);
	arena_clear(&v->scratch);
	free(v);
}

void
view_forget(struct store *s, const struct list *l)
{
	struct view **at = &s->views, *v;

	while ((v = *at) != NULL) {
		if (v->list != l) {
			at = &v->next;
			continue;
		}
		*at = v->next;
		view_close(v);
	}
}

void
view_forget_all(struct store *s)
{
	while (s->views)
		view_forget(s, s->views->list);
}

enum outcome
view_stale(struct view *v, struct err *e)
{
	v->is_stale = true;
	return err_set(e, E_UNAVAILABLE, "The database view behind \"%s\" has changed; the list is "
	    "being reloaded. Try again in a minute.", v->list->title);
}

enum outcome
view_of(struct store *s, const struct list *l, struct view **out, struct err *e)
{
	enum outcome rc = maria_ready(s, e);
	struct view *v;

	*out = NULL;
	if (rc != OK)
		return rc;
	for (v = s->views; v; v = v->next)
		if (v->list == l)
			break;
	if (!v)
		return err_set(e, E_UNAVAILABLE, "The list \"%s\" is not ready yet. "
		    "Try again in a minute.", l->title);
	if (v->is_stale)
		return view_stale(v, e);
	*out = v;
	return OK;
}

bool
store_is_stale(const struct store *s, const struct list *l)
{
	const struct view *v;

	for (v = s->views; v; v = v->next)
		if (v->list == l)
			return v->is_stale || v->is_suspect;
	return true;
}

void
store_suspect(struct store *s, const struct list *l)
{
	struct view *v;

	for (v = s->views; v; v = v->next)
		if (v->list == l)
			v->is_suspect = true;
}

/* ---- failures ---- */

enum outcome
view_failed(struct store *s, struct view *v, enum outcome rc, struct err *e)
{
	char detail[sizeof(((struct err *)0)->detail)];

	if (rc == OK || !s->db || !db_is_shape_error(s->db))
		return rc;
	snprintf(detail, sizeof(detail), "%s", e ? e->detail : "");
	rc = view_stale(v, e);
	err_detail(e, "%s", detail);
	return rc;
}

enum outcome
view_write_failed(struct store *s, struct view *v, enum outcome rc, struct err *e)
{
	const struct list *l = v->list;
	struct str column;
	char subject[160];
	size_t i;

	if (rc == OK || !s->db || !db_errno(s->db))
		return rc;
	if (rc != E_INVALID)
		return rc == E_DENIED ? rc : view_failed(s, v, rc, e);
	column = db_error_column(s->db);
	for (i = 0; column.p && i < l->column_n; i++) {
		if (!str_ieq(str_of(l->column[i].name), column))
			continue;
		if (db_errno(s->db) == COMPUTED && !v->column[i].is_computed) {
			v->column[i].is_computed = true;
			return err_set(e, E_RETRY, "The database computes that column.");
		}
		snprintf(subject, sizeof(subject), "\"%s\"", column_label(&l->column[i]));
		return db_error_about(s->db, subject, e);
	}
	return rc;
}

/* ---- statements ---- */

enum outcome
view_prepare(struct store *s, struct view *v, enum view_stmt which, struct db_stmt **out,
    struct err *e)
{
	enum outcome rc = OK;
	struct buf b;

	if (!v->stmt[which]) {
		buf_init(&b, SQL_MAX);
		view_sql(v, which, &b);
		rc = b.failed ? err_set(e, E_LIMIT, "The list has too many columns.")
		    : db_prepare(s->db, b.p, &v->stmt[which], e);
		buf_clear(&b);
	}
	*out = v->stmt[which];
	return rc;
}

enum outcome
view_write(struct store *s, struct view *v, struct str sql, const struct db_arg *arg, size_t n,
    struct db_stmt **st, struct err *e)
{
	enum outcome rc;
	size_t i;

	for (i = 0; i < VIEW_UPDATES; i++)
		if (v->write[i].st && str_eq(str_of(v->write[i].sql), sql))
			break;
	if (i == VIEW_UPDATES) {
		union { const char *in; void *out; } old;

		i = v->write_next;
		v->write_next = (v->write_next + 1) % VIEW_UPDATES;
		old.in = v->write[i].sql;
		db_unprepare(&v->write[i].st);
		free(old.out);
		v->write[i].sql = NULL;
		rc = db_prepare(s->db, sql.p, &v->write[i].st, e);
		if (rc != OK)
			return rc;
		v->write[i].sql = strndup(sql.p, sql.n);
	}
	*st = v->write[i].st;
	return db_run(*st, arg, n, e);
}

bool
view_key_args(const struct view *v, struct str key, struct db_arg *arg)
{
	struct str rest = key, part;
	size_t i;

	if (v->where_n == 1) {
		arg[0] = DB_ARG_TEXT(key);
		return true;
	}
	for (i = 0; i < v->where_n; i++) {
		if (!rest.p)
			return false;
		part = str_cut(rest, KEY_JOINT, &rest);
		arg[i] = DB_ARG_TEXT(part);
	}
	return rest.p == NULL;
}

bool
view_exact_args(const struct view *v, struct str key, struct db_arg *arg)
{
	struct db_arg part[LIMIT_KEY_PARTS];
	size_t i, n = 0;

	if (!view_key_args(v, key, part))
		return false;
	for (i = 0; i < v->where_n; i++) {
		arg[n++] = part[i];
		if (view_key_folds(&v->key[i]))
			arg[n++] = part[i];
	}
	return true;
}

/* ---- rows ---- */

/* NULL when the key can be one. */
static const char *
check_key(const struct view *v, struct str key)
{
	size_t i, joints = 0;

	if (!key.p)
		return "the key is NULL";
	if (key.n == 0)
		return "the key is empty";
	if (key.n > LIMIT_KEY_BYTES)
		return "the key is longer than 512 bytes";
	for (i = 0; i < key.n; i++) {
		if (key.p[i] == KEY_JOINT)
			joints++;
		else if ((unsigned char)key.p[i] < 0x20 || key.p[i] == 0x7F)
			return "the key holds control characters";
	}
	return joints == v->where_n - 1 ? NULL : "the key holds control characters";
}

static void
add_print(struct buf *b, struct str prefix, struct str value)
{
	char digits[24], *at = digits + sizeof(digits);
	size_t n = value.n;

	if (!value.p)
		return;
	*--at = ':';
	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	buf_add(b, prefix.p, prefix.n);
	buf_add(b, at, (size_t)(digits + sizeof(digits) - at));
	buf_add(b, value.p, value.n);
}

void
view_row(struct store *s, struct view *v, const struct str *col, struct arena *a,
    struct str *value, struct row *out)
{
	const struct list *l = v->list;
	const char *why = check_key(v, col[0]), *why_value;
	size_t i, at = 1;

	out->key = col[0];
	out->value = value;
	out->created = l->created ? value_instant(l, v->created.class, col[at++]) : INT64_MIN;
	out->modified = l->modified ? value_instant(l, v->modified.class, col[at++]) : INT64_MIN;
	buf_reset(&v->text);
	for (i = 0; i < l->column_n; i++, at++) {
		add_print(&v->text, v->column[i].prefix, col[at]);
		value[i] = STR_NULL;
		why_value = value_read(l, &l->column[i], col[at], a, &value[i]);
		if (why_value && !why)
			why = arena_fmt(a, "%s: %s", column_label(&l->column[i]),
			    why_value).p;
	}
	hash_start(&s->hash);
	hash_add(&s->hash, buf_str(&v->text).p, v->text.n);
	hash_end(&s->hash, out->print);
	out->state = why ? ROW_BAD : ROW_GOOD;
	out->reason = why;
}

void
view_judge(const struct view *v, struct arena *a, struct row *row)
{
	const struct kind_rules *rules = kind_rules(v->list);
	const char *why = rules->bad && row->state == ROW_GOOD ?
	    rules->bad(a, v->list, row) : NULL;

	if (!why)
		return;
	row->state = ROW_BAD;
	row->reason = why;
}

void
view_inner_row(const struct view *v, const struct item *item, struct row *out)
{
	*out = (struct row){ .state = ROW_GOOD, .key = item->key, .value = v->nothing,
		.created = INT64_MIN, .modified = INT64_MIN };
	memcpy(out->print, item->print, sizeof(out->print));
}
