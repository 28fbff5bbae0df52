/*
 * check_write.c -- may clients' changes reach the view? MariaDB is asked by
 * preparing the statements that the server would use; nothing is executed.
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
		unsigned number = check_prepare(c, arena_fmt(c->d.arena, "UPDATE %s SET %s = %s "
		    "WHERE FALSE", view_name(c), name, name).p, &e);

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

static unsigned
prepare_insert(struct check *c, struct err *e)
{
	struct arena *a = c->d.arena;
	struct str names = STR(""), marks = STR("");

	for (size_t i = 0; i < c->column_n; i++) {
		const char *name = c->column[i].type.name;

		if (!is_filled(c, name))
			continue;
		names = arena_fmt(a, "%s%s%s", names.p, names.n ? ", " : "", dba_name(a, name));
		marks = arena_fmt(a, "%s%s?", marks.p, marks.n ? ", " : "");
	}
	return check_prepare(c, arena_fmt(a, "INSERT INTO %s (%s) VALUES (%s)", view_name(c),
	    names.p, marks.p).p, e);
}

/* Column of the view that shows a base table's column; NULL: none does. */
static const char *
shown_as(const struct db_column *shape, size_t n, const char *table, const char *column)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(shape[i].table, table) == 0 && strcmp(shape[i].origin, column) == 0)
			return shape[i].name;
	return NULL;
}

static void
needs_value(struct check *c, const char *table, const char *column, const char *shown)
{
	if (shown && is_filled(c, shown))
		return;
	if (shown)
		CHECK_ERROR(c, check_at(c, "write", "allow"), "insert is allowed, but column \"%s\" "
		    "of %s needs a value and nothing fills it: map a field to \"%s\", or name it "
		    "in [defaults]", column, table, shown);
	else
		CHECK_ERROR(c, check_at(c, "write", "allow"), "insert is allowed, but column \"%s\" "
		    "of %s needs a value and the view does not show it: give it a default in the "
		    "table, or add it to the view and to [defaults]", column, table);
}

/* NOT NULL columns of the table that is inserted into, which nothing fills. */
static enum outcome
check_needed(struct check *c, const struct dba_table *t, const struct db_column *shape, size_t n,
    struct err *e)
{
	struct dba_column *col;
	size_t col_n;
	enum outcome rc = dba_columns(&c->d, t->schema, t->name, &col, &col_n, e);
	bool is_target = false;

	/* which table that is follows from where the filled columns come from */
	for (size_t i = 0; i < n; i++)
		is_target |= strcmp(shape[i].table, t->name) == 0 && is_filled(c, shape[i].name);
	for (size_t i = 0; rc == OK && is_target && i < col_n; i++) {
		const char *shown = shown_as(shape, n, t->name, col[i].type.name);
		bool is_key = shown && strcasecmp(shown, c->l->key[0]) == 0;

		if (is_key && c->l->key_from == KEY_AUTO && !col[i].is_auto &&
		    !col[i].type.has_default)
			CHECK_ERROR(c, check_at(c, "write", "key_from"), "is auto, but column "
			    "\"%s\" of %s is not AUTO_INCREMENT: use uuid, or map the key to a "
			    "field and use fields", col[i].type.name, t->name);
		else if (!col[i].type.is_nullable && !col[i].type.has_default &&
		    !col[i].is_auto && !col[i].is_generated)
			needs_value(c, t->name, col[i].type.name, shown);
	}
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
	struct db_stmt *st = NULL;
	const struct db_column *shape;
	struct err why = { 0 };
	size_t n;
	enum outcome rc;

	if (prepare_insert(c, &why)) {
		CHECK_ERROR(c, check_at(c, "write", "allow"), "MariaDB cannot insert into %s.%s "
		    "(%s): take `insert` out of allow, map only columns of one table to fields "
		    "that are not read-only, or make the view insertable", c->l->schema,
		    c->l->view, why.detail);
		return OK;
	}
	check_uuid(c);
	rc = db_prepare(c->d.db, arena_fmt(c->d.arena, "SELECT * FROM %s", view_name(c)).p, &st,
	    e);
	n = rc == OK ? db_columns(st, &shape) : 0;
	for (size_t i = 0; rc == OK && i < c->base_n; i++)
		if (!c->base[i].is_view)
			rc = check_needed(c, &c->base[i], shape, n, e);
	db_unprepare(&st);
	return rc;
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
		if (check_prepare(c, sql, &why))
			CHECK_ERROR(c, check_at(c, "write", "delete"), "column \"%s\" cannot be "
			    "updated through the view (%s); use delete_from, or take `delete` out "
			    "of allow", l->delete_set, why.detail);
		return OK;
	}
	sql = arena_fmt(c->d.arena, "DELETE FROM %s WHERE FALSE", view_name(c)).p;
	if (check_prepare(c, sql, &why))
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
