/*
 * view_sql.c -- the SQL of a bound list, built from its definition.
 *
 * The parts (select list, key, fingerprint, conditions) are built once per bind
 * by view_build; statements are put together of them when first needed.
 */
#include "view.h"

#include <stdio.h>

#include "content.h"

#define SQL_MAX (4 * MIB)   /* of one statement: 200 columns, 128 keys */

/* ---- texts ---- */

bool
view_ident(struct buf *b, const char *name)
{
	const char *p;

	if (!*name || strlen(name) > 192)
		return false;
	buf_add(b, "`", 1);
	for (p = name; *p; p++) {
		if (*p == '`')
			buf_add(b, "`", 1);
		buf_add(b, p, 1);
	}
	buf_add(b, "`", 1);
	return true;
}

static void
column_sql(struct buf *b, const char *alias, const char *name)
{
	buf_addf(b, "%s", alias);
	(void)view_ident(b, name); /* bind has checked it */
}

static bool
is_utf8(const struct view_type *t)
{
	return strncmp(t->charset, "utf8", 4) == 0;
}

/* Types whose values are no character strings for the server although we call them text. */
static bool
is_opaque_text(const struct view_type *t)
{
	return t->class == COLUMN_TEXT && !t->charset[0];
}

/*
 * The text of a column. Where it is hashed, its bytes must be UTF-8; where it
 * is selected, the server converts to UTF-8 by itself, and the plain column
 * keeps its type in the result, which is how an ALTER is noticed.
 */
static void
text_sql(struct buf *b, const struct view_type *t, bool is_hex, const char *column, bool is_hashed)
{
	if (is_hex)
		buf_addf(b, "HEX(%s)", column);
	else if (strcmp(t->data, "bit") == 0)
		buf_addf(b, "CAST(%s + 0 AS CHAR)", column);
	else if (t->class == COLUMN_BINARY)
		buf_addf(b, "%s", column);
	else if (t->class != COLUMN_TEXT || is_opaque_text(t))
		buf_addf(b, "CAST(%s AS CHAR)", column);
	else if (is_hashed && !is_utf8(t))
		buf_addf(b, "CONVERT(%s USING utf8mb4)", column);
	else
		buf_addf(b, "%s", column);
}

void
view_key_part(struct buf *b, const struct view_type *t, const char *column)
{
	if (t->class == COLUMN_BINARY)
		buf_addf(b, "HEX(%s)", column);
	else
		text_sql(b, t, false, column, true);
}

bool
view_key_folds(const struct view_type *t)
{
	return t->class == COLUMN_TEXT && !is_opaque_text(t);
}

/* `text` (SQL: a parameter, or the item's key) as a value that the index of the key can be asked for. */
static void
typed_sql(struct buf *b, const struct view_type *t, const char *text, bool is_parameter)
{
	if (is_opaque_text(t)) /* bytes would be taken as the value's binary form */
		buf_addf(b, "CAST(CONVERT(%s USING utf8mb4) AS %s)", text, t->data);
	else if (t->class == COLUMN_BINARY)
		buf_addf(b, "UNHEX(%s)", text);
	else if (t->class == COLUMN_INTEGER)
		buf_addf(b, "CAST(%s AS %s)", text, t->is_unsigned ? "UNSIGNED" : "SIGNED");
	else if (strcmp(t->data, "decimal") == 0)
		buf_addf(b, "CAST(%s AS DECIMAL(%u,%u))", text, t->precision, t->scale);
	else if (t->class == COLUMN_DECIMAL)
		buf_addf(b, "CAST(%s AS DOUBLE)", text);
	else if (t->class == COLUMN_DATE)
		buf_addf(b, "CAST(%s AS DATE)", text);
	else if (t->class == COLUMN_DATETIME || t->class == COLUMN_TIMESTAMP)
		buf_addf(b, "CAST(%s AS DATETIME(%u))", text, t->fraction);
	else if (t->class == COLUMN_TIME)
		buf_addf(b, "CAST(%s AS TIME(%u))", text, t->fraction);
	else if (is_parameter)
		buf_addf(b, "%s", text); /* a literal: takes the column's collation */
	else if (strcmp(t->charset, "utf8mb4") == 0)
		buf_addf(b, "CONVERT(%s USING utf8mb4) COLLATE %s", text, t->collation);
	else
		buf_addf(b, "CONVERT(CONVERT(%s USING utf8mb4) USING %s) COLLATE %s", text,
		    t->charset, t->collation);
}

/* "column is the parameter", by its index; written to, it must have the same bytes, too. */
static void
exact_sql(struct buf *b, const struct view_type *t, const char *column)
{
	buf_addf(b, "%s = ", column);
	typed_sql(b, t, "?", true);
	if (!view_key_folds(t))
		return;
	buf_addf(b, " AND CAST(");
	view_key_part(b, t, column);
	buf_addf(b, " AS BINARY) = CAST(? AS BINARY)");
}

static const char *
keep(struct view *v, struct buf *b)
{
	const char *kept = arena_dup(&v->arena, buf_str(b)).p;

	buf_reset(b);
	return kept;
}

/* "v.`name`", on the view's arena. */
static const char *
aliased(struct view *v, struct buf *b, const char *alias, const char *name)
{
	column_sql(b, alias, name);
	return keep(v, b);
}

static void
build_key_text(struct view *v, const struct list *l, struct buf *b)
{
	size_t i;

	const char *column[LIMIT_KEY_PARTS];

	for (i = 0; i < l->key_n; i++)
		column[i] = aliased(v, b, "v.", l->key[i]);
	if (l->key_n > 1)
		buf_addf(b, "CONCAT(");
	for (i = 0; i < l->key_n; i++) {
		if (i)
			buf_addf(b, ", _utf8mb4 X'%02X', ", KEY_JOINT);
		view_key_part(b, &v->key[i], column[i]);
	}
	if (l->key_n > 1)
		buf_addf(b, ")");
	v->key_text = keep(v, b);
}

static void
build_conditions(struct view *v, const struct list *l, struct buf *b)
{
	char part[128];
	bool folds = false;
	size_t i;

	for (i = 0; i < l->key_n; i++) {
		if (l->key_n == 1)
			snprintf(part, sizeof(part), "i.skey");
		else
			snprintf(part, sizeof(part), "SUBSTRING_INDEX(SUBSTRING_INDEX(i.skey, "
			    "X'%02X', %zu), X'%02X', -1)", KEY_JOINT, i + 1, KEY_JOINT);
		column_sql(b, "v.", l->key[i]);
		buf_addf(b, " = ");
		typed_sql(b, &v->key[i], part, false);
		buf_addf(b, "%s", i + 1 < l->key_n ? " AND " : "");
		folds |= v->key[i].class == COLUMN_TEXT;
	}
	/* collations call keys equal that are not; other types have one row, which feed.c compares */
	if (folds)
		buf_addf(b, " AND CAST(%s AS BINARY) = i.skey", v->key_text);
	v->join = keep(v, b);
	for (i = 0; i < l->key_n; i++) {
		buf_addf(b, "%s", i ? " AND " : "");
		column_sql(b, "v.", l->key[i]);
		buf_addf(b, " = ");
		typed_sql(b, &v->key[i], "?", true);
	}
	v->where = keep(v, b);
	v->where_n = l->key_n;
	{
		const char *column[LIMIT_KEY_PARTS];

		for (i = 0; i < l->key_n; i++)
			column[i] = aliased(v, b, "v.", l->key[i]);
		v->exact_n = l->key_n;
		for (i = 0; i < l->key_n; i++) {
			buf_addf(b, "%s", i ? " AND " : "");
			exact_sql(b, &v->key[i], column[i]);
			v->exact_n += view_key_folds(&v->key[i]);
		}
		v->exact = keep(v, b);
	}
}

static void
add_member(struct view *v, struct buf *b, const char *sql)
{
	buf_addf(b, "%s%s", v->select_n ? ", " : "", sql);
	v->select_n++;
}

/* A column that comes converted has lost its type; this member carries it, and no data. */
static void
add_shape(struct view *v, struct buf *b, struct buf *part, const struct view_type *t,
    const char *name)
{
	const char *column = aliased(v, part, "v.", name);

	if (t->class == COLUMN_TEXT && !is_opaque_text(t))
		return;
	buf_addf(part, "IF(FALSE, %s, NULL)", column);
	add_member(v, b, keep(v, part));
}

static void
build_select(struct view *v, const struct list *l, struct buf *part)
{
	const struct { const char *name; const struct view_type *type; } stamp[] = {
		{ l->created, &v->created }, { l->modified, &v->modified }
	};
	struct buf b;
	size_t i;

	buf_init(&b, SQL_MAX);
	add_member(v, &b, v->key_text);
	for (i = 0; i < 2; i++) {
		if (!stamp[i].name)
			continue;
		const char *column = aliased(v, part, "v.", stamp[i].name);

		text_sql(part, stamp[i].type, false, column, false);
		add_member(v, &b, keep(v, part));
	}
	for (i = 0; i < l->column_n; i++) {
		const char *column = aliased(v, part, "v.", l->column[i].name);

		if (v->column[i].is_content)
			content_value_sql(part, v, i, NULL);
		else
			text_sql(part, &v->column[i].type, v->column[i].is_hex, column, false);
		add_member(v, &b, keep(v, part));
	}
	for (i = 0; i < l->key_n; i++)
		add_shape(v, &b, part, &v->key[i], l->key[i]);
	for (i = 0; i < 2; i++)
		if (stamp[i].name)
			add_shape(v, &b, part, stamp[i].type, stamp[i].name);
	for (i = 0; i < l->column_n; i++)
		if (!v->column[i].is_content || !v->content)
			add_shape(v, &b, part, &v->column[i].type, l->column[i].name);
	v->select = keep(v, &b);
	buf_clear(&b);
}

static void
add_meaning(struct buf *b, struct str s)
{
	if (s.p)
		buf_addf(b, "%zu:", s.n);
	else
		buf_addf(b, "-");
	buf_add_str(b, s);
}

/*
 * "<field>=", and before the "=" what else decides what a client sees of the
 * text: translations and, where a day or an instant follows from it, the zone.
 * So a changed mapping makes the rows different that it concerns.
 */
static struct str
print_prefix(struct view *v, const struct list *l, size_t i)
{
	const struct column *c = &l->column[i];
	enum column_class class = v->column[i].type.class;
	struct str prefix;
	struct buf b;

	buf_init(&b, SQL_MAX);
	buf_addf(&b, "%s", column_label(c));
	for (size_t t = 0; t < c->translation_n; t++) {
		buf_addf(&b, ";");
		add_meaning(&b, c->translation[t].column);
		add_meaning(&b, c->translation[t].field);
	}
	if (c->field == FIELD_RRULE || c->field == FIELD_PATTERN || /* by which clock it goes */
	    (class == COLUMN_TIMESTAMP && c->type == VALUE_DATE) ||
	    (class == COLUMN_DATETIME && c->type == VALUE_STAMP))
		buf_addf(&b, "@%s", l->zone_name ? l->zone_name : "");
	buf_addf(&b, "=");
	prefix = arena_dup(&v->arena, buf_str(&b));
	buf_clear(&b);
	return prefix;
}

/* UNHEX(SHA2(CONCAT("<name>=", LENGTH(text), ":", text, ...), 256)); names as hex, free of quotes */
static void
build_print(struct view *v, const struct list *l, struct buf *part)
{
	struct buf b;
	size_t i, k;

	buf_init(&b, SQL_MAX);
	buf_addf(&b, "UNHEX(SHA2(CONCAT(''");
	for (i = 0; i < l->column_n; i++) {
		struct view_column *c = &v->column[i];
		const char *column = aliased(v, part, "v.", l->column[i].name), *text, *prefix;

		c->prefix = print_prefix(v, l, i);
		buf_addf(part, "X'");
		for (k = 0; k < c->prefix.n; k++)
			buf_addf(part, "%02X", (unsigned)(unsigned char)c->prefix.p[k]);
		buf_addf(part, "'");
		prefix = keep(v, part);
		if (c->is_content) {
			content_value_sql(part, v, i, prefix);
			buf_addf(&b, ", IFNULL(%s, '')", keep(v, part));
			continue;
		}
		text_sql(part, &c->type, c->is_hex, column, true);
		text = keep(v, part);
		buf_addf(&b, ", IFNULL(CONCAT(%s, LENGTH(%s), ':', %s), '')", prefix, text, text);
	}
	buf_addf(&b, "), 256))");
	v->print = keep(v, &b);
	buf_clear(&b);
}

void
view_build(struct view *v, const struct list *l)
{
	struct buf b;

	buf_init(&b, SQL_MAX);
	(void)view_ident(&b, l->schema);
	buf_addf(&b, ".");
	(void)view_ident(&b, l->view);
	v->name = keep(v, &b);
	if (l->content_view) {
		(void)view_ident(&b, l->content_schema);
		buf_addf(&b, ".");
		(void)view_ident(&b, l->content_view);
		v->content = keep(v, &b);
	}
	build_key_text(v, l, &b);
	build_conditions(v, l, &b);
	v->select_n = 0;
	build_select(v, l, &b);
	build_print(v, l, &b);
	buf_clear(&b);
}

/* ---- statements ---- */

void
view_where_sql(struct view *v, size_t column, bool is_path, struct buf *b)
{
	const struct list *l = v->list;
	struct buf part;

	buf_init(&part, 4 * KIB);
	buf_addf(b, "SELECT %s, ", v->key_text);
	column_sql(&part, "v.", l->column[column].name);
	text_sql(b, &v->column[column].type, v->column[column].is_hex, part.p, false);
	buf_addf(b, " FROM %s v WHERE ", v->name);
	if (is_path)
		buf_addf(b, "LEFT(%s, CHAR_LENGTH(?) + 1) = CONCAT(?, '/') OR ", part.p);
	buf_addf(b, "%s = %s LIMIT ?", part.p, v->column[column].is_hex ? "UNHEX(?)" : "?");
	buf_clear(&part);
}

static void
rows_sql(const struct view *v, struct buf *b, size_t block)
{
	size_t i;

	buf_addf(b, "SELECT %s FROM %s v WHERE ", v->select, v->name);
	if (v->where_n > 1) {
		for (i = 0; i < block; i++)
			buf_addf(b, "%s(%s)", i ? " OR " : "", v->where);
		return;
	}
	column_sql(b, "v.", v->list->key[0]);
	buf_addf(b, " IN (");
	for (i = 0; i < block; i++) {
		buf_addf(b, "%s", i ? ", " : "");
		typed_sql(b, &v->key[0], "?", true);
	}
	buf_addf(b, ")");
}

/* [write] delete: the view's row, a base table's row, or a mark in a column. */
static void
delete_sql(const struct view *v, struct buf *b)
{
	const struct list *l = v->list;
	const struct tracked *from = l->delete_from;
	struct buf column;
	size_t i;

	if (l->delete_set) {
		buf_addf(b, "UPDATE %s v SET ", v->name);
		column_sql(b, "v.", l->delete_set);
		buf_addf(b, " = ? WHERE %s", v->exact);
		return;
	}
	buf_addf(b, "DELETE FROM ");
	if (from) {
		(void)view_ident(b, from->schema);
		buf_addf(b, ".");
		(void)view_ident(b, from->table);
	} else {
		buf_addf(b, "%s", v->name);
	}
	for (i = 0; i < l->key_n; i++) {
		buf_init(&column, KIB);
		column_sql(&column, "", from ? from->part[i] : l->key[i]);
		buf_addf(b, "%s", i ? " AND " : " WHERE ");
		exact_sql(b, &v->key[i], column.p);
		buf_clear(&column);
	}
}

void
view_sql(const struct view *v, enum view_stmt which, struct buf *b)
{
	switch (which) {
	case VIEW_ROWS_1:
		rows_sql(v, b, 1);
		break;
	case VIEW_ROWS_S:
		rows_sql(v, b, KEY_BLOCK_S);
		break;
	case VIEW_ROWS_L:
		rows_sql(v, b, KEY_BLOCK_L);
		break;
	case VIEW_LOCK:
		buf_addf(b, "SELECT %s FROM %s v WHERE %s FOR UPDATE", v->select, v->name,
		    v->where);
		break;
	case VIEW_DELETE:
		delete_sql(v, b);
		break;
	case VIEW_ONE:
		buf_addf(b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i LEFT JOIN %s v "
		    "ON i.gone = 0 AND %s WHERE i.list = ? AND i.id = ?", v->select, v->name,
		    v->join);
		break;
	case VIEW_DIFF:
		buf_addf(b, "SELECT " ITEM_COLUMNS ", %s FROM ows_item i FORCE INDEX (item_changed) "
		    "LEFT JOIN %s v ON i.gone = 0 AND %s WHERE i.list = ? AND i.changed > ? "
		    "AND i.changed <= ? ORDER BY i.changed LIMIT ?", v->select, v->name, v->join);
		break;
	case VIEW_STMT__MAX:
		break;
	}
}
