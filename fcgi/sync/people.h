/*
 * people.h -- users as persons: a number, a login, a name, an address. They are
 * in a table of the DBA's ([users] of owsd.ini), or a login stands for itself.
 *
 * Clients know a person by the number, so it is stable: the table's, or made of
 * the login.
 */
#ifndef SYNC_PEOPLE_H
#define SYNC_PEOPLE_H

#include <stdint.h>

#include "arena.h"
#include "err.h"
#include "str.h"

struct engine;

/* Where the table is; columns name and mail may be "". */
struct people_conf {
	const char *schema, *view;
	const char *id, *login, *name, *mail;
};

enum person_by { PERSON_BY_LOGIN, PERSON_BY_ID, PERSON_BY_MAIL, PERSON_BY__MAX };

struct person {
	uint32_t id;             /* 1 to INT32_MAX */
	struct str login, name, mail; /* empty: unknown */
};

struct people;

/*
 * For one request, with a memory of its own of whom it was asked for: what is
 * found stays valid until the next call. NULL: there is no table.
 */
struct people *people_open(struct arena *a, struct engine *g);
/*
 * The person, by login (as written, or mapped, see access.h), number or address. people NULL:
 * every login is a person, and nothing else leads to one. False: nobody, or the
 * table cannot be read (people_failed).
 */
bool people_find(struct people *people, enum person_by by, struct str value,
    struct person *out) WARN_UNUSED;
/*
 * Whom a column of the view means: it may hold numbers, logins, or logins as the web
 * server has them. False: nobody that the table knows, or there is none.
 */
bool people_of(struct people *people, struct arena *a, struct str value, struct person *out)
    WARN_UNUSED;
/* The table could not be read: what was found since is not to be trusted. OK: it could. */
enum outcome people_failed(const struct people *people, struct err *e) WARN_UNUSED;

#endif
