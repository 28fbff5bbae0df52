/*
 * open.h -- what the process layer needs of the database beyond sync/store.h:
 * connections, binding of lists, lease, state of triggers.
 */
#ifndef DB_OPEN_H
#define DB_OPEN_H

#include "people.h"
#include "store.h"

struct store_conf {
	const char *socket;     /* path, or NULL for TCP */
	const char *host;
	unsigned port;
	const char *user, *password;
	const char *database;   /* of the sync tables: "ows" */
	unsigned timeout_s;     /* connect, read, write */
};

/* Caller keeps conf alive. No connection is made yet. */
enum outcome store_open(const struct store_conf *conf, struct store **out, struct err *e)
    WARN_UNUSED;
void store_close(struct store **s);

/*
 * Make sure there is a connection that works: connects, sets and verifies the
 * session (utf8mb4, strict mode, UTC, READ COMMITTED, lock timeout), prepares
 * the engine's statements. *is_new: lists must be bound again. A schema of
 * another version is E_UNAVAILABLE with a sentence.
 */
enum outcome store_connect(struct store *s, bool *is_new, struct err *e) WARN_UNUSED;
/* The last call found the connection dead. */
bool store_is_lost(const struct store *s);

/*
 * Compare the definition with the database: view and columns exist, types fit,
 * what can be written. Fills the bound members of *l, l->no (0 when `install`
 * has not met it yet), l->is_bound. E_INVALID with problems in p.
 */
enum outcome store_bind(struct store *s, struct list *l, struct ini_problems *p, struct err *e)
    WARN_UNUSED;
/* The list's statements met another shape of the view (or none): bind again before the next use. */
bool store_is_stale(const struct store *s, const struct list *l);

/*
 * A row of the table of users, on a connection of its own, so that it can be
 * asked for while rows of a list stream. out->id 0: nobody. On the arena.
 */
enum outcome store_person(struct store *s, const struct people_conf *c, enum person_by by,
    struct str value, struct person *out, struct err *e) WARN_UNUSED;

/* Take or renew the one lease `name` for `seconds`. holder: unique per process. */
enum outcome store_lease(struct store *s, const char *name, const char *holder, unsigned seconds,
    bool *is_mine, struct err *e) WARN_UNUSED;
/* All triggers that the list wants are there. *missing: "schema.table" of the first that is not. On the arena. */
enum outcome store_triggers(struct store *s, const struct list *l, bool *all,
    const char **missing, struct err *e) WARN_UNUSED;

#endif
