/*
 * list_find.c -- lists among lists, columns among columns, and the numbers that
 * stand for the texts of choices.
 */
#include "list.h"

#include "num.h"

/* --------------------------------------------------------------------- finding */

struct list *
lists_by_id(const struct lists *l, const struct guid *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (guid_eq(&l->list[i]->id, id))
			return l->list[i];
	return NULL;
}

struct list *
lists_by_name(const struct lists *l, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_ieq(str_of(l->list[i]->name), name))
			return l->list[i];
	return NULL;
}

struct list *
lists_by_title(const struct lists *l, struct str title)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_ieq(str_of(l->list[i]->title), title))
			return l->list[i];
	return NULL;
}

const struct list *
lists_refused(const struct lists *l, struct str id_or_name)
{
	static const struct guid unknown;
	const struct list *unread = NULL;
	struct guid id;
	bool is_id = guid_parse(id_or_name, &id) && !guid_eq(&id, &unknown);

	for (size_t i = 0; i < l->refused_n; i++) {
		const struct list *r = l->refused[i];

		if ((is_id && guid_eq(&r->id, &id)) || str_ieq(str_of(r->name), id_or_name) ||
		    (r->title && str_ieq(str_of(r->title), id_or_name)))
			return r;
		if (guid_eq(&r->id, &unknown))
			unread = r;
	}
	return is_id ? unread : NULL;
}

int
list_column(const struct list *l, enum field f)
{
	for (size_t i = 0; f != FIELD_OWN && i < l->column_n; i++)
		if (l->column[i].field == f)
			return (int)i;
	return -1;
}

const char *
column_label(const struct column *c)
{
	return c->own ? c->own : field_info(c->field)->name;
}

/* ------------------------------------------------------------------- choices */

static const struct choice *
choices_of(const struct vocabulary *v, const struct list *l, enum field f, int column, size_t *n)
{
	*n = column < 0 ? 0 : l->column[column].choice_n;
	if (*n)
		return l->column[column].choice;
	return v->choices ? v->choices(l->kind, f, n) : NULL;
}

unsigned
list_choice(const struct vocabulary *v, const struct list *l, enum field f, int column,
    struct str text)
{
	size_t n;
	const struct choice *c = choices_of(v, l, f, column, &n);
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++)
		if (c[i].number.p && (str_ieq(c[i].text, text) || str_eq(c[i].number, text)) &&
		    num_u64(c[i].number, UINT32_MAX, &number))
			break;
	return (unsigned)number;
}

struct str
list_choice_text(const struct vocabulary *v, const struct list *l, enum field f, int column,
    unsigned number)
{
	size_t n;
	const struct choice *c = choices_of(v, l, f, column, &n);
	uint64_t other;

	for (size_t i = 0; i < n; i++)
		if (c[i].number.p && num_u64(c[i].number, UINT32_MAX, &other) && other == number)
			return c[i].text;
	return STR_NULL;
}
