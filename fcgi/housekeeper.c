/*
 * housekeeper.c -- numbers new lists, scans, drains inboxes, watches triggers,
 * purges, and notices a database that was put back to an older state.
 *
 * Polls harvest what waits in the inbox themselves, so nothing here has to be
 * quick; it does what no poll should wait for. An error in one list is said,
 * once, and the others go on.
 */
#define _GNU_SOURCE /* ppoll */
#include "housekeeper.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "binding.h"
#include "harvest.h"
#include "heads.h"
#include "log.h"

#define LEASE "housekeeper"
#define LEASE_S 30
#define LEASE_RENEW_MS 5000
#define TICK_MS 500
#define LOOK_MS 5000              /* between two looks at a view's columns */
#define DRAIN_ROWS 5000           /* of one list, before the next has its turn */
#define TRIGGERS_MS 10000         /* between two looks for missing triggers */
#define BRIDGE_MS 5000           /* between two scans while they are missing */
#define HEADS_MS 5000             /* between two writings of the state file */
#define DAY_S INT64_C(86400)
#define PURGE_MS (DAY_S * 1000)
#define TOMBSTONE_DAYS 400
#define RECEIPT_DAYS 90
#define KEPT_DAYS 90              /* versions of files that somebody overwrote unseen, or removed */

static volatile sig_atomic_t told_to_stop; /* the signal flag */

struct care { /* of one list */
	int64_t look_at, triggers_at, bridge_at; /* ms: next time */
	bool lacks_triggers;
	bool was_ready;
	char trouble[1100];             /* as last said */
};

struct keeper {
	struct app *app;
	struct app_engine g;
	struct binding binding;
	struct heads heads;
	struct care *care;
	const char *holder;
	bool is_mine;
	int64_t lease_at, heads_at, purge_at;
};

static void
on_signal(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait, with signals open. */
static void
rest(int64_t ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };
	sigset_t none;

	sigemptyset(&none);
	if (!told_to_stop)
		ppoll(NULL, 0, &t, &none);
}

static void
trouble(struct care *c, const struct list *l, const char *doing, const struct err *e)
{
	char text[sizeof(c->trouble)];

	snprintf(text, sizeof(text), "%s: %s %s", doing, e->peer, e->detail);
	if (strcmp(text, c->trouble) == 0)
		return;
	memcpy(c->trouble, text, sizeof(text));
	log_error("list %s: %s", l->name, text);
}

/* The database remembers less than we do: it was restored from a backup. */
static enum outcome
check_head(struct keeper *k, const struct list *l, struct list_state *st, struct err *e)
{
	struct head seen;
	enum outcome rc = store_peek(k->g.engine.store, l, 0, st, e);

	if (rc != OK)
		return rc;
	if (heads_get(&k->heads, &l->id, &seen) && (st->incarnation < seen.incarnation ||
	    (st->incarnation == seen.incarnation && st->head < seen.number))) {
		log_warn("list %s: the database knows change %llu, %llu was seen before: it was "
		    "restored; all clients will start again", l->name,
		    (unsigned long long)st->head, (unsigned long long)seen.number);
		rc = harvest_restored(&k->g.engine, l, e);
		if (rc == OK)
			rc = store_peek(k->g.engine.store, l, 0, st, e);
		heads_forget(&k->heads, &l->id);
	}
	if (rc == OK)
		heads_set(&k->heads, &l->id, (struct head){ st->incarnation, st->head });
	return rc;
}

static enum outcome
watch_triggers(struct keeper *k, const struct list *l, struct care *c, struct err *e)
{
	int64_t now = clock_ms();
	const char *missing = NULL;
	bool all = true;
	enum outcome rc = OK;

	if (l->track != TRACK_TRIGGERS)
		return OK;
	if (now >= c->triggers_at) {
		rc = store_triggers(k->g.engine.store, l, &all, &missing, e);
		if (rc != OK)
			return rc;
		c->triggers_at = now + TRIGGERS_MS;
		if (!all && !c->lacks_triggers)
			log_warn("list %s: triggers are missing on %s; scanning instead until "
			    "owsadm install has put them back", l->name,
			    missing ? missing : "a table");
		if (all && c->lacks_triggers) {
			log_note("list %s: its triggers are back", l->name);
			rc = harvest_scan_if_due(&k->g.engine, l, true, e);
		}
		c->lacks_triggers = !all;
	}
	if (rc == OK && c->lacks_triggers && now >= c->bridge_at) {
		rc = harvest_scan_if_due(&k->g.engine, l, true, e);
		c->bridge_at = clock_ms() + BRIDGE_MS;
	}
	return rc;
}

/* One turn for one list. *more: there is work left. doing: for the error's text. */
static enum outcome
tend(struct keeper *k, const struct list *l, struct care *c, bool *more, const char **doing,
    struct err *e)
{
	struct engine *g = &k->g.engine;
	struct list_state st;
	enum outcome rc;

	*doing = "reading its state";
	rc = check_head(k, l, &st, e);
	if (rc == OK && clock_ms() >= c->look_at) {
		*doing = "comparing its mapping";
		rc = harvest_definition(g, l, e);
		if (rc == OK)
			c->look_at = clock_ms() + LOOK_MS;
	}
	if (rc == OK && !st.is_ready) {
		*doing = "numbering its rows";
		rc = harvest_prepare(g, l, e);
		if (rc == OK)
			log_note("list %s: numbered and ready", l->name);
	}
	if (rc == OK) {
		*doing = "looking for its triggers";
		rc = watch_triggers(k, l, c, e);
	}
	/* interval 0 means a scan at every poll, by the poll */
	if (rc == OK && l->scan_every_s > 0) {
		*doing = "scanning";
		rc = harvest_scan_if_due(g, l, false, e);
	}
	if (rc == OK) {
		*doing = "taking its changes";
		rc = harvest_all(g, l, DRAIN_ROWS, more, e);
	}
	return rc;
}

static enum outcome
purge(struct keeper *k, const struct list *l, struct err *e)
{
	int64_t now;
	long nanoseconds;
	enum outcome o;

	k->g.engine.now(k->g.engine.env, &now, &nanoseconds);
	o = store_purge_files(k->g.engine.store, l, now - TOMBSTONE_DAYS * DAY_S,
	    now - KEPT_DAYS * DAY_S, e);
	return o == OK ? store_purge(k->g.engine.store, l, now - TOMBSTONE_DAYS * DAY_S,
	    now - RECEIPT_DAYS * DAY_S, e) : o;
}

/* True: some list has more to do at once. */
static bool
tend_all(struct keeper *k)
{
	const struct lists *lists = k->app->lists;
	bool is_purge = clock_ms() >= k->purge_at, is_busy = false, more;
	struct store *s = k->g.engine.store;
	const char *doing = "";
	struct err e;

	for (size_t i = 0; i < lists->n && !told_to_stop && !store_is_lost(s); i++) {
		const struct list *l = lists->list[i];
		struct care *c = &k->care[i];
		enum outcome rc;

		/* a view may change without a statement of ours noticing it */
		if (l->is_bound && clock_ms() >= c->look_at)
			binding_look(&k->binding, i);
		if (!l->is_bound) {
			c->look_at = 0;
			continue;
		}
		more = false;
		e = (struct err){ .code = OK };
		rc = tend(k, l, c, &more, &doing, &e);
		if (rc == OK && is_purge) {
			doing = "purging";
			rc = purge(k, l, &e);
		}
		if (rc != OK)
			trouble(c, l, doing, &e);
		else
			c->trouble[0] = '\0';
		is_busy |= rc == OK && more;
		arena_reset(&k->g.arena);
	}
	if (is_purge)
		k->purge_at = clock_ms() + PURGE_MS;
	return is_busy;
}

static void
renew_lease(struct keeper *k)
{
	struct err e;
	bool is_mine;

	if (clock_ms() < k->lease_at)
		return;
	if (store_lease(k->g.engine.store, LEASE, k->holder, LEASE_S, &is_mine, &e) != OK) {
		log_err("lease", &e);
		is_mine = false;
	}
	if (is_mine && !k->is_mine)
		log_note("keeps house for %zu lists", k->app->lists->n);
	k->is_mine = is_mine;
	k->lease_at = clock_ms() + LEASE_RENEW_MS;
}

static void
keep_house(struct keeper *k)
{
	bool is_busy;
	struct err e;

	while (!told_to_stop) {
		is_busy = false;
		if (!binding_refresh(&k->binding)) {
			renew_lease(k);
			if (k->is_mine)
				is_busy = tend_all(k);
		}
		arena_reset(&k->g.arena);
		if (k->is_mine && clock_ms() >= k->heads_at) {
			heads_save(&k->heads);
			k->heads_at = clock_ms() + HEADS_MS;
		}
		rest(is_busy ? 0 : TICK_MS);
	}
	if (k->is_mine) {
		heads_save(&k->heads);
		/* the next one need not wait for its end; if this fails, it does */
		(void)!store_lease(k->g.engine.store, LEASE, k->holder, 0, &is_busy, &e);
	}
}

int
housekeeper_run(struct app *a, const char *holder)
{
	struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
	struct keeper *k = calloc(1, sizeof(*k));
	struct err e = { .code = OK };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	if (!k || !(k->care = calloc(a->lists->n + 1, sizeof(*k->care))))
		return 1;
	k->app = a;
	if (app_engine_open(a, &k->g, &e) != OK ||
	    binding_open(&k->binding, &k->g, a->lists, true, &e) != OK) {
		log_err("housekeeper", &e);
		return 1;
	}
	k->holder = holder;
	heads_open(&k->heads, a->conf->state_dir);
	keep_house(k);
	heads_close(&k->heads);
	binding_close(&k->binding);
	app_engine_close(&k->g);
	free(k->care);
	free(k);
	return 0;
}
