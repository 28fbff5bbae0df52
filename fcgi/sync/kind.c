/*
 * kind.c -- the table of kinds, keys of inner items, and where a value of an
 * item is.
 */
#include "kind.h"

#include "bag.h"
#include "change.h"

static const struct kind_rules no_rules;

static const struct kind_rules *const rules[] = {
	[KIND_CONTACTS]    = &no_rules,
	[KIND_CALENDAR]    = &calendar_rules,
	[KIND_TASKS]       = &task_rules,
	[KIND_DISCUSSIONS] = &discussion_rules,
	[KIND_DOCUMENTS]   = &document_rules,
	[KIND_GENERIC]     = &no_rules,
};
_Static_assert(sizeof rules / sizeof rules[0] == KIND__MAX, "rules of every kind");

const char kind_gone[] = "the row that it belongs to is not there, or no series";

const struct kind_rules *
kind_rules(const struct list *l)
{
	return rules[l->kind];
}

bool
key_is_inner(struct str key, struct str *owner, struct str *tail)
{
	const char *at = key.n ? memchr(key.p, KEY_INNER, key.n) : NULL;
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - key.p);
	if (owner)
		*owner = (struct str){ key.p, n };
	if (tail)
		*tail = (struct str){ at + 1, key.n - n - 1 };
	return true;
}

struct str
key_of_inner(struct arena *a, struct str owner, struct str tail)
{
	return arena_fmt(a, "%.*s%c%.*s", STR_ARG(owner), KEY_INNER, STR_ARG(tail));
}

struct str
kind_value(const struct vocabulary *v, const struct list *l, const struct item *item,
    const struct row *row, enum field f)
{
	int at = list_column(l, f);

	if (at >= 0 && !(item && key_is_inner(item->key, NULL, NULL)))
		return row && row->value ? row->value[at] : STR_NULL;
	return item ? bag_get(item->bag, str_of(v->field_name(l->kind, f))) : STR_NULL;
}

bool
kind_sent(const struct change_run *r, enum field f, struct str *out)
{
	const struct command_request *c = r->c;
	struct str name = str_of(r->g->vocabulary->field_name(r->l->kind, f));
	int at = list_column(r->l, f);

	for (size_t i = 0; at >= 0 && i < c->cell_n; i++)
		if (c->cell[i].column == (size_t)at) {
			*out = c->cell[i].value;
			return true;
		}
	for (size_t i = c->property_n; i-- > 0;)
		if (str_eq(c->property[i].name, name)) {
			*out = c->property[i].value;
			return true;
		}
	return false;
}

struct str
kind_after(const struct change_run *r, const struct item *item, enum field f)
{
	struct str sent;

	if (kind_sent(r, f, &sent))
		return sent;
	return item ? kind_value(r->g->vocabulary, r->l, item, &r->row, f) : STR_NULL;
}

/* ---- a family without a batch ---- */

static enum outcome
stored_item(struct family *f, struct str key, const struct item **out, struct err *e)
{
	struct item *live, *lapsed;
	enum outcome o = store_items_of(f->g->store, f->l, &key, 1, &live, &lapsed, e);

	*out = o == OK && live->id ? live : NULL;
	return o;
}

static enum outcome
stored_row(struct family *f, struct str key, const struct row **out, struct err *e)
{
	struct row *row;
	enum outcome o = store_rows(f->g->store, f->l, &key, 1, &row, e);

	*out = o == OK && row->state == ROW_GOOD ? row : NULL;
	return o;
}

static enum outcome
stored_items(struct family *f, const struct guid *uid, struct item **out, size_t *n,
    struct err *e)
{
	return store_items_by_uid(f->g->store, f->l, uid, out, n, e);
}

void
family_open(struct family *f, struct engine *g, const struct list *l)
{
	*f = (struct family){ .g = g, .l = l, .item_of = stored_item, .row_of = stored_row,
		.items_of = stored_items };
}

enum outcome
family_ask(struct family *f, const struct str *keys, size_t n, struct err *e)
{
	f->asked += n;
	return n ? store_inbox_add(f->g->store, f->l, keys, n, true, e) : OK;
}

bool
kind_author(struct change_run *r, struct cell *out)
{
	int at = list_column(r->l, FIELD_AUTHOR);
	struct person p;

	if (at < 0 || !r->l->column[at].is_filled || !r->l->column[at].is_writable)
		return false;
	*out = (struct cell){ .column = (size_t)at, .value = r->who->login };
	if (r->l->column[at].class != COLUMN_INTEGER)
		return true;
	if (!r->g->person || r->g->person(r->g->env, PERSON_BY_LOGIN, r->who->login, &p, r->e) != OK)
		return false;
	out->value = arena_fmt(r->g->arena, "%u", (unsigned)p.id);
	return p.id != 0;
}
