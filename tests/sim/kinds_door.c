/*
 * kinds_door.c -- the requests of the second model: they go through the engine
 * as those of door.c do, and come out as plain texts.
 */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what comes out ---- */

static bool
shown(const struct shown *s, size_t n, enum field f, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		if (s[i].field == f) {
			*out = s[i].value;
			return true;
		}
	return false;
}

static bool
is_shown_by_kind(const struct kind_rules *rules, enum field f)
{
	for (size_t i = 0; rules->shows && rules->shows[i] != FIELD__MAX; i++)
		if (rules->shows[i] == f)
			return true;
	return false;
}

static void
copy_thing(const struct engine *g, const struct list *l, const struct item *item,
    const struct row *row, struct thing *out)
{
	const struct kind_rules *rules = kind_rules(l);
	struct shown s[SHOWN_MAX];
	size_t n = rules->show ? rules->show(g->vocabulary, g->arena, l, item, row, s) : 0;

	memset(out, 0, sizeof(*out));
	out->id = item->id;
	out->version = item->version;
	out->is_inner = key_is_inner(item->key, NULL, NULL);
	out->place = item->place;
	snprintf(out->key, sizeof(out->key), "%.*s", STR_ARG(item->key));
	snprintf(out->files, sizeof(out->files), "%.*s", STR_ARG(item->files));
	for (int i = 0; i < V__N; i++) {
		struct str value = STR_NULL;

		if (!view_has(l, i))
			continue;
		/* the front itself shows the folder */
		if (!is_shown_by_kind(rules, view_field[i]) || i == V_FOLDER)
			value = kind_value(g->vocabulary, l, item, row, view_field[i]);
		else if (!shown(s, n, view_field[i], &value))
			value = STR_NULL;
		text_of(&out->v.f[i], value);
	}
}

struct catcher {
	struct door *d;
	const struct engine *g;
	struct kind_pull *out;
};

static enum outcome
catch_item(void *arg, const struct item *item, const struct row *row, struct err *e)
{
	struct catcher *c = arg;

	(void)e;
	if (c->out->thing_n == THINGS_MAX)
		abort();
	copy_thing(c->g, world_list(c->d->world), item, row, &c->out->thing[c->out->thing_n++]);
	return OK;
}

static enum outcome
catch_gone(void *arg, uint32_t id, const struct guid *guid, struct err *e)
{
	struct catcher *c = arg;

	(void)guid, (void)e;
	if (c->out->gone_n == THINGS_MAX)
		abort();
	c->out->gone[c->out->gone_n++] = id;
	return OK;
}

static void
check_answer(struct door *d, const struct kind_pull *a)
{
	for (size_t i = 0; i < a->thing_n; i++) {
		for (size_t k = 0; k < i; k++)
			if (a->thing[k].id == a->thing[i].id)
				d->watch.fail(d->watch.arg, "doubled", "item %u stands twice in "
				    "one answer", a->thing[i].id);
		for (size_t k = 0; k < a->gone_n; k++)
			if (a->gone[k] == a->thing[i].id)
				d->watch.fail(d->watch.arg, "delete-and-row", "item %u is deleted "
				    "and sent in one answer", a->thing[i].id);
	}
}

void
kinds_pull(struct door *d, const char *login, const struct pull_request *q, struct kind_pull *out)
{
	struct attempt at = { .begun = world_time(d->world) };
	struct request r;
	struct engine g = door_enter(d, &r, &at);
	struct principal who = { str_of(login) };
	struct plan_request plan = { .token = str_of(q->token), .cursor = str_of(q->cursor),
	    .limit = q->limit };
	struct catcher catcher = { d, &g, out };
	struct plan_sink sink = { &catcher, catch_item, catch_gone };
	struct plan_result result;
	struct err e = { .code = OK };

	d->pulls++;
	out->thing_n = out->gone_n = 0;
	out->token[0] = out->cursor[0] = out->text[0] = '\0';
	out->outcome = plan_changes(&g, world_list(d->world), &who, &plan, &sink, &result, &e);
	snprintf(out->text, sizeof(out->text), "%s", out->outcome == OK ? "" : e.peer);
	if (out->outcome == OK) {
		out->is_restart = result.is_restart;
		out->has_more = result.has_more;
		snprintf(out->token, sizeof(out->token), "%.*s",
		    STR_ARG(token_fmt(g.arena, &result.token)));
		if (result.has_cursor)
			snprintf(out->cursor, sizeof(out->cursor), "%.*s",
			    STR_ARG(cursor_fmt(g.arena, &result.cursor)));
		check_answer(d, out);
	}
	door_leave(d, &r);
}

/* ---- what goes in ---- */

void
bytes_of(unsigned no, char out[40])
{
	snprintf(out, 40, "these are the bytes of file %u", no);
}

static bool
read_bytes(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	const char *text = arg;
	size_t all = strlen(text);

	*got = at >= all ? 0 : all - (size_t)at < n ? all - (size_t)at : n;
	memcpy(p, text + at, *got);
	return true;
}

static void
attach(struct engine *g, const struct list *l, const struct kind_push *p, struct kind_answer *out)
{
	struct principal who = { str_of(p->login) };
	char text[40];
	struct file_bytes bytes = { .read = read_bytes, .arg = text };
	struct attach_request q = { .command = p->attach, .item = p->id,
		.name = str_of(p->name), .bytes = &bytes, .expected = p->has_seen ? &p->seen : NULL };
	struct attach_result *result = ARENA_NEW(g->arena, struct attach_result);

	bytes_of(p->bytes, text);
	bytes.size = strlen(text);
	attach_one(g, l, &who, &q, result);
	out->outcome = result->outcome;
	snprintf(out->text, sizeof(out->text), "%s", result->err.peer);
}

static void
change(struct engine *g, const struct list *l, const struct kind_push *p, struct kind_answer *out)
{
	struct principal who = { str_of(p->login) };
	struct command_request c = { .command = p->command, .id = p->id, .expected = p->expected,
		.ref = str_of(p->ref), .history = STR_NULL, .is_folder = p->is_folder,
		.drops_inner = p->drops_inner, .joins_thread = p->joins_thread };
	struct command_result *result = ARENA_NEW(g->arena, struct command_result);
	struct cell *cell = ARENA_ARRAY(g->arena, struct cell, V__N);
	struct property *prop = ARENA_ARRAY(g->arena, struct property, V__N);

	for (int i = 0; i < V__N; i++) {
		int at = list_column(l, view_field[i]);
		struct str value = p->v.f[i].is_set ? str_of(p->v.f[i].t) : STR_NULL;

		if (!p->has[i])
			continue;
		if (at >= 0)
			cell[c.cell_n++] = (struct cell){ .column = (size_t)at, .value = value };
		else
			prop[c.property_n++] = (struct property){ .value = value,
			    .name = str_of(g->vocabulary->field_name(l->kind, view_field[i])) };
	}
	c.cell = cell;
	c.property = prop;
	apply_one(g, l, &who, &c, result);
	out->outcome = result->outcome;
	out->has_thing = result->has_item;
	snprintf(out->text, sizeof(out->text), "%s", result->err.peer);
	if (result->has_item)
		copy_thing(g, l, &result->item, &result->row, &out->thing);
}

void
kinds_push(struct door *d, const struct kind_push *p, struct kind_answer *out)
{
	struct attempt at = { .begun = world_time(d->world), .what = p };
	struct request r;
	struct engine g = door_enter(d, &r, &at);

	memset(out, 0, sizeof(*out));
	d->pushes++;
	if (p->is_attach)
		attach(&g, world_list(d->world), p, out);
	else
		change(&g, world_list(d->world), p, out);
	door_leave(d, &r);
}

struct buffer { char *p; size_t n, size; };

static bool
take_bytes(void *arg, const char *p, size_t n)
{
	struct buffer *b = arg;

	if (b->n + n >= b->size)
		return false;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
	return true;
}

bool
kinds_file(struct door *d, const struct attached *f, char *out, size_t size)
{
	struct attempt at = { .begun = world_time(d->world) };
	struct request r;
	struct engine g = door_enter(d, &r, &at);
	struct buffer b = { out, 0, size };
	struct sink sink = { .write = take_bytes, .arg = &b };
	struct err e = { .code = OK };
	enum outcome o = store_file_read(g.store, world_list(d->world), &f->guid, f->version, 0,
	    f->size, &sink, &e);

	out[b.n] = '\0';
	door_leave(d, &r);
	return o == OK && b.n == f->size;
}
