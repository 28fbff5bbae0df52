/*
 * fake_together.c -- sync/store.h in memory: items and rows that belong together.
 */
#include "fake_call.h"

#include "kind.h"

typedef bool wanted(const struct item *item, const void *what);

static bool
hangs_on(const struct item *item, const void *what)
{
	const struct str *owner = what; /* which may be inner itself */

	return item->key.n > owner->n && item->key.p[owner->n] == KEY_INNER &&
	    memcmp(item->key.p, owner->p, owner->n) == 0;
}

static bool
has_uid(const struct item *item, const void *what)
{
	return item->has_uid && guid_eq(&item->uid, what);
}

static enum outcome
live_items(struct store *s, const char *call, wanted *is_wanted, const void *what,
    struct item **items, size_t *n, struct err *e)
{
	struct table *t = &s->w->table[T_ITEM];
	enum outcome o = fake_enter(s, call, ANYWHERE, e);

	*n = 0;
	*items = ARENA_ARRAY(s->a, struct item, t->n ? t->n : 1);
	for (size_t i = 0; o == OK && i < t->n; i++) {
		const struct item *item = table_see(s, T_ITEM, t->rec[i]);

		if (item && item->state == ITEM_LIVE && is_wanted(item, what))
			(*items)[(*n)++] = fake_copy_item(s->a, item);
	}
	return o;
}

enum outcome
store_inner(struct store *s, const struct list *l, struct str owner, struct item **items,
    size_t *n, struct err *e)
{
	(void)l;
	return live_items(s, "store_inner", hangs_on, &owner, items, n, e);
}

enum outcome
store_items_by_uid(struct store *s, const struct list *l, const struct guid *uid,
    struct item **items, size_t *n, struct err *e)
{
	(void)l;
	return live_items(s, "store_items_by_uid", has_uid, uid, items, n, e);
}

static bool
is_below(struct str found, struct str value, bool is_path)
{
	if (!found.p)
		found = STR("");
	return str_eq(found, value) || (is_path && found.n > value.n &&
	    memcmp(found.p, value.p, value.n) == 0 && found.p[value.n] == '/');
}

enum outcome
store_keys_where(struct store *s, const struct list *l, size_t column, struct str value,
    bool is_path, struct str **keys, size_t *n, struct err *e)
{
	struct table *t = &s->w->table[T_SOURCE];
	enum outcome o = fake_enter(s, "store_keys_where", ANYWHERE, e);

	(void)l;
	*n = 0;
	*keys = ARENA_ARRAY(s->a, struct str, t->n ? t->n : 1);
	for (size_t i = 0; o == OK && i < t->n; i++) {
		struct row row;

		fake_row(s, str_of(t->rec[i]->key), &row);
		if (row.state == ROW_GOOD && is_below(row.value[column], value, is_path))
			(*keys)[(*n)++] = row.key;
	}
	return o;
}
