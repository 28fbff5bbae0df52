/*
 * owsadm.h -- what the commands of the operator's tool share. owsadm(8).
 */
#ifndef ADM_OWSADM_H
#define ADM_OWSADM_H

#include "app.h"

/* Exit status: fine; problems were found; wrong use. */
enum { ADM_FINE, ADM_PROBLEMS, ADM_USAGE };

struct adm {
	struct arena arena;
	struct ini_problems problems;
	const struct conf *conf;      /* NULL for commands without configuration */
	struct store_conf admin;      /* the DBA's account: configuration and options */
	bool is_print, drop_data, is_bad;
	const char *type;             /* --type of `new`, or NULL */
	int argc;                     /* arguments behind the command, options taken out */
	char **argv;
};

/* One command: adm_<name>.c. Returns the exit status. */
int adm_check(struct adm *m);
int adm_install(struct adm *m);
int adm_uninstall(struct adm *m);
int adm_status(struct adm *m);
int adm_reload(struct adm *m);
int adm_restored(struct adm *m);
int adm_new(struct adm *m);

/* All lists of the configuration; problems are collected, not said. False: said. */
bool adm_lists(struct adm *m, struct lists **out);
/* [users] of the configuration against its table; problems are collected, not said. */
enum outcome adm_check_users(struct adm *m, struct err *e) WARN_UNUSED;
/* Say the problems from `from` on (NULL: all), each on a line of standard output. */
void adm_say(struct adm *m, const struct ini_problem *from);
/* An error with its detail, on standard error. Returns ADM_PROBLEMS. */
int adm_failed(const struct err *e);

#endif
