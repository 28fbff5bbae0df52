/*
 * binding.c -- connection and bound lists of one process.
 */
#include "binding.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "limits.h"
#include "log.h"

#define RETRY_MS 1000
#define BIND_ARENA_BYTES (4 * MIB) /* of one list */

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The engine asks for this in the middle of a change (engine.h). */
static enum outcome
reconnect(void *env, struct err *e)
{
	struct app_engine *g = env;
	const char *why = binding_refresh(g->binding);

	return why ? err_set(e, E_UNAVAILABLE, "%s", why) : OK;
}

enum outcome
binding_open(struct binding *b, struct app_engine *g, struct lists *lists, bool is_loud,
    struct err *e)
{
	*b = (struct binding){ .g = g, .lists = lists, .is_loud = is_loud };
	b->list = calloc(lists->n ? lists->n : 1, sizeof(*b->list));
	if (!b->list)
		return err_set(e, E_FAILED, "no memory for %zu lists", lists->n);
	for (size_t i = 0; i < lists->n; i++)
		arena_init(&b->list[i].arena, BIND_ARENA_BYTES);
	g->binding = b;
	g->engine.reconnect = reconnect;
	return OK;
}

void
binding_close(struct binding *b)
{
	for (size_t i = 0; b->list && i < b->lists->n; i++)
		arena_clear(&b->list[i].arena);
	free(b->list);
	b->list = NULL;
}

/* Say it once, and again when it changes. */
static void
say(struct binding *b, struct binding_list *bl, const struct list *l,
    const struct ini_problems *p, const struct err *e)
{
	const char *reason = "";

	if (!l->is_bound)
		reason = p->first ? ini_problem_text(&bl->arena, p->first) : e->peer;
	if (b->is_loud && l->is_bound && !bl->is_bound)
		log_note("list %s: serves %s.%s", l->name, l->schema, l->view);
	if (b->is_loud && !l->is_bound && strncmp(reason, bl->reason,
	    sizeof(bl->reason) - 1) != 0) {
		log_warn("list %s is not served: %s%s%s", l->name, reason,
		    e->detail[0] ? " " : "", e->detail);
		for (const struct ini_problem *q = p->first ? p->first->next : NULL; q; q = q->next)
			log_warn("list %s: %s", l->name, ini_problem_text(&bl->arena, q));
	}
	bl->is_bound = l->is_bound;
	strncpy(bl->reason, reason, sizeof(bl->reason) - 1);
}

/* now: ms, for the limit; 0: this attempt does not count, the next may follow at once. */
static void
bind_list(struct binding *b, size_t i, int64_t now)
{
	struct binding_list *bl = &b->list[i];
	struct list *l = b->lists->list[i];
	struct ini_problems p = { .arena = &bl->arena };
	struct err e = { .code = OK };

	arena_reset(&bl->arena);
	bl->tried = now;
	l->is_bound = false;
	l->no = 0;
	if (store_bind(b->g->engine.store, l, &p, &e) != OK)
		l->is_bound = false;
	else if (!l->no)
		err_set(&e, E_UNAVAILABLE, "the sync database does not know it yet; "
		    "run owsadm install");
	if (!l->no)
		l->is_bound = false;
	say(b, bl, l, &p, &e);
}

void
binding_look(struct binding *b, size_t i)
{
	bind_list(b, i, clock_ms());
}

static void
connection_lost(struct binding *b, const struct err *e)
{
	if (b->is_loud && (b->is_up || strcmp(b->reason, e->peer) != 0))
		log_err("database", e);
	b->is_up = false;
	b->tried = clock_ms();
	memcpy(b->reason, e->peer, sizeof(b->reason));
	b->reason[sizeof(b->reason) - 1] = '\0';
}

const char *
binding_refresh(struct binding *b)
{
	struct store *s = b->g->engine.store;
	struct err e = { .code = OK };
	bool is_new = false;
	int64_t now;

	if (!b->is_up && b->tried && clock_ms() - b->tried < RETRY_MS)
		return b->reason;
	store_use(s, &b->g->arena);
	if (store_connect(s, &is_new, &e) != OK) {
		connection_lost(b, &e);
		return b->reason;
	}
	if (!b->is_up && b->is_loud && b->tried)
		log_note("database: connected again");
	b->is_up = true;
	b->tried = 0;
	now = clock_ms();
	for (size_t i = 0; i < b->lists->n && !store_is_lost(s); i++) {
		struct list *l = b->lists->list[i];

		if (is_new || ((!l->is_bound || store_is_stale(s, l)) &&
		    now - b->list[i].tried >= RETRY_MS))
			bind_list(b, i, is_new ? 0 : now);
	}
	if (store_is_lost(s)) {
		err_set(&e, E_UNAVAILABLE, "The database is not answering. Try again in a minute.");
		connection_lost(b, &e);
		return b->reason;
	}
	return NULL;
}
