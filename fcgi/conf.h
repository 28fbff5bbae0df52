/*
 * conf.h -- owsd.ini: one table of keys that parses, defaults, checks, prints
 * and documents. owsd(8), owsadm(8); owsd.ini(5) describes each key.
 *
 * Relative paths are relative to the folder of the file. All strings live on
 * the arena of the problems that conf_load was given; nothing is NULL unless it
 * says so.
 */
#ifndef CONF_H
#define CONF_H

#include <stdio.h>

#include "arena.h"
#include "ini.h"
#include "log.h"
#include "open.h"

#define CONF_FILE "/etc/owsd/owsd.ini" /* of owsd and owsadm without -c */

enum conf_listen { LISTEN_UNIX, LISTEN_TCP, LISTEN_INHERIT };

struct conf {
	const char *file;             /* absolute */

	/* [server] */
	const char *listen;           /* as written */
	enum conf_listen listen_kind;
	const char *listen_path;      /* LISTEN_UNIX: absolute */
	const char *listen_host, *listen_port; /* LISTEN_TCP */
	int64_t socket_mode;          /* of a Unix socket */
	const char *proxy_secret;     /* FastCGI parameter PROXY_SECRET that TCP needs; or NULL */
	int64_t workers;
	const char *user, *group;     /* that workers become when started as root; or NULL */
	const char *pid_file;         /* or NULL */
	const char *log_file;         /* NULL: standard error */
	enum log_level log_level;
	int64_t retire_after;         /* requests */
	int64_t retire_mib;           /* resident memory of a worker */
	int64_t stuck_after;          /* seconds without progress in one request */
	int64_t stop_after;           /* seconds for requests in flight after TERM */
	const char *state_dir;        /* what outlives a restart: heads that were seen */
	const char *spool_dir;        /* large answers, as unlinked files */
	const char *htdocs;

	/* [site] */
	const char *base_url;         /* no trailing slash */
	const char *base_path;        /* its path, "" or "/crm" */
	const char *title;
	const char *alternate_urls;   /* or NULL */
	const char *zone_name;
	int64_t min_minutes, recommended_minutes;
	int64_t page_rows;
	const char *site_admin;       /* logins, "a, b"; or NULL */

	/* [database] */
	struct store_conf database;   /* the daemon's account */
	struct store_conf admin;      /* same server, the DBA's account: `owsadm install` */
	const char *password_file, *admin_password_file; /* or NULL; already read */
	const char *sql_dir;          /* numbered schema files */

	/* [users] */
	const char *users_view;       /* as written, or NULL */
	struct people_conf users;     /* when there is one */

	/* [providers] */
	size_t provider_dir_n;
	const char *const *provider_dir; /* absolute; each holds <name>/provider.ini */

	/* as written, of every key: for printing */
	const void *values;
};

/*
 * Read the file, fill defaults, check. NULL when it cannot be used: the
 * errors are in p, file, line and key each. Warnings may be there all the same.
 */
const struct conf *conf_load(const char *file, struct ini_problems *p);

/* Each key with its value in force (secrets masked) and what it means, as a file that conf_load reads. */
void conf_print(const struct conf *c, FILE *to);

/* Name of the first key that differs and needs a restart, or NULL. */
const char *conf_needs_restart(const struct conf *was, const struct conf *is);

/* Each key on a line, tab-separated: section, key, default, help. For the check of the manual page. */
void conf_document(FILE *to);

#endif
