/*
 * draft.h -- a first provider.ini by looking at a view: `owsadm new`.
 */
#ifndef DB_DRAFT_H
#define DB_DRAFT_H

#include <stdio.h>
#include "open.h"

/* place: schema.view, as a list of that kind. The file is written to `to` when all is known, else E_INVALID. */
enum outcome draft_write(const struct store_conf *admin, const char *place,
    enum list_kind kind, const struct vocabulary *v, FILE *to, struct err *e) WARN_UNUSED;

#endif
