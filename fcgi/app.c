/*
 * app.c -- composition: configuration, provider folders, site, engine.
 *
 * One arena per configuration: a reload opens a second app beside the first and
 * closes the first when no new process can be made from it any more.
 */
#include "app.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "limits.h"
#include "lists/wire.h"

#define APP_ARENA_BYTES (64 * MIB) /* thousands of provider files fit */

/* Behind those of the folders before. */
static void
append(struct arena *a, struct list ***list, size_t *n, struct list *const *more, size_t more_n)
{
	struct list **grown = ARENA_ARRAY(a, struct list *, *n + more_n);

	if (*n)
		memcpy(grown, *list, *n * sizeof(*grown));
	if (more_n)
		memcpy(grown + *n, more, more_n * sizeof(*grown));
	*list = grown;
	*n += more_n;
}

enum outcome
app_lists(const struct conf *c, struct ini_problems *p, struct lists **out, struct err *e)
{
	struct lists *all = ARENA_NEW(p->arena, struct lists), *one;
	enum outcome rc;

	for (size_t i = 0; i < c->provider_dir_n; i++) {
		rc = lists_load(c->provider_dir[i], &wire_vocabulary, p, &one, e);
		if (rc != OK) {
			lists_close(all);
			return rc;
		}
		append(p->arena, &all->list, &all->n, one->list, one->n);
		append(p->arena, &all->refused, &all->refused_n, one->refused, one->refused_n);
	}
	lists_settle(all, p);
	*out = all;
	return OK;
}

static enum outcome
site_open(struct app *a, struct err *e)
{
	const struct conf *c = a->conf;

	a->site = (struct site){
		.base_url = c->base_url,
		.base_path = c->base_path,
		.title = c->title,
		.alternate_urls = c->alternate_urls,
		.min_minutes = (unsigned)c->min_minutes,
		.recommended_minutes = (unsigned)c->recommended_minutes,
		.zone_name = c->zone_name,
		.zone = zone_open(c->zone_name, e),
		.htdocs = c->htdocs,
		.admin = c->site_admin,
	};
	return a->site.zone ? OK : E_INVALID;
}

struct app *
app_open(const char *file, void (*say)(const struct ini_problem *), struct err *e)
{
	struct app *a = calloc(1, sizeof(*a));
	enum outcome rc = E_INVALID;

	if (!a) {
		err_set(e, E_FAILED, "no memory for the configuration");
		return NULL;
	}
	arena_init(&a->arena, APP_ARENA_BYTES);
	a->problems.arena = &a->arena;
	a->conf = conf_load(file, &a->problems);
	if (!a->conf)
		err_set(e, E_INVALID, "%s cannot be used: %zu error%s", file,
		    a->problems.error_n, a->problems.error_n == 1 ? "" : "s");
	else
		rc = app_lists(a->conf, &a->problems, &a->lists, e);
	if (rc == OK)
		rc = site_open(a, e);
	for (const struct ini_problem *p = a->problems.first; p; p = p->next)
		say(p);
	if (rc != OK)
		app_close(&a);
	return a;
}

void
app_close(struct app **a)
{
	if (!*a)
		return;
	if ((*a)->lists)
		lists_close((*a)->lists);
	zone_close(&(*a)->site.zone);
	arena_clear(&(*a)->arena);
	free(*a);
	*a = NULL;
}

static void
tick(void *env)
{
	struct app_engine *g = env;

	if (g->progress)
		++*g->progress;
}

static void
now(void *env, int64_t *seconds, long *nanoseconds)
{
	struct timespec t;

	tick(env);
	clock_gettime(CLOCK_REALTIME, &t);
	*seconds = t.tv_sec;
	*nanoseconds = t.tv_nsec;
}

static void
chance(void *env, unsigned char *out, size_t n)
{
	ssize_t got;

	tick(env);
	for (size_t at = 0; at < n; at += got > 0 ? (size_t)got : 0)
		got = getrandom(out + at, n - at, 0); /* EINTR: again */
}

static void
nap(void *env, unsigned ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	tick(env);
	nanosleep(&t, NULL);
}

static enum outcome
person(void *env, enum person_by by, struct str value, struct person *out, struct err *e)
{
	struct app_engine *g = env;

	tick(env);
	return store_person(g->engine.store, g->users, by, value, out, e);
}

enum outcome
app_engine_open(const struct app *a, struct app_engine *g, struct err *e)
{
	enum outcome rc;

	*g = (struct app_engine){ .progress = NULL };
	rc = store_open(&a->conf->database, &g->engine.store, e);
	if (rc != OK)
		return rc;
	arena_init(&g->arena, LIMIT_ARENA_BYTES);
	hash_open(&g->hash);
	g->engine.arena = &g->arena;
	g->engine.hash = &g->hash;
	g->engine.env = g;
	g->engine.now = now;
	g->engine.random = chance;
	g->engine.pause = nap;
	g->engine.page_rows = (uint32_t)a->conf->page_rows;
	g->engine.ref_property = STR(WIRE_REF);
	g->engine.vocabulary = &wire_vocabulary;
	g->users = a->conf->users_view ? &a->conf->users : NULL;
	g->engine.person = g->users ? person : NULL;
	store_use(g->engine.store, &g->arena);
	return OK;
}

void
app_engine_close(struct app_engine *g)
{
	if (!g->engine.store)
		return;
	store_close(&g->engine.store);
	hash_close(&g->hash);
	arena_clear(&g->arena);
}
