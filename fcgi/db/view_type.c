/*
 * view_type.c -- types of columns, as information_schema tells them, and what a
 * type says about the field that it fills: fields of the DBA's own take their
 * type from it, and numbers may stand for choices.
 */
#include "view.h"

#include <stdio.h>

#include "num.h"
#include "value.h"

#define TEXT_CHARS 255 /* a longer text has several lines */

/* ---- types ---- */

enum column_class
view_class(const char *data)
{
	static const struct { const char *data; enum column_class class; } classes[] = {
		{ "char", COLUMN_TEXT }, { "varchar", COLUMN_TEXT }, { "tinytext", COLUMN_TEXT },
		{ "text", COLUMN_TEXT }, { "mediumtext", COLUMN_TEXT }, { "longtext", COLUMN_TEXT },
		{ "enum", COLUMN_TEXT }, { "set", COLUMN_TEXT }, { "json", COLUMN_TEXT },
		{ "uuid", COLUMN_TEXT }, { "inet4", COLUMN_TEXT }, { "inet6", COLUMN_TEXT },
		{ "tinyint", COLUMN_INTEGER }, { "smallint", COLUMN_INTEGER },
		{ "mediumint", COLUMN_INTEGER }, { "int", COLUMN_INTEGER },
		{ "bigint", COLUMN_INTEGER }, { "year", COLUMN_INTEGER }, { "bit", COLUMN_INTEGER },
		{ "decimal", COLUMN_DECIMAL }, { "float", COLUMN_DECIMAL },
		{ "double", COLUMN_DECIMAL }, { "date", COLUMN_DATE },
		{ "datetime", COLUMN_DATETIME }, { "timestamp", COLUMN_TIMESTAMP },
		{ "time", COLUMN_TIME }, { "binary", COLUMN_BINARY },
		{ "varbinary", COLUMN_BINARY }, { "tinyblob", COLUMN_BINARY },
		{ "blob", COLUMN_BINARY }, { "mediumblob", COLUMN_BINARY },
		{ "longblob", COLUMN_BINARY },
	};
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (strcmp(classes[i].data, data) == 0)
			return classes[i].class;
	return COLUMN_OTHER;
}

static void
copy_text(char *out, size_t size, struct str s)
{
	snprintf(out, size, "%.*s", STR_ARG(s));
}

static void
read_type(struct arena *a, const struct str *col, struct view_type *t)
{
	t->name = arena_dup(a, col[0]).p;
	copy_text(t->data, sizeof(t->data), col[1]);
	copy_text(t->full, sizeof(t->full), col[2]);
	t->whole = arena_dup(a, col[2]).p;
	t->is_nullable = str_ieq(col[3], STR("YES"));
	t->has_default = maria_u64(col[4]) != 0;
	t->max_chars = maria_u64(col[5]);
	copy_text(t->charset, sizeof(t->charset), col[6]);
	copy_text(t->collation, sizeof(t->collation), col[7]);
	t->precision = (unsigned)maria_u64(col[8]);
	t->scale = (unsigned)maria_u64(col[9]);
	t->fraction = (unsigned)maria_u64(col[10]);
	t->is_unsigned = strstr(t->full, "unsigned") != NULL || strcmp(t->data, "bit") == 0;
	t->class = view_class(t->data);
}

enum outcome
view_type_read(struct store *s, const char *schema, const char *table, struct view_type **out,
    size_t *n, struct err *e)
{
	const struct str sc = str_of(schema), ta = str_of(table);
	const struct db_arg arg[] = { DB_ARG_TEXT(sc), DB_ARG_TEXT(ta) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width, room = 64;
	enum outcome rc = maria_run(s, S_TABLE_COLUMNS, arg, 2, &st, e);

	*n = 0;
	*out = ARENA_ARRAY(s->arena, struct view_type, room);
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		if (*n == room) {
			struct view_type *more = ARENA_ARRAY(s->arena, struct view_type, room * 2);

			memcpy(more, *out, room * sizeof(*more));
			*out = more;
			room *= 2;
		}
		read_type(s->arena, col, &(*out)[(*n)++]);
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

/* ---- what they mean ---- */

/* 'it''s','b': the texts between the brackets. Doubled quotes stand for one. */
struct str *
view_members(struct arena *a, const struct view_type *t, size_t *n)
{
	const char *p = t->whole ? strchr(t->whole, '(') : NULL;
	struct str *out;
	char *to;

	*n = 0;
	if (!p || (strcmp(t->data, "enum") != 0 && strcmp(t->data, "set") != 0))
		return NULL;
	out = ARENA_ARRAY(a, struct str, strlen(p) / 3 + 1);
	while ((p = strchr(p, '\''))) {
		to = arena_get(a, strlen(p) + 1);
		out[*n].p = to;
		for (p++; *p && (*p != '\'' || p[1] == '\''); p++) {
			p += *p == '\'';
			*to++ = *p;
		}
		*to = '\0';
		out[*n].n = (size_t)(to - out[*n].p);
		++*n;
		if (*p)
			p++;
	}
	return out;
}

static bool
is_yes_or_no(const struct view_type *t)
{
	return strcmp(t->full, "tinyint(1)") == 0 || strcmp(t->full, "bit(1)") == 0;
}

static enum value_type
own_type(const struct view_type *t)
{
	switch (t->class) {
	case COLUMN_INTEGER:
		return is_yes_or_no(t) ? VALUE_BOOL : VALUE_INT;
	case COLUMN_DECIMAL:
		return VALUE_NUMBER;
	case COLUMN_DATE:
		return VALUE_DATE;
	case COLUMN_DATETIME:
	case COLUMN_TIMESTAMP:
		return VALUE_STAMP;
	case COLUMN_BINARY:
		return VALUE_BINARY;
	case COLUMN_TEXT:
		if (strcmp(t->data, "enum") == 0)
			return VALUE_CHOICE;
		return t->max_chars > TEXT_CHARS ? VALUE_NOTE : VALUE_TEXT;
	case COLUMN_TIME:
	case COLUMN_OTHER:
		break;
	}
	return VALUE_TEXT;
}

/* [values.X] makes words of a column that holds none: a choice between them. */
static bool
has_words(const struct column *c)
{
	char number[64];

	for (size_t i = 0; i < c->translation_n; i++)
		if (c->translation[i].field.n && !num_decimal(c->translation[i].field, number))
			return true;
	return false;
}

/* What people choose from: the members, or what [values.X] makes of them. */
static void
own_choices(struct arena *a, struct column *c, const struct view_type *t)
{
	size_t n, i, k;
	struct str *member = view_members(a, t, &n);
	struct choice *choice = ARENA_ARRAY(a, struct choice, n);

	for (i = 0; i < n; i++) {
		choice[i].text = member[i];
		for (k = 0; k < c->translation_n; k++)
			if (str_eq(c->translation[k].column, member[i]))
				choice[i].text = c->translation[k].field;
	}
	c->choice = choice;
	c->choice_n = n;
}

/* A column that holds the numbers of choices translates by itself. */
static void
number_choices(struct arena *a, struct column *c)
{
	struct translation *t = ARENA_ARRAY(a, struct translation, c->choice_n);

	for (size_t i = 0; i < c->choice_n; i++)
		t[i] = (struct translation){ c->choice[i].number, c->choice[i].text };
	c->translation = t;
	c->translation_n = c->choice_n;
}

void
view_column_meaning(struct arena *a, struct column *c, const struct view_type *t)
{
	if (c->own && (c->type != VALUE_URL || t->class != COLUMN_TEXT))
		c->type = has_words(c) && (t->class == COLUMN_INTEGER || t->class == COLUMN_DECIMAL ||
		    t->class == COLUMN_TEXT) ? VALUE_CHOICE : own_type(t);
	if (c->own && c->type == VALUE_CHOICE)
		own_choices(a, c, t);
	if (!c->own && c->type == VALUE_CHOICE && c->choice_n && !c->translation_n &&
	    (t->class == COLUMN_INTEGER || t->class == COLUMN_DECIMAL))
		number_choices(a, c);
	c->member_n = 0;
	if (strcmp(t->data, "enum") == 0)
		c->member = view_members(a, t, &c->member_n);
}
