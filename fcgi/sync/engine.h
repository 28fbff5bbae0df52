/*
 * engine.h -- what every engine call is given: the store, the arena of the
 * request, time and chance. No globals.
 */
#ifndef SYNC_ENGINE_H
#define SYNC_ENGINE_H

#include "arena.h"
#include "people.h"
#include "store.h"

/* Places where a test may act in the middle of a transaction. */
enum engine_hook {
	HOOK_HARVEST_INBOX_READ, /* inbox rows are read, their view rows not yet */
	HOOK_APPLY_WRITTEN,      /* the source is written, the list not yet locked */
	HOOK_APPLY_COMMITTED     /* committed, the answer not yet given */
};

struct engine {
	struct store *store;
	struct arena *arena;
	struct hash *hash;
	void *env;
	void (*now)(void *env, int64_t *seconds, long *nanoseconds);
	void (*random)(void *env, unsigned char *out, size_t n);
	void (*hook)(void *env, enum engine_hook); /* NULL outside tests */
	void (*pause)(void *env, unsigned ms);     /* before a retry */
	/* After a connection lost in COMMIT: a new one, so that the receipt can be looked up. NULL: none. */
	enum outcome (*reconnect)(void *env, struct err *e);
	uint32_t page_rows;   /* most rows of one difference */
	/* The front's name of the property that carries a client's reference: not inherited. */
	struct str ref_property;
	/* A row of the table of users; out->id 0: nobody. NULL: there is no such table. See people.h. */
	enum outcome (*person)(void *env, enum person_by by, struct str value, struct person *out,
	    struct err *e);
	const struct vocabulary *vocabulary; /* the front's names of fields, and its forms of rules */
};

#endif
