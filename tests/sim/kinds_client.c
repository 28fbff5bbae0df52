/*
 * kinds_client.c -- a model of Outlook for every kind: copies by token, uploads
 * whose answers get lost and are sent again, conflicts. What its user does is in
 * kinds_user.c. It shares no code with sync/.
 */
#include "kinds.h"

#include <stdio.h>
#include <stdlib.h>

#define HELD_MAX THINGS_MAX
#define FAIL(c, ...) (c)->watch.fail((c)->watch.arg, __VA_ARGS__)

struct kind_client *
kind_client_open(int no, struct door *d, struct chance *c, const struct watch *w,
    struct kind_judge *j)
{
	static const char *const login[CLIENT_N] = { "alice", "bob", "alice" };
	struct kind_client *cl = calloc(1, sizeof(*cl));

	if (!cl || !(cl->answer = calloc(1, sizeof(*cl->answer))) ||
	    !(cl->held = calloc(HELD_MAX, sizeof(*cl->held))))
		abort();
	cl->no = no;
	cl->door = d;
	cl->chance = c;
	cl->watch = *w;
	cl->judge = j;
	cl->loss = 80;
	snprintf(cl->login, sizeof(cl->login), "%s", login[no]);
	return cl;
}

void
kind_client_close(struct kind_client *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->held[i].push);
	free(c->held);
	free(c->gone);
	free(c->answer);
	free(c);
}

/* ---- copies ---- */

static struct held *
held_of(struct kind_client *c, uint32_t id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->held[i].base.id == id)
			return &c->held[i];
	return NULL;
}

struct held *
held_new(struct kind_client *c)
{
	if (c->n == HELD_MAX)
		abort();
	memset(&c->held[c->n], 0, sizeof(c->held[c->n]));
	return &c->held[c->n++];
}

static void
held_remove(struct kind_client *c, struct held *h)
{
	free(h->push);
	*h = c->held[--c->n];
	memset(&c->held[c->n], 0, sizeof(c->held[c->n]));
}

static bool
is_clean(const struct held *h)
{
	return h->base.id && !h->is_dirty && !h->is_dropped && !h->push;
}

/* The server's state is ours. */
static void
held_take(struct held *h, const struct thing *t)
{
	h->base = *t;
	h->mine = t->v;
	h->is_dirty = h->is_dropped = h->drops_inner = false;
	free(h->push);
	h->push = NULL;
}

static bool
was_gone(const struct kind_client *c, uint32_t id)
{
	for (size_t i = 0; i < c->gone_n; i++)
		if (c->gone[i] == id)
			return true;
	return false;
}

static void
remember_gone(struct kind_client *c, uint32_t id)
{
	c->gone = realloc(c->gone, (c->gone_n + 1) * sizeof(*c->gone));
	if (!c->gone)
		abort();
	c->gone[c->gone_n++] = id;
}

bool
kind_client_is_waiting(const struct kind_client *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->held[i].push)
			return true;
	return false;
}

/* ---- fetch ---- */

static void
take_thing(struct kind_client *c, const struct thing *t)
{
	struct held *h = held_of(c, t->id);

	c->moved = true;
	if (was_gone(c, t->id))
		FAIL(c, "deleted-returns", "client %d got item %u, which it was told is deleted",
		    c->no, t->id);
	if (!h)
		h = held_new(c);
	h->is_met = true;
	if (h->base.id && t->version < h->base.version)
		FAIL(c, "version-back", "client %d has item %u version %u and got version %u",
		    c->no, t->id, h->base.version, t->version);
	if (h->push) /* unanswered: it will be sent again, whatever has come */
		h->base = *t;
	else if (is_clean(h) || h->base.version != t->version)
		held_take(h, t); /* a local change of another version: the server's wins */
	else
		h->base = *t;
}

static void
take_gone(struct kind_client *c, uint32_t id)
{
	struct held *h = held_of(c, id);

	if (!was_gone(c, id))
		remember_gone(c, id);
	if (!h)
		return;
	c->moved = true;
	held_remove(c, h);
}

static void
resync(struct kind_client *c)
{
	c->token[0] = c->cursor[0] = '\0';
	c->is_paging = false;
	c->moved = true;
}

static void
begin_download(struct kind_client *c)
{
	if (!c->is_paging || (c->loss && chance_in(c->chance, 50))) {
		c->is_paging = true;
		c->cursor[0] = '\0';
		c->limit = chance_in(c->chance, 300) ? 0 : 1 + chance_below(c->chance, 9);
	}
	if (!c->cursor[0])
		for (size_t i = 0; i < c->n; i++)
			c->held[i].is_met = false;
}

static void
take_page(struct kind_client *c, const struct kind_pull *a)
{
	if (!c->cursor[0])
		memcpy(c->first_token, a->token, sizeof(c->first_token));
	for (size_t i = 0; i < a->thing_n; i++)
		take_thing(c, &a->thing[i]);
	memcpy(c->cursor, a->cursor, sizeof(c->cursor));
	if (a->cursor[0])
		return;
	for (size_t i = c->n; i-- > 0;)
		if (c->held[i].base.id && !c->held[i].is_met)
			held_remove(c, &c->held[i]);
	c->is_paging = c->may_restart = false;
	memcpy(c->token, c->first_token, sizeof(c->token));
}

/* One request; true when the client has all there is. */
static bool
fetch(struct kind_client *c)
{
	struct kind_pull *a = c->answer;
	struct pull_request q;

	if (!door_is_free(c->door))
		return false;
	if (!c->token[0])
		begin_download(c);
	q = (struct pull_request){ .token = c->token, .cursor = c->cursor, .limit = c->limit };
	kinds_pull(c->door, c->login, &q, a);
	if (c->door->is_traced)
		printf("    client %d fetched: %s, %zu items, %zu gone%s\n", c->no, a->is_restart ?
		    "restart" : outcome_name(a->outcome), a->thing_n, a->gone_n,
		    a->has_more ? ", more" : "");
	if (a->outcome == E_INVALID && c->cursor[0] && c->may_restart)
		resync(c);
	else if (a->outcome != OK && a->outcome != E_UNAVAILABLE)
		FAIL(c, "outcome", "a fetch by client %d: %s (%s)", c->no,
		    outcome_name(a->outcome), a->text);
	if (a->outcome != OK || chance_in(c->chance, c->loss))
		return false;
	if (a->is_restart) {
		if (!c->may_restart)
			FAIL(c, "token", "client %d was told to start again with %s", c->no,
			    c->token);
		resync(c);
		return false;
	}
	if (!c->token[0]) {
		take_page(c, a);
		return false;
	}
	for (size_t i = 0; i < a->thing_n; i++)
		take_thing(c, &a->thing[i]);
	for (size_t i = 0; i < a->gone_n; i++)
		take_gone(c, a->gone[i]);
	memcpy(c->token, a->token, sizeof(c->token));
	return !a->has_more;
}

/* ---- send ---- */

/* Texts that the front makes are sent back with an event: Outlook sends it whole. */
static bool
goes_along(int v)
{
	return v == V_START || v == V_END || v == V_UID || v == V_PATTERN || v == V_ZONE ||
	    v == V_INSTANCE || v == V_TYPE;
}

static void
compose(struct kind_client *c, struct held *h)
{
	struct kind_push *p = calloc(1, sizeof(*p));
	const struct list *l = world_list(c->door->world);
	bool is_all = !h->base.id || chance_in(c->chance, 400);

	if (!p)
		abort();
	free(h->push);
	h->push = p;
	p->command = h->is_dropped ? COMMAND_DELETE : h->base.id ? COMMAND_UPDATE : COMMAND_NEW;
	p->id = h->base.id;
	p->v = h->mine;
	p->is_folder = h->is_folder;
	p->drops_inner = h->drops_inner;
	p->joins_thread = h->joins_thread;
	memcpy(p->login, c->login, sizeof(p->login));
	if (p->command == COMMAND_NEW)
		memcpy(p->ref, h->ref, sizeof(p->ref));
	else
		p->expected = h->base.version;
	for (int i = 0; i < V__N && p->command != COMMAND_DELETE; i++) {
		bool differs = !text_eq(&h->mine.f[i], &h->base.v.f[i]);

		p->has[i] = view_has(l, i) && i != V_KEY && i != V_TOPIC &&
		    (differs || (is_all && (h->mine.f[i].is_set || !goes_along(i))));
		if (h->base.id && (i == V_INDEX || i == V_MASTER))
			p->has[i] = false;
	}
}

static void
trace(const struct kind_client *c, const struct kind_push *p, const struct kind_answer *a)
{
	static const char *const verb[] = { "New", "Update", "Delete" };
	static const char *const file[] = { "Add", "Put", "Remove" };

	if (!c->door->is_traced)
		return;
	printf("    client %d %s %u, expected %u, %s%s%s type %s instance %s parent %s: %s, item "
	    "%u version %u %s\n", c->no, p->is_attach ? file[p->attach] : verb[p->command], p->id,
	    p->expected, p->is_attach ? p->name : "", p->v.f[V_TITLE].t, p->v.f[V_NAME].t,
	    p->v.f[V_TYPE].t, p->v.f[V_INSTANCE].t, p->v.f[V_FOLDER].t, outcome_name(a->outcome),
	    a->thing.id, a->thing.version, a->text);
}

void
kind_client_deliver(struct kind_client *c, struct kind_push *p, struct kind_answer *a)
{
	c->moved = true;
	kinds_push(c->door, p, a);
	trace(c, p, a);
	kind_judge_answer(c->judge, p, a);
}

/* What the answer shows is what this copy is. */
static void
take_item(struct kind_client *c, struct held *h, const struct thing *t)
{
	struct held *other = held_of(c, t->id);

	if (was_gone(c, t->id)) { /* made, and already deleted by somebody */
		held_remove(c, h);
		return;
	}
	if (other && other != h) { /* a fetch has brought it already */
		held_take(other, t);
		held_remove(c, h);
		return;
	}
	held_take(h, t);
	h->is_met = true;
}

static void
take_success(struct kind_client *c, struct held *h, const struct kind_answer *a)
{
	if (h->push->command == COMMAND_DELETE) {
		if (!was_gone(c, h->base.id))
			remember_gone(c, h->base.id);
		held_remove(c, h);
		return;
	}
	take_item(c, h, &a->thing);
}

static void
take_refusal(struct kind_client *c, struct held *h, const struct kind_answer *a)
{
	if (a->outcome == E_NOT_FOUND || !h->base.id) {
		held_remove(c, h);
	} else {
		struct thing base = h->base;

		held_take(h, &base);
	}
	resync(c); /* as Outlook does after every refusal that is no conflict */
}

static void
deliver(struct kind_client *c, struct held *h)
{
	struct kind_answer a;
	struct kind_push p = *h->push;

	kind_client_deliver(c, &p, &a);
	if (chance_in(c->chance, c->loss))
		return;
	switch (a.outcome) {
	case OK:
		take_success(c, h, &a);
		return;
	case E_CONFLICT:
		if (a.has_thing)
			take_item(c, h, &a.thing);
		return;
	case E_NOT_FOUND: case E_INVALID: case E_DENIED: case E_LIMIT:
		take_refusal(c, h, &a);
		return;
	case E_UNAVAILABLE: case E_RETRY: case E_UNCERTAIN: case E_FAILED: case OUTCOME__MAX:
		return; /* later again */
	}
}

static void
send_some(struct kind_client *c, unsigned most)
{
	for (size_t i = c->n; i-- > 0 && most;) {
		struct held *h;

		if (i >= c->n || is_clean(&c->held[i]) || !door_is_free(c->door))
			continue;
		h = &c->held[i];
		/* no answer so far: the very same again */
		if (!h->push)
			compose(c, h);
		deliver(c, h);
		most--;
	}
}

/* ---- what it does ---- */

void
kind_client_act(struct kind_client *c)
{
	unsigned n = chance_below(c->chance, 100);

	c->is_busy = true;
	if (n < 40)
		user_act(c);
	else if (n < 64)
		(void)fetch(c);
	else if (n < 90)
		send_some(c, 1 + chance_below(c->chance, 4));
	else if (n < 96)
		user_attach(c);
	else if (n < 97)
		resync(c);
	else
		for (int i = 0; i < 4 && !fetch(c); i++)
			continue;
	c->is_busy = false;
}

bool
kind_client_intrude(struct kind_client *c)
{
	unsigned n = chance_below(c->chance, 3);

	if (c->is_busy || !door_is_free(c->door))
		return false;
	c->is_busy = true;
	if (n == 0)
		(void)fetch(c);
	else if (n == 1)
		send_some(c, 2);
	else
		user_act(c);
	if (n == 2)
		send_some(c, 1);
	c->is_busy = false;
	return true;
}

bool
kind_client_settle(struct kind_client *c)
{
	unsigned loss = c->loss;
	bool is_done = false;

	c->is_busy = true;
	c->loss = 0;
	c->moved = false;
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 400 && !is_done; i++)
			is_done = fetch(c);
		if (!is_done)
			FAIL(c, "liveness", "client %d: 400 fetches without an end", c->no);
		if (pass == 0)
			send_some(c, HELD_MAX);
		is_done = false;
	}
	c->loss = loss;
	c->is_busy = false;
	for (size_t i = 0; i < c->n; i++)
		if (!is_clean(&c->held[i]))
			return false;
	return !c->moved;
}
