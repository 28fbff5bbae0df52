/*
 * bind.c -- compare a list's definition with the database: view and columns,
 * their types, what can be written. Reasons go to the DBA with file and line.
 *
 * What MariaDB lets us write through a view is asked of MariaDB: an UPDATE that
 * matches nothing is explained for each column (1348: not updatable) and for
 * pairs of columns (1393: not in one base table). So views over views, aliases
 * and missing rights need no rules of ours. Preparing would not do: for a view
 * of one table the columns are checked at execution only.
 */
#include "open.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "num.h"
#include "value.h"
#include "view.h"

#define VIEW_ARENA (8 * MIB)
#define ROW_ARENA (LIMIT_ARENA_BYTES)
#define AUTO_INCREMENT 512  /* flag of a result's column */

/* ---- problems ---- */

struct binder {
	struct store *s;
	struct list *l;
	struct ini_problems *p;
	struct view *v;
	size_t type_n;
	struct view_type *type;
	size_t error_n; /* problems before us */
};

static void PRINTF(5, 6)
problem(struct binder *b, const char *section, const char *key, int line, const char *fmt, ...)
{
	struct ini_entry *at = ARENA_NEW(b->p->arena, struct ini_entry);
	char text[400];
	va_list ap;

	at->section = section;
	at->key = key;
	at->line = line;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ini_problem(b->p, b->l->file, at, "%s", text);
}

/* NULL and a problem when the view has no such column. */
static const struct view_type *
find_type(struct binder *b, const char *name, const char *section, const char *key, int line)
{
	size_t i;

	for (i = 0; i < b->type_n; i++)
		if (strcasecmp(b->type[i].name, name) == 0)
			return &b->type[i];
	problem(b, section, key, line, "the view %s.%s has no column \"%s\"", b->l->schema,
	    b->l->view, name);
	return NULL;
}

/* ---- key and stamps ---- */

static void
bind_key(struct binder *b)
{
	struct list *l = b->l;
	size_t i;

	for (i = 0; i < l->key_n; i++) {
		const struct view_type *t = find_type(b, l->key[i], "source", "key", 0);

		if (!t)
			continue;
		b->v->key[i] = *t;
		if (t->class == COLUMN_OTHER || strcmp(t->data, "float") == 0)
			problem(b, "source", "key", 0, "column \"%s\" is of type %s, whose values "
			    "cannot be compared exactly; expected an integer, text, decimal, date "
			    "or binary column", t->name, t->full);
		l->key_class[i] = t->class;
		l->key_type[i] = arena_dup(b->p->arena, str_of(t->full)).p;
		l->key_collation[i] = t->collation[0]
		    ? arena_dup(b->p->arena, str_of(t->collation)).p : NULL;
	}
}

static void
bind_stamp(struct binder *b, const char *column, const char *key, enum column_class *class,
    struct view_type *type)
{
	const struct view_type *t = column ? find_type(b, column, "source", key, 0) : NULL;

	if (!t)
		return;
	*type = *t;
	*class = t->class;
	if (t->class != COLUMN_DATE && t->class != COLUMN_DATETIME && t->class != COLUMN_TIMESTAMP)
		problem(b, "source", key, 0, "column \"%s\" is of type %s; expected DATETIME, "
		    "TIMESTAMP or DATE", t->name, t->full);
}

/* ---- columns ---- */

/* The content's type in [source] content_view, which has it and the key's columns. NULL: a problem. */
static enum outcome
find_content(struct binder *b, const struct column *c, const struct view_type **out,
    struct err *e)
{
	struct list *l = b->l;
	struct view_type *type;
	size_t n, i, k;
	enum outcome rc = view_type_read(b->s, l->content_schema, l->content_view, &type, &n, e);

	*out = NULL;
	for (k = 0; rc == OK && k <= l->key_n; k++) {
		const char *name = k < l->key_n ? l->key[k] : c->name;

		for (i = 0; i < n && strcasecmp(type[i].name, name) != 0; i++)
			;
		if (i == n) {
			problem(b, "source", "content_view", 0, n ? "%s.%s has no column \"%s\"; "
			    "it needs the key's columns and that of the content"
			    : "there is no view %s.%s, or the account of this server may not read "
			    "it (for its column \"%s\")", l->content_schema, l->content_view, name);
			return rc;
		}
		if (k == l->key_n)
			*out = &type[i];
	}
	return rc;
}

static enum outcome
bind_column(struct binder *b, size_t i, struct err *e)
{
	struct column *c = &b->l->column[i];
	struct view_column *vc = &b->v->column[i];
	const struct view_type *t = NULL;
	enum outcome rc = OK;

	vc->is_content = c->field == FIELD_CONTENT;
	if (vc->is_content && b->l->content_view)
		rc = find_content(b, c, &t, e);
	else
		t = find_type(b, c->name, "fields", c->name, c->line);
	if (rc != OK || !t)
		return rc;
	vc->type = *t;
	vc->type.whole = NULL; /* of this request */
	view_column_meaning(b->p->arena, c, t);
	/* a key of another row is text as keys are */
	if (c->field == FIELD_PARENT)
		c->type = t->class == COLUMN_BINARY ? VALUE_BINARY : field_info(c->field)->type;
	vc->is_hex = c->type == VALUE_BINARY && !vc->is_content;
	c->class = t->class;
	snprintf(c->sql_type, sizeof(c->sql_type), "%s", t->full);
	c->is_nullable = t->is_nullable;
	c->has_default = t->has_default;
	c->max_chars = t->class == COLUMN_TEXT && t->charset[0] && t->max_chars < UINT32_MAX &&
	    strcmp(t->data, "enum") != 0 && strcmp(t->data, "set") != 0
	    ? (uint32_t)t->max_chars : 0;
	if (vc->is_content && t->class != COLUMN_BINARY)
		problem(b, "fields", c->name, c->line, "column \"%s\" is of type %s; the content of "
		    "documents needs a BLOB, best a LONGBLOB", t->name, t->full);
	else if (!value_fits_column(b->l, c, t->class))
		problem(b, "fields", c->name, c->line, "column \"%s\" is of type %s, which does not "
		    "fit the field %s (%s)", t->name, t->full, column_label(c),
		    value_type_name(c->type));
	return OK;
}

static void
bind_others(struct binder *b)
{
	const struct list *l = b->l;
	size_t i;

	if (l->delete_set && l->write != WRITE_NONE)
		(void)find_type(b, l->delete_set, "write", "delete", 0);
	for (i = 0; i < l->constant_n; i++)
		(void)find_type(b, l->constant[i].column, "defaults", l->constant[i].column, 0);
	if (l->delete_from && l->delete_from->part_n != l->key_n)
		problem(b, "write", "delete_from", 0, "%s.%s is given with %zu column(s), and the "
		    "key has %zu", l->delete_from->schema, l->delete_from->table,
		    l->delete_from->part_n, l->key_n);
}

/* ---- what can be written ---- */

/* What MariaDB says of a column, or of two together, that an UPDATE cannot reach. */
static bool
is_refusal(unsigned number)
{
	/* not updatable; a computed column; two base tables; not insertable; a right that install did not give */
	static const unsigned no[] = { 1288, 1348, 1393, 1471, 1142, 1143 };

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (no[i] == number)
			return true;
	return false;
}

static void
update_nothing(struct buf *sql, const char *view, const char *one, const char *other)
{
	buf_addf(sql, "UPDATE %s SET ", view);
	(void)view_ident(sql, one);
	buf_addf(sql, " = ");
	(void)view_ident(sql, one);
	if (other) {
		buf_addf(sql, ", ");
		(void)view_ident(sql, other);
		buf_addf(sql, " = ");
		(void)view_ident(sql, other);
	}
	buf_addf(sql, " WHERE FALSE");
}

static void
insert_nothing(struct buf *sql, const char *view, const char *one, const char *other)
{
	buf_addf(sql, "INSERT INTO %s (", view);
	(void)view_ident(sql, one);
	if (other) {
		buf_addf(sql, ", ");
		(void)view_ident(sql, other);
	}
	buf_addf(sql, ") SELECT %s FROM DUAL WHERE FALSE", other ? "NULL, NULL" : "NULL");
}

/*
 * Can MariaDB update these columns together? Asked with a statement that meets
 * no row: EXPLAIN would want rights on the tables behind the view, and some
 * refusals come at execution only.
 */
static enum outcome
probe(struct binder *b, const char *view, const char *one, const char *other, bool *can,
    struct err *e)
{
	struct buf sql;
	enum outcome rc;

	buf_init(&sql, 4 * KIB);
	/* a list that only takes new rows comes without the right to update */
	(b->l->allow & ALLOW_UPDATE ? update_nothing : insert_nothing)(&sql, view, one, other);
	rc = db_exec(b->s->db, sql.p, e);
	/* 1423: another column must have a value, too */
	*can = rc == OK || db_errno(b->s->db) == 1423;
	buf_clear(&sql);
	/* A dead connection or a lock that was waited for is no answer. */
	return *can || is_refusal(db_errno(b->s->db)) ? OK : rc;
}

/* The group of a column: that of the first earlier column with which it can be updated. */
static enum outcome
find_group(struct binder *b, const char *name, const char **head, unsigned *head_n, unsigned *group,
    struct err *e)
{
	bool can = false;
	enum outcome rc = probe(b, b->v->name, name, NULL, &can, e);
	unsigned i;

	*group = 0;
	if (rc != OK || !can)
		return rc;
	for (i = 0; rc == OK && i < *head_n; i++) {
		rc = probe(b, b->v->name, head[i], name, &can, e);
		if (can) {
			*group = i + 1;
			return rc;
		}
	}
	head[(*head_n)++] = name;
	*group = *head_n;
	return rc;
}

static enum outcome
bind_writes(struct binder *b, struct err *e)
{
	struct list *l = b->l;
	const char **head = ARENA_ARRAY(b->s->arena, const char *, l->column_n + 1);
	unsigned head_n = 0;
	enum outcome rc = OK;
	size_t i;

	if (l->write != WRITE_VIEW || !(l->allow & (ALLOW_INSERT | ALLOW_UPDATE)))
		return OK;
	rc = find_group(b, l->key[0], head, &head_n, &b->v->key_group, e);
	for (i = 0; rc == OK && i < l->column_n; i++) {
		bool can = false;

		if (b->v->column[i].is_content && b->v->content) {
			rc = probe(b, b->v->content, l->column[i].name, NULL, &can, e);
			b->v->column[i].group = can ? CONTENT_GROUP : 0;
		} else {
			rc = find_group(b, l->column[i].name, head, &head_n,
			    &b->v->column[i].group, e);
		}
		l->column[i].is_writable = b->v->column[i].group != 0;
		l->column[i].is_readonly = l->column[i].is_locked || !l->column[i].is_writable;
	}
	return rc;
}

/* ---- the whole ---- */

static enum outcome
find_number(struct store *s, struct list *l, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_BYTES(l->id.b, sizeof(l->id.b)) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t n;
	enum outcome rc = maria_run(s, S_LIST_NO, arg, 1, &st, e);

	l->no = 0;
	if (rc == OK)
		rc = db_next(st, &col, &n, e);
	if (rc == OK)
		l->no = (uint32_t)maria_u64(col[0]);
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

static enum outcome
refused(struct binder *b, struct err *e)
{
	return err_set(e, E_INVALID, "The list \"%s\" does not fit its view; \"owsadm check\" names "
	    "every difference.", b->l->title);
}

static enum outcome
bind_view(struct binder *b, struct err *e)
{
	struct list *l = b->l;
	const struct db_column *column;
	struct db_stmt *st;
	enum outcome rc;
	size_t i;

	rc = view_type_read(b->s, l->schema, l->view, &b->type, &b->type_n, e);
	if (rc != OK)
		return rc;
	if (b->type_n == 0) {
		problem(b, "source", "view", 0, "there is no view %s.%s, or the account of this "
		    "server may not read it", l->schema, l->view);
		return refused(b, e);
	}
	bind_key(b);
	bind_stamp(b, l->created, "created", &l->created_class, &b->v->created);
	bind_stamp(b, l->modified, "modified", &l->modified_class, &b->v->modified);
	for (i = 0; rc == OK && i < l->column_n; i++)
		rc = bind_column(b, i, e);
	if (rc != OK)
		return rc;
	bind_others(b);
	if (b->p->error_n > b->error_n)
		return refused(b, e);
	view_build(b->v, l);
	rc = view_prepare(b->s, b->v, VIEW_ROWS_1, &st, e);
	if (rc != OK && !db_is_lost(b->s->db)) {
		problem(b, "source", "view", 0, "%s.%s cannot be read: %s", l->schema, l->view,
		    e ? e->detail : "");
		return refused(b, e);
	}
	if (rc != OK)
		return rc;
	/* the flag comes with the key's own column: its shape, or itself */
	{
		struct db_stmt *plain = NULL;
		struct buf sql;

		buf_init(&sql, 4 * KIB);
		buf_addf(&sql, "SELECT ");
		(void)view_ident(&sql, l->key[0]);
		buf_addf(&sql, " FROM %s", b->v->name);
		rc = db_prepare(b->s->db, sql.p, &plain, e);
		l->key_is_auto = rc == OK && db_columns(plain, &column) == 1 &&
		    (column[0].flags & AUTO_INCREMENT);
		db_unprepare(&plain);
		buf_clear(&sql);
	}
	return rc == OK ? bind_writes(b, e) : rc;
}

static void
forget_same(struct store *s, const struct list *l)
{
	struct view **at = &s->views, *v;

	while ((v = *at) != NULL) {
		if (v->list != l && !guid_eq(&v->id, &l->id)) {
			at = &v->next;
			continue;
		}
		*at = v->next;
		view_close(v);
	}
}

enum outcome
store_bind(struct store *s, struct list *l, struct ini_problems *p, struct err *e)
{
	struct binder b = { .s = s, .l = l, .p = p, .error_n = p->error_n };
	struct view *v;
	enum outcome rc = maria_ready(s, e);
	size_t i;

	l->is_bound = false;
	if (rc != OK)
		return rc;
	forget_same(s, l);
	b.v = v = calloc(1, sizeof(*v));
	if (!v)
		return err_set(e, E_FAILED, "This server is out of memory.");
	v->list = l;
	v->id = l->id;
	arena_init(&v->arena, VIEW_ARENA);
	arena_init(&v->scratch, ROW_ARENA);
	buf_init(&v->text, ROW_ARENA);
	v->column = ARENA_ARRAY(&v->arena, struct view_column, l->column_n);
	v->value = ARENA_ARRAY(&v->arena, struct str, l->column_n);
	v->nothing = ARENA_ARRAY(&v->arena, struct str, l->column_n);
	for (i = 0; i < l->column_n; i++)
		v->is_structured |= field_is_harvested(l->kind, l->column[i].field);
	rc = bind_view(&b, e);
	if (rc == OK)
		rc = find_number(s, l, e);
	if (rc != OK) {
		view_close(v);
		return rc;
	}
	list_define(l, &s->hash);
	v->next = s->views;
	s->views = v;
	l->is_bound = true;
	return OK;
}
