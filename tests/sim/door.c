/*
 * door.c -- the only part of the simulator that calls the engine: a pull is
 * plan_changes, a push is apply_one. What comes out is copied into plain values
 * before anybody looks at it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define ARENA_CEILING ((size_t)64 * MIB)

static void
door_now(void *env, int64_t *s, long *ns)
{
	struct door *d = ((struct request *)env)->door;

	d->now_ns += 1000000; /* stamps are cut to a tenth of a second */
	if (d->now_ns >= 1000000000) {
		d->now_ns -= 1000000000;
		d->now_s++;
	}
	world_clock(d->world, d->now_s);
	*s = d->now_s;
	*ns = d->now_ns;
}

static void
door_random(void *env, unsigned char *out, size_t n)
{
	struct door *d = ((struct request *)env)->door;

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)(chance_next(d->chance) >> 24);
}

static void
door_hook(void *env, enum engine_hook at)
{
	struct door *d = ((struct request *)env)->door;

	(void)at;
	if (d->hooks_on && chance_in(d->chance, 200))
		d->watch.interrupt(d->watch.arg);
}

static void
door_pause(void *env, unsigned ms)
{
	struct door *d = ((struct request *)env)->door;

	(void)ms;
	if (d->hooks_on && chance_in(d->chance, 200))
		d->watch.interrupt(d->watch.arg);
}

static enum outcome
door_reconnect(void *env, struct err *e)
{
	struct request *r = env;

	return world_reconnect(r->door->world, r->store, e);
}

void
door_open(struct door *d, struct world *w, const struct watch *watch, struct chance *c,
    unsigned page_rows)
{
	*d = (struct door){ .world = w, .watch = *watch, .chance = c, .now_s = 1700000000,
	    .page_rows = page_rows };
	hash_open(&d->hash);
	for (size_t i = 0; i < sizeof(d->arena) / sizeof(d->arena[0]); i++)
		arena_init(&d->arena[i], ARENA_CEILING);
}

void
door_close(struct door *d)
{
	for (size_t i = 0; i < sizeof(d->arena) / sizeof(d->arena[0]); i++)
		arena_clear(&d->arena[i]);
	hash_close(&d->hash);
}

bool
door_is_free(const struct door *d)
{
	return d->depth < 3;
}

/* One request at this depth: its own session, its own memory. */
struct engine
door_enter(struct door *d, struct request *r, struct attempt *at)
{
	struct arena *a = &d->arena[d->depth++];

	arena_reset(a);
	*r = (struct request){ .door = d, .store = world_session(d->world, at) };
	store_use(r->store, a);
	return (struct engine){
		.store = r->store, .arena = a, .hash = &d->hash, .env = r, .now = door_now,
		.random = door_random, .hook = door_hook, .pause = door_pause,
		.reconnect = door_reconnect, .page_rows = d->page_rows,
		.ref_property = str_of(prop_name[PROP_REF]),
		.vocabulary = world_list(d->world)->vocabulary,
	};
}

void
door_leave(struct door *d, struct request *r)
{
	world_release(d->world, r->store);
	d->depth--;
}

/* ---- what comes out ---- */

/* A bag into plain values; written here again, so that the engine's own reader is not trusted. */
bool
bag_read(struct str bag, struct val out[PROP__N])
{
	memset(out, 0, sizeof(*out) * PROP__N);
	while (bag.n) {
		struct str part[2];
		size_t i;

		for (int k = 0; k < 2; k++) {
			size_t n = 0;

			if (!bag.n || *bag.p < '0' || *bag.p > '9')
				return false;
			for (; bag.n && *bag.p >= '0' && *bag.p <= '9'; bag.p++, bag.n--)
				n = n * 10 + (size_t)(*bag.p - '0');
			if (!bag.n || *bag.p != ':' || n > bag.n - 1)
				return false;
			part[k] = (struct str){ bag.p + 1, n };
			bag.p += n + 1;
			bag.n -= n + 1;
		}
		for (i = 0; i < PROP__N; i++)
			if (str_eq(part[0], str_of(prop_name[i])))
				break;
		if (i == PROP__N)
			return false;
		out[i] = val_of(part[1]);
	}
	return true;
}

static void
copy_row(struct door *d, const struct item *item, const struct row *row, struct wire_row *out)
{
	char hex[39];

	memset(out, 0, sizeof(*out));
	out->id = item->id;
	out->version = item->version;
	out->guid = item->guid;
	for (size_t i = 0; row && row->value && i < COL__N; i++)
		out->c.col[i] = val_of(row->value[i]);
	if (!bag_read(item->bag, out->c.prop))
		d->watch.fail(d->watch.arg, "bag-form", "item %u has the bag \"%.*s\"", item->id,
		    STR_ARG(item->bag));
	if (item->history.n)
		snprintf(out->history, sizeof(out->history), "%.*s", STR_ARG(item->history));
	else
		snprintf(out->history, sizeof(out->history), "%s:%u",
		    guid_fmt(&world_list(d->world)->id, GUID_HEX, hex), item->version);
}

struct catcher { struct door *d; struct pull_answer *out; };

static enum outcome
catch_item(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct catcher *c = arg;

	(void)e;
	if (c->out->row_n == PULL_MAX)
		abort();
	copy_row(c->d, item, row, &c->out->row[c->out->row_n++]);
	return OK;
}

static enum outcome
catch_gone(void *arg, uint32_t id, const struct guid *guid, struct err *e)
{
	struct catcher *c = arg;

	(void)guid;
	(void)e;
	if (c->out->gone_n == PULL_MAX)
		abort();
	c->out->gone[c->out->gone_n++] = id;
	return OK;
}

void
door_pull(struct door *d, const char *login, const struct pull_request *q,
    struct pull_answer *out)
{
	struct attempt at = { .begun = world_time(d->world) };
	struct request r;
	struct engine g = door_enter(d, &r, &at);
	struct principal who = { str_of(login) };
	struct plan_request plan = { .token = str_of(q->token), .cursor = str_of(q->cursor),
	    .limit = q->limit, .is_descending = q->is_descending };
	struct catcher catcher = { d, out };
	struct plan_sink sink = { &catcher, catch_item, catch_gone };
	struct plan_result result;
	struct err e = { .code = OK };

	d->pulls++;
	out->row_n = out->gone_n = 0;
	out->token[0] = out->cursor[0] = out->text[0] = '\0';
	out->outcome = plan_changes(&g, world_list(d->world), &who, &plan, &sink, &result, &e);
	if (out->outcome == OK) {
		out->is_restart = result.is_restart;
		out->has_more = result.has_more;
		out->has_schema = result.has_schema;
		snprintf(out->token, sizeof(out->token), "%.*s",
		    STR_ARG(token_fmt(g.arena, &result.token)));
		if (result.has_cursor)
			snprintf(out->cursor, sizeof(out->cursor), "%.*s",
			    STR_ARG(cursor_fmt(g.arena, &result.cursor)));
		if (result.item_n != out->row_n || result.gone_n != out->gone_n)
			d->watch.fail(d->watch.arg, "counts", "%u rows and %u deletions "
			    "announced, %zu and %zu given", result.item_n, result.gone_n,
			    out->row_n, out->gone_n);
	} else {
		snprintf(out->text, sizeof(out->text), "%s", e.peer);
	}
	door_leave(d, &r);
}

static void
fill_request(struct push *p, struct cell *cell, struct property *prop,
    struct command_request *out)
{
	*out = (struct command_request){
		.command = p->command, .id = p->id, .expected = p->expected,
		.ref = str_of(p->ref), .history = p->history[0] ? str_of(p->history) : STR_NULL,
		.cell = cell, .property = prop,
	};
	for (size_t i = 0; i < COL__N; i++)
		if (p->has_col[i])
			cell[out->cell_n++] = (struct cell){ .column = i,
			    .value = val_str(&p->c.col[i]) };
	for (size_t i = 0; i < PROP__N; i++)
		if (p->has_prop[i])
			prop[out->property_n++] = (struct property){
				str_of(prop_name[i]), val_str(&p->c.prop[i]), i == PROP_REF
			};
}

void
door_push(struct door *d, struct push *p, struct push_answer *out, struct attempt *at)
{
	struct request r;
	struct engine g;
	struct principal who = { str_of(p->login) };
	struct cell cell[COL__N];
	struct property prop[PROP__N];
	struct command_request c;
	struct command_result *result;
	uint32_t flying = d->flying;

	*at = (struct attempt){ .push = p, .begun = world_time(d->world) };
	g = door_enter(d, &r, at);
	result = ARENA_NEW(g.arena, struct command_result);
	fill_request(p, cell, prop, &c);
	d->pushes++;
	d->flying = p->id;
	apply_one(&g, world_list(d->world), &who, &c, result);
	d->flying = flying;
	memset(out, 0, sizeof(*out));
	out->outcome = result->outcome;
	out->has_item = result->has_item;
	snprintf(out->text, sizeof(out->text), "%s", result->err.peer);
	if (result->has_item)
		copy_row(d, &result->item, &result->row, &out->row);
	door_leave(d, &r);
}

enum outcome
door_chore(struct door *d, enum door_chore what, struct err *e)
{
	struct attempt at = { .begun = world_time(d->world) };
	struct request r;
	struct engine g = door_enter(d, &r, &at);
	const struct list *l = world_list(d->world);
	enum outcome o = E_FAILED;
	size_t taken;

	switch (what) {
	case CHORE_PREPARE:
		o = harvest_prepare(&g, l, e);
		break;
	case CHORE_SCAN:
		o = harvest_scan_if_due(&g, l, true, e);
		break;
	case CHORE_DRAIN:
		o = harvest_some(&g, l, 1 + chance_below(d->chance, 4), &taken, e);
		break;
	case CHORE_PURGE:
		o = store_purge(g.store, l, d->now_s - 1, d->now_s - 1, e);
		break;
	case CHORE_RESTORED:
		o = harvest_restored(&g, l, e);
		break;
	}
	door_leave(d, &r);
	return o;
}
