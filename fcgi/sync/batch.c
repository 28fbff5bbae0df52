/*
 * batch.c -- what one transaction of harvest has to write: items that are new,
 * changed or gone, and their numbers.
 */
#include "batch.h"

#include "history.h"

static struct item *
one_more(struct arena *a, struct items *to)
{
	if (to->n == to->size) {
		size_t size = to->size ? to->size * 2 : 16;
		struct item *more = ARENA_ARRAY(a, struct item, size);

		if (to->n)
			memcpy(more, to->item, to->n * sizeof(*more));
		to->item = more;
		to->size = size;
	}
	return &to->item[to->n++];
}

struct item *
batch_insert(struct batch *b)
{
	return one_more(b->g->arena, &b->insert);
}

struct item *
batch_update(struct batch *b, const struct item *from)
{
	struct item *item = one_more(b->g->arena, &b->update);

	*item = *from;
	return item;
}

void
batch_number(struct batch *b, enum change_kind kind, struct item *item)
{
	if (b->change_n == b->change_size) {
		size_t size = b->change_size ? b->change_size * 2 : 64;
		struct change *more = ARENA_ARRAY(b->g->arena, struct change, size);

		if (b->change_n)
			memcpy(more, b->change, b->change_n * sizeof(*more));
		b->change = more;
		b->change_size = size;
	}
	b->change[b->change_n++] = (struct change){
		.number = ++b->st.head, .ticks = b->ticks, .kind = kind, .item = item->id
	};
	item->changed = b->st.head;
}

struct item *
batch_new(struct batch *b, struct str key)
{
	struct item *item = batch_insert(b);
	unsigned char chance[16];

	b->g->random(b->g->env, chance, sizeof(chance));
	*item = (struct item){
		.id = b->st.next_id++,
		.version = 1,
		.guid = guid_from_random(chance),
		.key = key,
		.state = ITEM_LIVE,
		.created = b->now,
		.modified = b->now,
		.author = STR(""),
		.editor = STR(""),
		.history = STR(""),
		.bag = STR(""),
		.files = STR(""),
	};
	b->st.live_n++;
	return item;
}

void
batch_raise(struct batch *b, struct item *item)
{
	item->history = history_bump(b->g->arena, item->history, &b->l->id);
	item->version++;
	item->modified = b->now;
	item->editor = STR("");
}

void
batch_gone(struct batch *b, const struct item *live)
{
	struct item *item = batch_update(b, live);

	if (!item->is_bad)
		b->st.live_n--;
	item->state = ITEM_GONE_SOURCE;
	item->is_bad = false;
	item->modified = b->now;
	batch_number(b, CHANGE_DELETE, item);
	b->st.deleted = b->now;
}
