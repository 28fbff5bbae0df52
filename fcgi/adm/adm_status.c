/*
 * adm_status.c -- `owsadm status`, `reload` and `restored`: a running site.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "binding.h"
#include "harvest.h"
#include "num.h"
#include "owsadm.h"
#include "status.h"

#define BAD_SOME 5        /* bad rows named of a list */
#define BAD_ALL 100000    /* with --bad */

/* The supervisor; 0 when there is none, *why says so. */
static pid_t
supervisor(const struct adm *m, char why[256])
{
	const char *file = m->conf->pid_file;
	char line[64] = "";
	int64_t pid;
	FILE *f;

	if (!file) {
		snprintf(why, 256, "whether owsd runs is unknown: no [server] pid_file is configured");
		return 0;
	}
	f = fopen(file, "r");
	if (!f) {
		snprintf(why, 256, "owsd does not run (%.150s: %s)", file, strerror(errno));
		return 0;
	}
	if (!fgets(line, sizeof line, f))
		line[0] = 0;
	fclose(f);
	if (!num_i64(str_trim(str_of(line)), 2, INT32_MAX, &pid)) {
		snprintf(why, 256, "%.150s does not hold a process number", file);
		return 0;
	}
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
		snprintf(why, 256, "owsd does not run any more (%.150s names process %lld)", file,
		    (long long)pid);
		return 0;
	}
	return (pid_t)pid;
}

static const char *
age(struct arena *a, int64_t then, int64_t now)
{
	int64_t s = now - then;

	if (!then)
		return "never";
	if (s < 120)
		return arena_fmt(a, "%llds ago", (long long)(s < 0 ? 0 : s)).p;
	if (s < 7200)
		return arena_fmt(a, "%lldmin ago", (long long)(s / 60)).p;
	return arena_fmt(a, "%lldh ago", (long long)(s / 3600)).p;
}

/* One line; true when nothing is the matter. */
static bool
say_list(struct adm *m, const struct list *l, const struct list_status *st)
{
	const char *triggers = l->track == TRACK_SCAN ? "scan" : st->has_triggers ? "there" :
	    "MISSING";

	if (!st->is_installed) {
		printf("%-20s %-28s not installed: run `owsadm install`\n", l->name, l->title);
		return false;
	}
	printf("%-20s %-28s %8llu %8llu %7llu %6llu %-10s %-9s %s\n", l->name, l->title,
	    (unsigned long long)st->items, (unsigned long long)st->head,
	    (unsigned long long)st->inbox, (unsigned long long)st->bad,
	    st->is_ready ? "ready" : "preparing", triggers, age(&m->arena, st->scanned, st->now));
	for (size_t i = 0; i < st->bad_n; i++)
		printf("    row %s: %s\n", st->bad_key[i], st->bad_reason[i]);
	if (st->bad > st->bad_n)
		printf("    and %llu more rows that cannot be shown (`owsadm status --bad`)\n",
		    (unsigned long long)(st->bad - st->bad_n));
	if (st->missing)
		printf("    no trigger on %s: changes are found by scanning; run `owsadm install`\n",
		    st->missing);
	if (st->trouble)
		printf("    %s\n", st->trouble);
	return st->is_ready && !st->bad && st->has_triggers && !st->trouble;
}

/* True when nothing is the matter. Whether there is a database at all has been said. */
static bool
say_users(struct adm *m)
{
	struct err e = { 0 };
	const char *trouble;

	if (!m->conf->users_view || status_users(&m->conf->database, &m->conf->users, &m->arena,
	    &trouble, &e) != OK || !trouble)
		return true;
	printf("\n[users]: %s\n", trouble);
	return false;
}

int
adm_status(struct adm *m)
{
	struct lists *lists;
	char why[256];
	pid_t pid = supervisor(m, why);
	bool is_fine = pid != 0;

	if (pid)
		printf("owsd runs as process %ld\n\n", (long)pid);
	else
		printf("%s\n\n", why);
	if (!adm_lists(m, &lists))
		return ADM_PROBLEMS;
	printf("%-20s %-28s %8s %8s %7s %6s %-10s %-9s %s\n", "LIST", "TITLE", "ITEMS", "HEAD",
	    "WAITING", "BAD", "STATE", "TRIGGERS", "SCANNED");
	for (size_t i = 0; i < lists->n; i++) {
		struct list_status st;
		struct err e = { 0 };

		if (status_list(&m->conf->database, lists->list[i], m->is_bad ? BAD_ALL : BAD_SOME,
		    &m->arena, &st, &e) != OK) {
			lists_close(lists);
			return adm_failed(&e);
		}
		is_fine &= say_list(m, lists->list[i], &st);
	}
	for (size_t i = 0; i < lists->refused_n; i++)
		printf("%-20s %-28s REFUSED: its file has an error, see below; its clients get 503\n",
		    lists->refused[i]->name, lists->refused[i]->title ?
		    lists->refused[i]->title : "(title unread)");
	lists_close(lists);
	is_fine &= say_users(m);
	if (m->problems.first)
		printf("\n");
	adm_say(m, NULL);
	return is_fine && !m->problems.error_n ? ADM_FINE : ADM_PROBLEMS;
}

int
adm_reload(struct adm *m)
{
	struct lists *lists;
	char why[256];
	pid_t pid = supervisor(m, why);

	if (!pid) {
		fprintf(stderr, "owsadm: %s\n", why);
		return ADM_PROBLEMS;
	}
	/* said here, where somebody looks, and not only in the log */
	if (adm_lists(m, &lists))
		lists_close(lists);
	adm_say(m, NULL);
	if (kill(pid, SIGHUP) < 0) {
		fprintf(stderr, "owsadm: cannot signal process %ld: %s\n", (long)pid,
		    strerror(errno));
		return ADM_PROBLEMS;
	}
	printf("owsd (process %ld) reads configuration and providers again\n", (long)pid);
	if (!say_users(m))
		return ADM_PROBLEMS;
	return m->problems.error_n ? ADM_PROBLEMS : ADM_FINE;
}

/* ---- restored ---- */

static enum outcome
restore_list(struct app_engine *g, const struct list *l, struct err *e)
{
	if (!l->is_bound || !l->no) {
		printf("%-20s left out: it is not installed, or does not fit its view (`owsadm "
		    "check`)\n", l->name);
		return OK;
	}
	printf("%-20s starts a new incarnation\n", l->name);
	return harvest_restored(&g->engine, l, e);
}

int
adm_restored(struct adm *m)
{
	struct app app = { .conf = m->conf };
	struct app_engine g = { 0 };
	struct binding b = { 0 };
	struct lists *lists;
	struct err e = { 0 };
	const char *why;
	enum outcome rc;

	if (!adm_lists(m, &lists))
		return ADM_PROBLEMS;
	app.lists = lists;
	rc = app_engine_open(&app, &g, &e);
	if (rc == OK) {
		rc = binding_open(&b, &g, lists, true, &e);
		why = rc == OK ? binding_refresh(&b) : NULL;
		if (why)
			rc = err_set(&e, E_UNAVAILABLE, "%s", why);
		for (size_t i = 0; rc == OK && i < lists->n; i++)
			rc = restore_list(&g, lists->list[i], &e);
		binding_close(&b);
		app_engine_close(&g);
	}
	lists_close(lists);
	return rc == OK ? ADM_FINE : adm_failed(&e);
}
