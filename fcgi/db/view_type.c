/*
 * view_type.c -- what the type of a column says about the field that it fills:
 * fields of the DBA's own take their type from it, and numbers may stand for
 * choices.
 */
#include "view.h"

#include "value.h"

#define TEXT_CHARS 255 /* a longer text has several lines */

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
		c->type = own_type(t);
	if (c->own && c->type == VALUE_CHOICE)
		own_choices(a, c, t);
	if (!c->own && c->type == VALUE_CHOICE && c->choice_n && !c->translation_n &&
	    (t->class == COLUMN_INTEGER || t->class == COLUMN_DECIMAL))
		number_choices(a, c);
}
