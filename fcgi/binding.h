/*
 * binding.h -- a process' database connection, and its lists bound to it.
 *
 * Asked before every piece of work; costs nothing while all is well. Attempts
 * that fail are not repeated within a second.
 */
#ifndef BINDING_H
#define BINDING_H

#include "app.h"

struct binding_list {
	struct arena arena;       /* what the database said about the list */
	int64_t tried;            /* ms; 0 never */
	bool is_bound;
	char reason[400];         /* why not, as last said; "" */
};

struct binding {
	struct app_engine *g;
	struct lists *lists;
	bool is_loud;             /* says in the log what changes; one process of each host does */
	bool is_up;
	int64_t tried;            /* ms: last failed connect */
	char reason[320];         /* why the database is not there, for the client */
	struct binding_list *list; /* in the order of lists */
};

/* Caller's storage. */
enum outcome binding_open(struct binding *b, struct app_engine *g, struct lists *lists,
    bool is_loud, struct err *e) WARN_UNUSED;
void binding_close(struct binding *b);

/*
 * Connect if need be, bind lists that are stale or were not bound. NULL: the
 * database answers (single lists may still be unbound: list->is_bound says so).
 * Else a sentence for the client.
 */
const char *binding_refresh(struct binding *b);
/* Look at the view of list i again, whether or not anything met a difference. */
void binding_look(struct binding *b, size_t i);

#endif
