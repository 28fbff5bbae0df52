/*
 * check.h -- everything that cannot work between a provider file and its view,
 * in the DBA's terms: line, key, column, what was found, what to do.
 */
#ifndef DB_CHECK_H
#define DB_CHECK_H

#include "open.h"

/* Beyond store_bind: writability, base tables not covered by tracking, cascades, triggers, first bad rows. */
enum outcome check_list(struct store *s, struct list *l, struct ini_problems *p, struct err *e)
    WARN_UNUSED;

#endif
