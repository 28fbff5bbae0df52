/*
 * install.h -- sync database, accounts, grants and triggers: made, shown or
 * taken away by `owsadm`, with the DBA's own account.
 */
#ifndef DB_INSTALL_H
#define DB_INSTALL_H

#include <stdio.h>
#include "open.h"

struct install {
	const struct store_conf *admin;   /* the DBA's account */
	const struct store_conf *daemon;  /* whose account and grants are made */
	const char *sql_dir;              /* numbered schema files */
	const struct lists *lists;
	const struct people_conf *users;  /* table that the daemon reads, or NULL */
	FILE *print;                      /* not NULL: write the statements here and change nothing */
};

/* Idempotent: a second run changes nothing. Upgrades an older schema in place. */
enum outcome install_run(const struct install *i, struct ini_problems *p, struct err *e) WARN_UNUSED;
/* Triggers first, then (drop_data) the sync database and accounts. */
enum outcome install_undo(const struct install *i, bool drop_data, struct err *e) WARN_UNUSED;

#endif
