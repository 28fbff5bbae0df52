/*
 * items.c -- items of the sync database: read, by id and by key; written, many
 * in one packet.
 */
#include "store.h"

#include "maria.h"

#define KEPT_BYTES ((size_t)24 * MIB) /* of the items of many keys: a request's memory bounds it */
/* Who adds to items that belong together stops earlier: what was added must be read. */
#define TOGETHER_MAX (2 * LIMIT_TOGETHER)
#define TOGETHER_BYTES_MAX ((size_t)LIMIT_TOGETHER_BYTES + LIMIT_BAG_BYTES + 4 * MIB)

/* ---- reading ---- */

void
maria_item(const struct str *col, struct item *out)
{
	memset(out, 0, sizeof(*out));
	out->id = (uint32_t)maria_u64(col[0]);
	out->version = (uint32_t)maria_u64(col[1]);
	if (col[2].n == sizeof(out->guid.b))
		memcpy(out->guid.b, col[2].p, sizeof(out->guid.b));
	out->key = col[3];
	out->state = (enum item_state)maria_u64(col[4]);
	out->is_bad = maria_u64(col[5]) != 0;
	if (col[6].n == sizeof(out->print))
		memcpy(out->print, col[6].p, sizeof(out->print));
	out->changed = maria_u64(col[7]);
	out->created = maria_i64(col[8]);
	out->modified = maria_i64(col[9]);
	out->author = col[10];
	out->editor = col[11];
	out->history = col[12].p ? col[12] : STR("");
	out->bag = col[13].p ? col[13] : STR("");
	out->has_uid = col[14].n == sizeof(out->uid.b);
	if (out->has_uid)
		memcpy(out->uid.b, col[14].p, sizeof(out->uid.b));
	out->place = (uint8_t)maria_u64(col[15]);
	out->files = col[16].p ? col[16] : STR("");
}

void
maria_item_keep(struct arena *a, struct item *item)
{
	item->key = arena_dup(a, item->key);
	item->author = arena_dup(a, item->author);
	item->editor = arena_dup(a, item->editor);
	item->history = arena_dup(a, item->history);
	item->bag = arena_dup(a, item->bag);
	item->files = arena_dup(a, item->files);
}

enum outcome
store_item(struct store *s, const struct list *l, uint32_t id, struct item *out, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_U64(id) };
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t n;
	enum outcome rc = maria_run(s, S_ITEM, arg, 2, &st, e);

	memset(out, 0, sizeof(*out));
	if (rc == OK)
		rc = db_next(st, &col, &n, e);
	if (rc == OK) {
		maria_item(col, out);
		maria_item_keep(s->arena, out);
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

/* Give an item to each of the asked keys that is its own: the live one, or the newest tombstone. */
static void
place_item(struct arena *a, const struct item *item, const struct str *keys, size_t n,
    struct item *live, struct item *lapsed, size_t *kept_n)
{
	struct item kept;
	bool is_kept = false;
	size_t i;

	for (i = 0; i < n; i++) {
		struct item *to = item->state == ITEM_LIVE ? &live[i] : &lapsed[i];

		if (!str_eq(keys[i], item->key) || to->id >= item->id)
			continue;
		if (!is_kept) {
			kept = *item;
			maria_item_keep(a, &kept);
			*kept_n += item->key.n + item->history.n + item->bag.n +
			    item->files.n;
			is_kept = true;
		}
		*to = kept;
	}
}

static enum outcome
items_of_block(struct store *s, const struct list *l, enum stmt which, size_t block,
    const struct str *keys, size_t n, struct item *live, struct item *lapsed, size_t *kept_n,
    struct err *e)
{
	struct db_arg arg[1 + KEY_BLOCK_L];
	struct db_stmt *st = NULL;
	const struct str *col;
	struct item item;
	size_t i, width;
	enum outcome rc;

	arg[0] = DB_ARG_U64(l->no);
	for (i = 0; i < block; i++) {
		struct str key = keys[i < n ? i : n - 1];

		arg[1 + i] = DB_ARG_BYTES(key.p, key.n);
	}
	rc = maria_run(s, which, arg, 1 + block, &st, e);
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		maria_item(col, &item);
		place_item(s->arena, &item, keys, n, live, lapsed, kept_n);
		if (*kept_n > KEPT_BYTES && block > 1)
			rc = err_set(e, E_LIMIT, "The properties of these items are too large "
			    "to be taken together.");
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_items_of(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct item **live, struct item **lapsed, struct err *e)
{
	size_t at, take, kept_n = 0;
	enum outcome rc = OK;

	*live = ARENA_ARRAY(s->arena, struct item, n);
	*lapsed = ARENA_ARRAY(s->arena, struct item, n);
	for (at = 0; rc == OK && at < n; at += take) {
		size_t left = n - at;
		enum stmt which = left == 1 ? S_ITEMS_OF_1 : left <= KEY_BLOCK_S ? S_ITEMS_OF_S
		    : S_ITEMS_OF_L;
		size_t block = left == 1 ? 1 : left <= KEY_BLOCK_S ? KEY_BLOCK_S : KEY_BLOCK_L;

		take = left < block ? left : block;
		rc = items_of_block(s, l, which, block, keys + at, take, *live + at, *lapsed + at,
		    &kept_n, e);
	}
	return rc;
}

static enum outcome
items_of_range(struct store *s, enum stmt which, const struct db_arg *arg, size_t arg_n,
    struct item **items, size_t *n, struct err *e)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t width, size = 0, bytes = 0;
	enum outcome rc = maria_run(s, which, arg, arg_n, &st, e);

	*items = NULL;
	*n = 0;
	while (rc == OK && (rc = db_next(st, &col, &width, e)) == OK) {
		if (*n == size) {
			struct item *more;

			size = size ? size * 2 : 16;
			more = ARENA_ARRAY(s->arena, struct item, size);
			if (*n)
				memcpy(more, *items, *n * sizeof(*more));
			*items = more;
		}
		maria_item(col, &(*items)[*n]);
		maria_item_keep(s->arena, &(*items)[*n]);
		bytes += (*items)[*n].bag.n + (*items)[*n].files.n;
		if (++*n > TOGETHER_MAX || bytes > TOGETHER_BYTES_MAX)
			rc = err_set(e, E_INVALID, "More than %d items, or more than %d MiB of "
			    "them, belong together here; that is more than this server takes "
			    "at once.", TOGETHER_MAX, (int)(TOGETHER_BYTES_MAX / MIB));
	}
	if (st)
		db_reset(st);
	return rc == E_NOT_FOUND ? OK : rc;
}

enum outcome
store_inner(struct store *s, const struct list *l, struct str owner, struct item **items,
    size_t *n, struct err *e)
{
	struct str from = arena_fmt(s->arena, "%.*s\x1e", STR_ARG(owner));
	struct str upto = arena_fmt(s->arena, "%.*s\x1f", STR_ARG(owner));
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(from.p, from.n),
		DB_ARG_BYTES(upto.p, upto.n), DB_ARG_U64(TOGETHER_MAX + 1) };

	return items_of_range(s, S_INNER, arg, 4, items, n, e);
}

enum outcome
store_items_by_uid(struct store *s, const struct list *l, const struct guid *uid,
    struct item **items, size_t *n, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_U64(l->no), DB_ARG_BYTES(uid->b, sizeof(uid->b)),
		DB_ARG_U64(TOGETHER_MAX + 1) };

	return items_of_range(s, S_ITEMS_BY_UID, arg, 3, items, n, e);
}

/* ---- writing ---- */

/* Empty history and bag are NULL: they cost nothing in the row. */
static struct db_arg
bytes_or_null(struct str s)
{
	return s.n ? DB_ARG_BYTES(s.p, s.n) : (struct db_arg){ .type = DB_NULL };
}

static struct db_arg
uid_or_null(const struct item *i)
{
	return i->has_uid ? DB_ARG_BYTES(i->uid.b, sizeof(i->uid.b))
			  : (struct db_arg){ .type = DB_NULL };
}

static struct db_arg
text_or_empty(struct str s)
{
	return s.p ? DB_ARG_TEXT(s) : DB_ARG_TEXT(STR(""));
}

static struct db_arg
gone(const struct item *i)
{
	return DB_ARG_U64(i->state == ITEM_LIVE ? 0 : i->id);
}

enum outcome
store_items_insert(struct store *s, const struct list *l, const struct item *item, size_t n,
    struct err *e)
{
	enum { WIDTH = 19 };
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, n * WIDTH), *a = arg;
	const struct item *i;

	for (i = item; i < item + n; i++) {
		*a++ = DB_ARG_U64(l->no);
		*a++ = DB_ARG_U64(i->id);
		*a++ = DB_ARG_U64(i->version);
		*a++ = DB_ARG_BYTES(i->guid.b, sizeof(i->guid.b));
		*a++ = DB_ARG_BYTES(i->key.p, i->key.n);
		*a++ = gone(i);
		*a++ = DB_ARG_U64(i->state);
		*a++ = DB_ARG_U64(i->is_bad);
		*a++ = DB_ARG_BYTES(i->print, sizeof(i->print));
		*a++ = DB_ARG_U64(i->changed);
		*a++ = DB_ARG_I64(i->created);
		*a++ = DB_ARG_I64(i->modified);
		*a++ = text_or_empty(i->author);
		*a++ = text_or_empty(i->editor);
		*a++ = bytes_or_null(i->history);
		*a++ = bytes_or_null(i->bag);
		*a++ = uid_or_null(i);
		*a++ = DB_ARG_U64(i->place);
		*a++ = bytes_or_null(i->files);
	}
	return maria_do_many(s, S_ITEM_INSERT, arg, WIDTH, n, e);
}

enum outcome
store_items_update(struct store *s, const struct list *l, const struct item *item, size_t n,
    struct err *e)
{
	enum { WIDTH = 15 };
	struct db_arg *arg = ARENA_ARRAY(s->arena, struct db_arg, n * WIDTH), *a = arg;
	const struct item *i;

	for (i = item; i < item + n; i++) {
		*a++ = DB_ARG_U64(i->version);
		*a++ = gone(i);
		*a++ = DB_ARG_U64(i->state);
		*a++ = DB_ARG_U64(i->is_bad);
		*a++ = DB_ARG_BYTES(i->print, sizeof(i->print));
		*a++ = DB_ARG_U64(i->changed);
		*a++ = DB_ARG_I64(i->modified);
		*a++ = text_or_empty(i->editor);
		*a++ = bytes_or_null(i->history);
		*a++ = bytes_or_null(i->bag);
		*a++ = uid_or_null(i);
		*a++ = DB_ARG_U64(i->place);
		*a++ = bytes_or_null(i->files);
		*a++ = DB_ARG_U64(l->no);
		*a++ = DB_ARG_U64(i->id);
	}
	return maria_do_many(s, S_ITEM_UPDATE, arg, WIDTH, n, e);
}

enum outcome
store_item_rekey(struct store *s, const struct list *l, uint32_t id, struct str key, struct err *e)
{
	const struct db_arg arg[] = { DB_ARG_BYTES(key.p, key.n), DB_ARG_U64(l->no), DB_ARG_U64(id) };

	return maria_do(s, S_ITEM_REKEY, arg, 3, e);
}

enum outcome
store_restored(struct store *s, const struct list *l, uint32_t by, struct err *e)
{
	const struct db_arg raise[] = { DB_ARG_U64(by), DB_ARG_U64(l->no) };
	const struct db_arg forget[] = { DB_ARG_U64(l->no) };
	enum outcome rc = maria_do(s, S_ITEMS_RAISE, raise, 2, e);

	return rc == OK ? maria_do(s, S_CHANGES_FORGET, forget, 1, e) : rc;
}
