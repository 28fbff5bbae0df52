/*
 * sim.h -- what the parts of the simulator share: small plain values, the
 * world (a source table and a store: fake.c in memory, real.c in MariaDB), the
 * door to the engine (door.c) and the judge (judge.c).
 *
 * Rows and bags have fixed shapes here, without pointers, so that "equal" is
 * memcmp and no code of the engine is needed to compare anything.
 */
#ifndef SIM_H
#define SIM_H

#include "apply.h"
#include "harvest.h"
#include "plan.h"

/* ---- chance ---- */
struct chance { uint64_t s; };
uint64_t chance_next(struct chance *c);
unsigned chance_below(struct chance *c, unsigned n);     /* 0 .. n-1; n > 0 */
bool chance_in(struct chance *c, unsigned per_mille);

/* ---- values ---- */
#define VAL_MAX 96     /* bytes with their NUL: five excepted dates */
struct val {
	bool is_set;       /* false: SQL NULL, or no such property; all bytes are zero then */
	char t[VAL_MAX];
};
enum { COL_TITLE, COL_BIRTHDAY, COL_CODE, COL_EMAIL, COL_FIRST, COL__N };
enum { PROP_REF = 5, PROP__N = 6 };
extern const char *const prop_name[PROP__N];

#define COL__MAX 6     /* of any shape of list; what a shape does not have is NULL */

struct src { /* a row of the source table; COL_CODE is the key as text */
	struct val col[COL__MAX];
	bool is_present;
};

/* A list of another kind than contacts (kinds.h): its columns, COL_CODE its key again. */
struct shape {
	const char *name;
	enum list_kind kind;
	size_t column_n;
	const struct column *column;
	const struct vocabulary *vocabulary;
	bool (*in_view)(const struct src *r);
};
struct content {
	struct val col[COL__N];
	struct val prop[PROP__N];
};
struct val val_of(struct str s);
struct val val_set(const char *text);
struct str val_str(const struct val *v);
bool val_eq(const struct val *a, const struct val *b);
/* What the table makes of a value that is written: e-mail addresses lose trailing blanks. */
struct val val_stored(size_t col, struct val v);
bool src_in_view(const struct src *r); /* titles that begin with '#' are hidden */
bool src_is_bad(const struct src *r);  /* birthdays before 1601 cannot be shown */
bool cols_eq(const struct val *a, const struct val *b);
void cols_text(char *out, size_t size, const struct val *col);

/* ---- the world ---- */
struct world;
struct attempt;

struct watch { /* what the world tells the driver */
	void *arg;
	void (*fail)(void *arg, const char *rule, const char *fmt, ...) PRINTF(3, 4);
	/* A committed change of the source; by NULL: the DBA. */
	void (*source)(void *arg, struct attempt *by, const struct src *before,
	    const struct src *after);
	/* A committed change of an item; before NULL: a new one; after NULL: purged. */
	void (*item)(void *arg, struct attempt *by, const struct item *before,
	    const struct item *after);
	/* Somebody else may act now. */
	void (*interrupt)(void *arg);
};

struct world_conf {
	struct chance *chance;
	struct watch watch;
	enum track_mode track;
	int64_t scan_every_s;
	unsigned page_rows;
	const char *fault;      /* a bug to seed into the world, "" none: FAULT= */
	const struct shape *shape; /* NULL: contacts */
};

struct world *world_open(const struct world_conf *conf);
void world_close(struct world *w);
const struct list *world_list(struct world *w);
uint64_t world_time(struct world *w);       /* rises with every commit */
void world_clock(struct world *w, int64_t now_s); /* what the database takes for the time */
/* per mille of store calls that fail, are interrupted; 0 in a pause */
void world_trouble(struct world *w, unsigned faults, unsigned interrupts);
/* Triggers dropped by somebody: changes of the DBA leave no key. */
void world_blind(struct world *w, bool is_blind);

/* A session for one request. NULL: too many at once. */
struct store *world_session(struct world *w, struct attempt *by);
void world_release(struct world *w, struct store *s);
enum outcome world_reconnect(struct world *w, struct store *s, struct err *e);

/* Two transactions of the DBA, 0 and 1. False: locked by somebody, or not possible; nothing done. */
bool world_put(struct world *w, int tx, const struct src *row);   /* insert or update by key */
bool world_drop(struct world *w, int tx, const char *key);
bool world_rekey(struct world *w, int tx, const char *from, const char *to);
bool world_see(struct world *w, int tx, const char *key, struct src *out);
bool world_end(struct world *w, int tx, bool is_commit);
void world_new_key(struct world *w, char out[40]);

/* Committed rows, view or not; valid until the next call. */
const struct src *world_rows(struct world *w, size_t *n);
/*
 * The row of that key was once, since that time, what `col` says (col NULL:
 * not in the view), or bad. True when the world keeps no past.
 */
bool world_was(struct world *w, const char *key, uint64_t since, const struct val *col);
/* Nothing has been written to that row since; false when the world keeps no past. */
bool world_is_steady(struct world *w, const char *key, uint64_t since);
/* Keep the whole database aside; bring it back. False: this world cannot. */
bool world_backup(struct world *w);
bool world_restore(struct world *w);
/* Contradictions inside the store that no client can see; told to watch.fail. In a pause. */
void world_check(struct world *w);

/* ---- the door to the engine ---- */
struct wire_row {
	uint32_t id, version;
	struct guid guid;
	struct content c;
	char history[512];
};
struct pull_request {
	const char *token, *cursor;   /* "" none */
	uint32_t limit;
	bool is_descending;
};
#define PULL_MAX 600
struct pull_answer {
	enum outcome outcome;
	char text[320];
	bool is_restart, has_more, has_schema;
	char token[160], cursor[320]; /* cursor "": none */
	size_t row_n, gone_n;
	struct wire_row row[PULL_MAX];
	uint32_t gone[PULL_MAX];
};
struct push {
	enum command command;
	char login[16];
	uint32_t id, expected;
	char ref[40], history[512];
	bool has_col[COL__N], has_prop[PROP__N];
	struct content c;             /* what is sent of it: see above */
	/* for the judge only */
	struct val seen[COL__N];      /* the row as the client knew it at `expected` */
	struct val kept[PROP__N];     /* its bag likewise */
	unsigned serial;
	unsigned commits;             /* attempts that changed something */
};
struct push_answer {
	enum outcome outcome;
	char text[320];
	bool has_item;
	struct wire_row row;
};
struct attempt { /* one request on its way: filled by the world as it commits */
	struct push *push;            /* NULL: a pull or the housekeeper */
	unsigned source_n;            /* committed changes of the source */
	unsigned raised_n;            /* committed new versions of push's own item, or its birth */
	uint64_t begun;
	const void *what;             /* kinds.h: struct kind_push, of any other NULL */
};
struct door {
	struct world *world;
	struct watch watch;
	struct hash hash;
	struct chance *chance;
	int64_t now_s;
	long now_ns;
	int depth;                    /* requests within requests */
	uint32_t flying;              /* item that a push under way is about; 0 none */
	unsigned page_rows;
	struct arena arena[4];
	bool hooks_on, is_traced;
	bool is_exact;                /* an answer holds all that was committed before it was asked for */
	uint64_t pulls, pushes;
};
void door_open(struct door *d, struct world *w, const struct watch *watch, struct chance *c,
    unsigned page_rows);
void door_close(struct door *d);
bool door_is_free(const struct door *d);
/* One request at this depth: its own session, its own memory, until door_leave. */
struct request { /* the engine's env */
	struct door *door;
	struct store *store;
};
struct engine door_enter(struct door *d, struct request *r, struct attempt *at);
void door_leave(struct door *d, struct request *r);
void door_pull(struct door *d, const char *login, const struct pull_request *q,
    struct pull_answer *out);
void door_push(struct door *d, struct push *p, struct push_answer *out, struct attempt *at);
/* The housekeeper: prepare, scan, drain, purge, restored. */
enum door_chore { CHORE_PREPARE, CHORE_SCAN, CHORE_DRAIN, CHORE_PURGE, CHORE_RESTORED };
enum outcome door_chore(struct door *d, enum door_chore what, struct err *e);

/* ---- the judge ---- */
struct judge;
struct judge *judge_open(const struct watch *watch);
void judge_close(struct judge *j);
void judge_source(struct judge *j, struct attempt *by, const struct src *before,
    const struct src *after);
void judge_item(struct judge *j, struct attempt *by, uint64_t time, const struct item *before,
    const struct item *after);
/* The item has not changed since then, as far as this world tells. */
bool judge_is_steady(const struct judge *j, uint32_t id, uint64_t since);
bool judge_key_is_steady(const struct judge *j, const struct val *key, uint64_t since);
/* An answer to a push leaves the server, whether or not it arrives. */
void judge_push(struct judge *j, struct world *w, const struct attempt *at,
    const struct push_answer *a);
/* A row leaves the server: its values were the source's at some time since then. */
void judge_row(struct judge *j, struct world *w, uint64_t since, const struct wire_row *r);
/* Bag that an item must have; false: this world does not tell. */
bool judge_bag(const struct judge *j, uint32_t id, struct val out[PROP__N]);
/* All clients agree on the version of an item. Between two pauses. */
void judge_agree(struct judge *j, uint32_t id, uint32_t version);
void judge_pause(struct judge *j);
/* The database is brought back: what was acknowledged since is gone with reason. */
void judge_restored(struct judge *j, bool is_over);
/* A packed bag into plain values. */
bool bag_read(struct str bag, struct val out[PROP__N]);

/* ---- clients ---- */
#define CLIENT_N 3
struct client;
struct client *client_open(int no, struct door *d, struct chance *c, const struct watch *w,
    struct judge *j);
void client_close(struct client *c);
/* One thing that a person or Outlook does. */
void client_act(struct client *c);
/* While somebody else's request is under way: a whole small action. False: it is busy itself. */
bool client_intrude(struct client *c);
/* Fetch, send, fetch, without trouble. True when nothing moved and nothing waits. */
bool client_settle(struct client *c);
/* Compare the replica with the source. */
void client_compare(struct client *c);
/* Something was sent and has got no answer. */
bool client_is_waiting(const struct client *c);
/* The database was purged or brought back: tokens may be refused. */
void client_expect_restart(struct client *c, bool is_restored);

/* ---- the DBA ---- */
struct dba {
	struct world *w;
	struct chance *chance;
	bool is_open[2];
	char lost[16][40];   /* keys that are gone and may return */
	unsigned lost_n;
	struct src before[8]; /* rows as they were, to be put back */
	unsigned before_n;
};
void dba_act(struct dba *d);
void dba_pause(struct dba *d, bool is_mending); /* end what is open; mend bad rows */

#endif
