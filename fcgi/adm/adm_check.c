/*
 * adm_check.c -- `owsadm check`: provider files against their views.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "lists/wire.h"
#include "owsadm.h"
#include "status.h"

enum outcome
adm_check_users(struct adm *m, struct err *e)
{
	if (!m->conf->users_view)
		return OK;
	return check_people(&m->admin, &m->conf->users, m->conf->file, &m->problems, e);
}

/* The same with the daemon's account; before `install` there is none, or none that matters. */
static void
check_users_account(struct adm *m)
{
	struct ini_entry at = { .section = "users", .key = "view" };
	struct err e = { 0 };
	const char *trouble;

	if (m->conf->users_view && status_users(&m->conf->database, &m->conf->users, &m->arena,
	    &trouble, &e) == OK && trouble)
		ini_problem(&m->problems, m->conf->file, &at, "%s", trouble);
}

static void
check_account(struct adm *m, const struct list *l)
{
	struct ini_entry at = { .section = "source", .key = "view" };
	struct list_status st;
	struct err e = { 0 };

	if (status_list(&m->conf->database, l, 0, &m->arena, &st, &e) == OK && st.trouble)
		ini_problem(&m->problems, l->file, &at, "%s", st.trouble);
}

/* One list that could be read; the number of its errors is added up by the caller. */
static enum outcome
one(struct adm *m, struct list *l, struct err *e)
{
	size_t errors = m->problems.error_n, warnings = m->problems.warning_n;
	struct ini_problem *last = m->problems.last;
	enum outcome rc = check_by_dba(&m->admin, l, &m->problems, e);
	size_t new_errors, new_warnings;

	if (rc == OK && m->problems.error_n == errors)
		check_account(m, l);
	new_errors = m->problems.error_n - errors;
	new_warnings = m->problems.warning_n - warnings;
	if (new_errors || new_warnings)
		adm_say(m, last ? last->next : NULL);
	if (rc != OK)
		return rc;
	if (new_errors)
		printf("%s: refused (%zu error%s)\n", l->name, new_errors,
		    new_errors == 1 ? "" : "s");
	else
		printf("%s: fine%s\n", l->name, new_warnings ? ", with warnings" : "");
	return OK;
}

/* One whose file has errors, which have been said; a database that does not answer is said later. */
static void
refused(struct adm *m, struct list *l, const char *what)
{
	struct ini_problem *last = m->problems.last;
	struct err e = { 0 };
	size_t errors = 0;

	if (check_refused(&m->admin, l, &m->problems, &e) != OK)
		adm_failed(&e);
	if (m->problems.last != last)
		adm_say(m, last->next);
	for (const struct ini_problem *p = m->problems.first; p; p = p->next)
		errors += !p->is_warning && strcmp(p->file, l->file) == 0;
	printf("%s: refused (%zu error%s)\n", what, errors, errors == 1 ? "" : "s");
}

/* A file or folder of its own: `check providers/mine/provider.ini`. */
static struct list *
from_file(struct adm *m, const char *path, bool *is_good)
{
	struct arena *a = &m->arena;
	struct stat st;
	const char *file = path, *slash;
	struct str folder;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		file = arena_fmt(a, "%s/provider.ini", path).p;
	slash = strrchr(file, '/');
	folder = slash ? arena_dup(a, (struct str){ file, (size_t)(slash - file) }) : STR(".");
	slash = strrchr(folder.p, '/');
	return list_read(file, slash ? slash + 1 : folder.p, &wire_vocabulary, &m->problems, is_good);
}

static int
check_file(struct adm *m, const char *path)
{
	struct err e = { 0 };
	bool is_good;
	struct list *l = from_file(m, path, &is_good);
	enum outcome rc = OK;

	if (m->problems.first)
		adm_say(m, NULL);
	if (is_good)
		rc = one(m, l, &e);
	else
		refused(m, l, path);
	zone_close(&l->zone);
	zones_close(&l->zones);
	if (rc != OK)
		return adm_failed(&e);
	return m->problems.error_n ? ADM_PROBLEMS : ADM_FINE;
}

static int
check_all(struct adm *m)
{
	struct lists *lists;
	struct ini_problem *last;
	struct err e = { 0 };
	enum outcome rc = OK;

	if (!adm_lists(m, &lists))
		return ADM_PROBLEMS;
	if (m->problems.first)
		adm_say(m, NULL);
	else if (!lists->n && !lists->refused_n)
		puts("There is no list yet: no folder of [providers] dir holds a provider.ini.");
	for (size_t i = 0; rc == OK && i < lists->n; i++)
		rc = one(m, lists->list[i], &e);
	for (size_t i = 0; i < lists->refused_n; i++)
		refused(m, lists->refused[i], lists->refused[i]->name);
	lists_close(lists);
	last = m->problems.last;
	if (rc == OK)
		rc = adm_check_users(m, &e);
	if (rc == OK && m->problems.last == last)
		check_users_account(m);
	if (m->problems.last != last)
		adm_say(m, last ? last->next : NULL);
	if (rc != OK)
		return adm_failed(&e);
	return m->problems.error_n ? ADM_PROBLEMS : ADM_FINE;
}

/* The file of a configured list, whether it can be read or not; NULL: none has that name. */
static const char *
file_of(struct adm *m, const char *name)
{
	for (size_t i = 0; i < m->conf->provider_dir_n; i++) {
		const char *file = arena_fmt(&m->arena, "%s/%s/provider.ini",
		    m->conf->provider_dir[i], name).p;
		struct stat st;

		if (stat(file, &st) == 0)
			return file;
	}
	return NULL;
}

int
adm_check(struct adm *m)
{
	const char *what = m->argc ? m->argv[0] : NULL, *file;
	struct stat st;

	if (!what)
		return check_all(m);
	file = strchr(what, '/') ? NULL : file_of(m, what);
	if (!file && stat(what, &st) == 0)
		file = what;
	if (file)
		return check_file(m, file);
	fprintf(stderr, "owsadm: \"%s\" is neither the folder of a configured provider nor a file\n",
	    what);
	return ADM_USAGE;
}
