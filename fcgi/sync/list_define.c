/*
 * list_define.c -- the hash of what clients can see of a list's definition.
 *
 * Names of columns and tables are not part of it: a DBA may rename them, and
 * no client downloads anything anew.
 */
#include "list.h"

/* Length before bytes, so that no two sequences of values hash alike. NULL has a length of its own. */
static void
add(struct hash *h, struct str s)
{
	uint64_t n = s.p ? s.n : UINT64_MAX;

	hash_add(h, &n, sizeof n);
	if (s.n)
		hash_add(h, s.p, s.n);
}

static void
add_number(struct hash *h, uint64_t n)
{
	hash_add(h, &n, sizeof n);
}

void
list_define(struct list *l, struct hash *h)
{
	hash_start(h);
	add(h, str_of(l->title));
	add(h, str_of(l->description));
	add(h, str_of(kind_name(l->kind)));
	add(h, str_of(l->zone_name)); /* fingerprints follow it */
	if (l->files.table) { /* clients see other files then; a scan finds them */
		add(h, str_of(l->files.schema));
		add(h, str_of(l->files.table));
	}
	for (size_t i = 0; i < l->column_n; i++) {
		const struct column *c = &l->column[i];

		/* names, not enumerators: a later version may number them otherwise */
		add(h, str_of(column_label(c)));
		add(h, str_of(value_type_name(c->type)));
		add_number(h, c->max_chars);
		add_number(h, c->is_readonly);
		add_number(h, c->translation_n);
		for (size_t t = 0; t < c->translation_n; t++) {
			add(h, c->translation[t].column);
			add(h, c->translation[t].field);
		}
		for (size_t t = 0; t < c->choice_n; t++) {
			add(h, c->choice[t].number);
			add(h, c->choice[t].text);
		}
	}
	hash_end(h, l->definition);
}
