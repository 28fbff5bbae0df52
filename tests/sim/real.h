/*
 * real.h -- the world of the simulator in a real MariaDB, shared by real.c and
 * real_calls.c.
 */
#ifndef SIM_REAL_H
#define SIM_REAL_H

#include "server.h"

#include "sim.h"

#undef fail /* cmocka's; ours is a member */
#define SESSIONS 4
#define LOCKS 64

struct session {
	struct store *store;
	struct attempt *by;
	bool is_used, has_receipt, wrote;
	char key[40];           /* row that is locked or made */
	struct src before;
	char lock[LOCKS][40];
	size_t lock_n;
};

struct world {
	struct world_conf conf;
	struct test_list t;
	struct db *eye, *dba[2];
	char lock[2][LOCKS][40]; /* rows that the DBA's transactions have written */
	size_t lock_n[2];
	bool is_open[2];
	struct session session[SESSIONS];
	struct session *list_holder;
	struct arena arena;
	uint64_t time;
	unsigned no, interrupts;
};

/* ld's wrappers are called without a word of ours: the one world of this process. */
extern struct world *the_world;

struct session *real_session_of(struct store *s);
/* What a transaction held is free again. */
void real_forget(struct session *s);
bool real_row(struct world *w, struct db *db, const char *key, struct src *out);

#endif
