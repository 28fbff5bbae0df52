/*
 * check_write.c -- may clients' changes reach the view? MariaDB is asked by
 * the statements that the server would use, WHERE FALSE: nothing is changed.
 * (Preparing them is not enough: for a view of one table, a computed column is
 * found out only when the statement runs.)
 */
#include "checking.h"

static const char *
view_name(struct check *c)
{
	return dba_place(c->d.arena, c->l->schema, c->l->view);
}

/* ---- update ---- */

static void
check_updates(struct check *c)
{
	struct list *l = c->l;
	size_t writable = 0;
	struct err e = { 0 };

	for (size_t i = 0; i < l->column_n; i++) {
		struct column *col = &l->column[i];
		const char *name = dba_name(c->d.arena, col->name);
		const char *view = check_is_elsewhere(l, col) ? dba_place(c->d.arena,
		    l->content_schema, l->content_view) : view_name(c);
		unsigned number = check_run(c, arena_fmt(c->d.arena, "UPDATE %s SET %s = %s "
		    "WHERE FALSE", view, name, name).p, &e);

		c->is_writable[i] = number == 0;
		writable += number == 0;
		if (!number || col->is_readonly || number == 1288)
			continue;
		CHECK_WARN(c, check_field(c, col), "column \"%s\" cannot be updated through the "
		    "view (%s); it is treated as read-only: name the field in [write] readonly",
		    col->name, e.detail);
	}
	if (!writable && (l->allow & ALLOW_UPDATE))
		CHECK_ERROR(c, check_at(c, "write", "allow"), "no column of %s.%s can be updated "
		    "(%s): take `update` out of allow, set mode = none, or make the view one that "
		    "MariaDB can update (no DISTINCT, GROUP BY, UNION, no outer join)", l->schema,
		    l->view, e.detail);
}

/* ---- insert ---- */

static bool
is_constant(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->constant_n; i++)
		if (strcasecmp(l->constant[i].column, name) == 0)
			return true;
	return false;
}

/* Columns that an insert gives a value to: written fields, constants, a key that we make. */
static bool
is_filled(const struct check *c, const char *name)
{
	const struct list *l = c->l;

	for (size_t i = 0; i < l->column_n; i++)
		if (strcasecmp(l->column[i].name, name) == 0)
			return c->is_writable[i] && !l->column[i].is_readonly;
	return is_constant(l, name) ||
	    (l->key_from == KEY_UUID && strcasecmp(l->key[0], name) == 0);
}

/* An INSERT of no row with the columns that we would fill. */
static unsigned
try_insert(struct check *c, struct err *e)
{
	struct arena *a = c->d.arena;
	struct str names = STR(""), values = STR("");

	for (size_t i = 0; i < c->column_n; i++) {
		const char *name = c->column[i].type.name;

		if (!is_filled(c, name))
			continue;
		names = arena_fmt(a, "%s%s%s", names.p, names.n ? ", " : "", dba_name(a, name));
		values = arena_fmt(a, "%s%sNULL", values.p, values.n ? ", " : "");
	}
	return check_run(c, arena_fmt(a, "INSERT INTO %s (%s) SELECT %s FROM DUAL WHERE FALSE",
	    view_name(c), names.p, values.n ? values.p : "1").p, e);
}

/* Column of the view that shows a table's column, by the server's text of the view; NULL: none. */
static const char *
shown_as(struct check *c, const char *definition, const char *column)
{
	const char *mark = arena_fmt(c->d.arena, ".%s AS ", dba_name(c->d.arena, column)).p;
	const char *at = definition ? strstr(definition, mark) : NULL;

	if (!definition)
		return column; /* a table, and not a view */
	if (!at)
		return NULL;
	for (size_t i = 0; i < c->column_n; i++) {
		const char *name = dba_name(c->d.arena, c->column[i].type.name);

		if (strncmp(at + strlen(mark), name, strlen(name)) == 0)
			return c->column[i].type.name;
	}
	return NULL;
}

static void
needs_value(struct check *c, const char *table, const char *column, const char *shown)
{
	if (shown && strcasecmp(shown, c->l->key[0]) == 0 && c->l->key_from == KEY_AUTO)
		CHECK_ERROR(c, check_at(c, "write", "key_from"), "is auto, but column \"%s\" of %s "
		    "is not AUTO_INCREMENT: use uuid, or map the key to a field and use fields",
		    column, table);
	else if (shown)
		CHECK_ERROR(c, check_at(c, "write", "allow"), "insert is allowed, but column \"%s\" "
		    "of %s needs a value and nothing fills it: map a field to \"%s\", or name it "
		    "in [defaults]", column, table, shown);
	else
		CHECK_ERROR(c, check_at(c, "write", "allow"), "insert is allowed, but column \"%s\" "
		    "of %s needs a value and the view does not show it: give it a default in the "
		    "table, or add it to the view and to [defaults]", column, table);
}

/* Name the columns that the server misses. */
static enum outcome
name_needed(struct check *c, const struct dba_table *t, const char *definition, struct err *e)
{
	struct dba_column *col;
	size_t n;
	enum outcome rc = dba_columns(&c->d, t->schema, t->name, &col, &n, e);

	for (size_t i = 0; rc == OK && i < n; i++) {
		const char *shown;

		if (col[i].type.is_nullable || col[i].type.has_default || col[i].is_auto ||
		    col[i].is_generated)
			continue;
		shown = shown_as(c, definition, col[i].type.name);
		if (!shown || !is_filled(c, shown))
			needs_value(c, t->name, col[i].type.name, shown);
	}
	return rc;
}

static enum outcome
check_needed(struct check *c, const char *said, struct err *e)
{
	const char *of[] = { c->l->schema, c->l->view };
	size_t errors = c->p->error_n;
	struct rows r;
	enum outcome rc = dba_ask(&c->d, &r, "SELECT view_definition FROM information_schema.views "
	    "WHERE table_schema = ? AND table_name = ?", of, 2, e);

	for (size_t i = 0; rc == OK && i < c->base_n; i++)
		if (!c->base[i].is_view)
			rc = name_needed(c, &c->base[i], r.n ? rows_text(&r, 0, 0) : NULL, e);
	if (rc == OK && c->p->error_n == errors)
		CHECK_ERROR(c, check_at(c, "write", "allow"), "insert is allowed, but a column below "
		    "the view needs a value that nothing gives it (%s)", said);
	return rc;
}

static void
check_uuid(struct check *c)
{
	const struct dba_column *k = dba_column(c->column, c->column_n, c->l->key[0]);

	if (c->l->key_from != KEY_UUID || !k || strcmp(k->type.data, "uuid") == 0 ||
	    (k->type.class == COLUMN_TEXT && (!k->type.max_chars || k->type.max_chars >= 36)) ||
	    strcmp(k->type.full, "binary(16)") == 0)
		return;
	CHECK_ERROR(c, check_at(c, "write", "key_from"), "is uuid, but column \"%s\" (%s) cannot "
	    "hold one; expected UUID, CHAR(36) or BINARY(16)", k->type.name, k->type.full);
}

static enum outcome
check_inserts(struct check *c, struct err *e)
{
	struct err why = { 0 };
	unsigned number = try_insert(c, &why);

	if (number == 1364 || number == 1423)
		return check_needed(c, why.detail, e);
	if (number)
		CHECK_ERROR(c, check_at(c, "write", "allow"), "MariaDB cannot insert into %s.%s "
		    "(%s): take `insert` out of allow, map only columns of one table to fields "
		    "that are not read-only, or make the view insertable", c->l->schema,
		    c->l->view, why.detail);
	else
		check_uuid(c);
	return OK;
}

/* ---- delete ---- */

static enum outcome
check_delete_from(struct check *c, struct err *e)
{
	const struct tracked *t = c->l->delete_from;
	const struct ini_entry *at = check_at(c, "write", "delete_from");
	struct dba_column *col;
	size_t n;
	enum outcome rc = dba_columns(&c->d, t->schema, t->table, &col, &n, e);

	if (rc == OK && !n)
		CHECK_ERROR(c, at, "there is no table %s.%s", t->schema, t->table);
	for (size_t i = 0; rc == OK && n && i < t->part_n; i++)
		if (!dba_column(col, n, t->part[i]))
			CHECK_ERROR(c, at, "the table %s.%s has no column \"%s\"%s", t->schema,
			    t->table, t->part[i], check_near(c, col, n, t->part[i]));
	return rc;
}

static enum outcome
check_deletes(struct check *c, struct err *e)
{
	const struct list *l = c->l;
	struct err why = { 0 };
	const char *sql;

	if (l->delete_from)
		return check_delete_from(c, e);
	if (l->delete_set) {
		const char *name = dba_name(c->d.arena, l->delete_set);

		sql = arena_fmt(c->d.arena, "UPDATE %s SET %s = %s WHERE FALSE", view_name(c), name,
		    name).p;
		if (check_run(c, sql, &why))
			CHECK_ERROR(c, check_at(c, "write", "delete"), "column \"%s\" cannot be "
			    "updated through the view (%s); use delete_from, or take `delete` out "
			    "of allow", l->delete_set, why.detail);
		return OK;
	}
	sql = arena_fmt(c->d.arena, "DELETE FROM %s WHERE FALSE", view_name(c)).p;
	if (check_run(c, sql, &why))
		CHECK_ERROR(c, check_at(c, "write", "allow"), "MariaDB cannot delete from %s.%s "
		    "(%s): name the table in delete_from = schema.table:column, mark rows with "
		    "delete = set COLUMN=VALUE, or take `delete` out of allow", l->schema, l->view,
		    why.detail);
	return OK;
}

enum outcome
check_writes(struct check *c, struct err *e)
{
	enum outcome rc = OK;

	if (c->l->write != WRITE_VIEW)
		return OK;
	check_updates(c);
	if (c->l->allow & ALLOW_INSERT)
		rc = check_inserts(c, e);
	if (rc == OK && (c->l->allow & ALLOW_DELETE))
		rc = check_deletes(c, e);
	return rc;
}
