/*
 * adm_install.c -- `owsadm install` and `owsadm uninstall`.
 */
#include <stdio.h>

#include "install.h"
#include "owsadm.h"

static struct install
plan(struct adm *m, const struct lists *lists)
{
	return (struct install){ .admin = &m->admin, .daemon = &m->conf->database,
		.sql_dir = m->conf->sql_dir, .lists = lists, .users = m->conf->users_view ? &m->conf->users : NULL,
		.print = m->is_print ? stdout : NULL };
}

int
adm_install(struct adm *m)
{
	struct lists *lists;
	struct install i;
	struct err e = { 0 };
	enum outcome rc;
	size_t errors;

	if (!adm_lists(m, &lists))
		return ADM_PROBLEMS;
	i = plan(m, lists);
	errors = m->problems.error_n;
	rc = adm_check_users(m, &e);
	if (m->problems.error_n > errors)
		i.users = NULL; /* the lists go on */
	if (rc == OK)
		rc = install_run(&i, &m->problems, &e);
	lists_close(lists);
	if (m->is_print) /* what is shown can be fed to a client */
		for (const struct ini_problem *p = m->problems.first; p; p = p->next)
			printf("-- %s\n", ini_problem_text(&m->arena, p));
	else
		adm_say(m, NULL);
	if (rc != OK)
		return adm_failed(&e);
	if (!m->is_print)
		printf("%zu list%s installed in %s\n", lists->n, lists->n == 1 ? "" : "s",
		    m->admin.database);
	return m->problems.error_n ? ADM_PROBLEMS : ADM_FINE;
}

int
adm_uninstall(struct adm *m)
{
	static const struct lists none;
	struct install i = plan(m, &none);
	struct err e = { 0 };

	if (install_undo(&i, m->drop_data, &e) != OK)
		return adm_failed(&e);
	if (!m->is_print)
		printf("triggers are gone%s\n", m->drop_data ? ", sync database and accounts too" :
		    "; the sync database is kept (--data drops it)");
	return ADM_FINE;
}
