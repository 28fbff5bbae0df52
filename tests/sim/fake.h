/*
 * fake.h -- the fake database: records with a committed and an uncommitted
 * version, row locks, transactions.
 *
 * Committed values are immutable and live until the world is closed, so a
 * snapshot (for REPEATABLE READ and backups) is a copy of pointers.
 */
#ifndef SIM_FAKE_H
#define SIM_FAKE_H

#include "sim.h"

struct past {
	uint64_t since;
	const void *value;
	struct past *older;
};

struct rec {
	const char *key;
	const void *now;       /* committed; NULL: absent */
	const void *next;      /* of the transaction that holds the lock */
	struct store *by;      /* holds the lock; NULL: nobody */
	bool is_dirty;
	size_t no;             /* index in its table */
	struct past *past;     /* source only */
};

struct table {
	struct rec **rec;
	size_t n, size, first; /* records before first are gone for good (inbox) */
	uint32_t *slot;        /* open hash of index + 1 */
	size_t slot_n;
};

enum table_no {
	T_SOURCE, T_STATE, T_INBOX, T_ITEM, T_LIVE, T_CHANGE, T_REF, T_RECEIPT, T_BAD,
	T_FILE, T_CONTENT,
	T_MARK, /* by key: differences seen that no version has been given for */
	T__N
};

struct mark { const struct mark *older; };
struct image { const void **value[T__N]; size_t n[T__N]; };

/* How this store differs from a right one: the mutants that live below the engine. */
enum fake_fault {
	FAULT_NONE,
	FAULT_REPEATABLE_READ,  /* a transaction reads one snapshot, taken before its first lock */
	FAULT_NUMBER_AT_WRITE,  /* the inbox is read up to the newest committed id, then that id is remembered */
	FAULT_SCAN_NO_DELETES,  /* a scan does not look for rows that are gone */
	FAULT_DIRTY_READ        /* rows of others are seen before they are committed */
};

struct store { /* a session */
	struct world *w;
	struct arena *a;
	struct attempt *by;
	bool is_used, in_tx, is_doomed, is_lost, is_dba;
	struct rec **held;
	size_t held_n, held_size;
	struct image *image;   /* REPEATABLE READ */
};

#define SESSIONS 8
struct world {
	struct world_conf conf;
	struct list list;
	struct column column[COL__MAX];
	struct arena mem;      /* committed values */
	struct arena view;     /* of world_rows */
	struct hash hash;
	struct table table[T__N];
	struct store session[SESSIONS], dba[2];
	struct image backup;
	bool has_backup, is_blind;
	enum fake_fault fault;
	int64_t scanned, now_s;
	uint64_t time, inbox_id, next_key, seen_inbox;
	uint32_t highest_id;   /* ever given to an item */
	unsigned faults, interrupts;
};

struct src_row { /* what T_SOURCE holds */
	struct src src;
	unsigned char print[HASH_LEN];
};

struct rec *table_get(struct world *w, enum table_no t, const char *key);
struct rec *table_find(struct world *w, enum table_no t, const char *key);
/* What this session sees without a lock. s may be NULL: committed. */
const void *table_see(const struct store *s, enum table_no t, const struct rec *r);
/* Lock; false: somebody else holds it. */
bool table_lock(struct store *s, struct rec *r);
bool table_put(struct store *s, struct rec *r, const void *value);
/* The value that a lock makes visible. */
const void *table_latest(const struct rec *r);
void tx_commit(struct store *s);
void tx_rollback(struct store *s);
struct image image_take(struct world *w, struct arena *a);

/* Of the columns that the list has. */
bool fake_print(struct world *w, struct src_row *r);
/* Put a key into the inbox in this transaction, as a trigger does. */
void fake_trigger(struct store *s, const char *key, bool is_changed);

#endif
