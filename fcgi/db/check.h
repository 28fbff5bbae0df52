/*
 * check.h -- everything that cannot work between a provider file and its view,
 * in the DBA's terms: line, key, column, what was found, what to do.
 */
#ifndef DB_CHECK_H
#define DB_CHECK_H

#include "open.h"

/*
 * The same with the DBA's account, which sees more, before anything is
 * installed: what store_bind would say, too. Lists with an error are told by
 * p->error_n.
 */
enum outcome check_by_dba(const struct store_conf *admin, struct list *l, struct ini_problems *p,
    struct err *e) WARN_UNUSED;

/*
 * A list whose file has an error: what can be said of view, key and columns all
 * the same, so that nobody mends one half only to be told of the other.
 */
enum outcome check_refused(const struct store_conf *admin, struct list *l,
    struct ini_problems *p, struct err *e) WARN_UNUSED;

/* Beyond store_bind: writability, base tables not covered by tracking, cascades, triggers, first bad rows. */
enum outcome check_list(struct store *s, struct list *l, struct ini_problems *p, struct err *e)
    WARN_UNUSED;

/* [users] of owsd.ini against its table, with the DBA's account. */
enum outcome check_people(const struct store_conf *admin, const struct people_conf *c,
    const char *file, struct ini_problems *p, struct err *e) WARN_UNUSED;

#endif
