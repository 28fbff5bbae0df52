/*
 * list_choice.c -- choices whose texts stand for numbers: [choices.X].
 *
 * To clients only the number of a choice has a meaning (3 is Completed); its
 * text is what people read, in any language. The front has the numbers with
 * texts of its own; [choices.X] puts the DBA's in their place, and what
 * [values.X] makes of a column must then be one of them.
 */
#include "list_read.h"

#include <stdlib.h>

#define CHOICES "choices."

/* "1 Not Started, 2 In Progress": for people. */
static const char *
all_choices(struct reader *r, const struct choice *c, size_t n)
{
	struct str all = STR("");

	for (size_t i = 0; i < n; i++)
		all = arena_fmt(r->arena, "%s%s%s (%s)", all.p, i ? ", " : "", c[i].text.p,
		    c[i].number.p);
	return all.p;
}

static const struct choice *
standard(const struct reader *r, const struct column *c, size_t *n)
{
	*n = 0;
	if (c->type != VALUE_CHOICE || c->own || !r->vocabulary->choices)
		return NULL;
	return r->vocabulary->choices(r->list->kind, c->field, n);
}

/* `3 = Erledigt` */
static void
read_choice(struct reader *r, const struct ini_entry *e, struct choice *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(c[i].number, str_trim(str_of(e->key))))
			continue;
		if (!e->value.n)
			READ_PROBLEM(r, e, "is empty; expected the text that people read");
		c[i].text = e->value;
		return;
	}
	READ_PROBLEM(r, e, "is none of the numbers that clients know: %s",
	    all_choices(r, c, n));
}

static void
read_texts(struct reader *r, const struct ini_section *s)
{
	struct ini_entry at = { .section = s->name, .key = "", .line = s->line };
	struct str name = str_trim(str_of(s->name + sizeof CHOICES - 1));
	const struct choice *known;
	struct choice *c;
	bool is_known;
	size_t n;
	int column = read_column_of(r, &at, name, &is_known);

	if (!is_known)
		return;
	if (column < 0) {
		READ_PROBLEM(r, &at, "names the texts of a field that has no column in [fields]; "
		    "map it there or take the section out");
		return;
	}
	known = standard(r, &r->list->column[column], &n);
	if (!n) {
		READ_PROBLEM(r, &at, "is of a field whose texts have no numbers; its texts are "
		    "those of the column, or of [values.%s]",
		    read_label(r, &r->list->column[column]));
		return;
	}
	c = ARENA_ARRAY(r->arena, struct choice, n);
	memcpy(c, known, n * sizeof *c);
	for (size_t i = 0; i < s->entry_n; i++)
		read_choice(r, &s->entry[i], c, n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_ieq(c[i].text, c[k].text))
				READ_PROBLEM(r, &at, "has the text \"%s\" for %s and for %s; "
				    "each number needs its own", c[i].text.p, c[k].number.p,
				    c[i].number.p);
	r->list->column[column].choice = c;
}

/* What [values.X] shows must have a number: clients can make nothing of the rest. */
static void
check_translation(struct reader *r, const struct column *c)
{
	const char *name = read_label(r, c);
	struct ini_entry at = { .section = arena_fmt(r->arena, "values.%s", name).p, .key = "" };
	const struct ini_section *s = ini_section(r->ini, at.section);

	for (size_t i = 0; i < c->translation_n; i++) {
		size_t k = 0;

		while (k < c->choice_n && !str_ieq(c->choice[k].text, c->translation[i].field))
			k++;
		if (k < c->choice_n || !c->translation[i].field.n)
			continue;
		if (s)
			at = s->entry[i];
		READ_PROBLEM(r, &at, "\"%.*s\" is none of the texts that have a number: %s. "
		    "Several column values may have one of them; [choices.%s] gives them other "
		    "words", STR_ARG(c->translation[i].field),
		    all_choices(r, c->choice, c->choice_n), name);
	}
}

void
read_choices(struct reader *r)
{
	struct list *l = r->list;

	for (size_t i = 0; i < r->ini->section_n; i++)
		if (strncasecmp(r->ini->section[i].name, CHOICES, sizeof CHOICES - 1) == 0)
			read_texts(r, &r->ini->section[i]);
	for (size_t i = 0; i < l->column_n; i++) {
		const struct choice *known = standard(r, &l->column[i], &l->column[i].choice_n);

		if (!l->column[i].choice)
			l->column[i].choice = known;
		if (known)
			check_translation(r, &l->column[i]);
	}
}
