/*
 * store.h -- what the engine needs from a database. Plain functions, chosen at
 * link time: db/ for MariaDB, tests/sim/fake.c in memory.
 *
 * Consistency that every implementation keeps:
 * - Between store_begin and store_commit each read sees what is committed at
 *   that moment plus the transaction's own writes (READ COMMITTED).
 * - store_walk, store_diff, store_one each see one consistent snapshot.
 * - store_lock blocks other transactions that lock the same list, until commit.
 * Results live on the arena given to store_open's caller (struct store.arena is
 * set per request) unless they say otherwise.
 * Every function returns OK or an outcome with *e filled: E_RETRY (repeat the
 * transaction from its beginning), E_UNAVAILABLE (connection, view or
 * definition; nothing was done), E_INVALID (the value was refused: peer text
 * names the field), E_FAILED.
 */
#ifndef SYNC_STORE_H
#define SYNC_STORE_H

#include "arena.h"
#include "err.h"
#include "item.h"
#include "list.h"
#include "sink.h"

struct store;

/* Where results go from now on; the store keeps the pointer until the next call. */
void store_use(struct store *s, struct arena *a);

/* ---- transactions ---- */
enum outcome store_begin(struct store *s, struct err *e) WARN_UNUSED;
/* E_UNCERTAIN: the connection was lost; look for the receipt. E_RETRY: certification failed, nothing happened. */
enum outcome store_commit(struct store *s, struct err *e) WARN_UNUSED;
/* Always leaves no transaction open. */
void store_abort(struct store *s);

/* ---- lists ---- */
struct list_state {
	uint64_t head;           /* number of the newest change; at least 1 */
	uint64_t head_ticks;     /* its stamp, 100 ns since year 1 */
	uint32_t next_id;
	uint32_t incarnation;    /* + 1 when the database was restored */
	uint32_t schema_version; /* clients see it as List/@Version */
	uint64_t schema_change;  /* number of the change that raised it */
	unsigned char definition[32];
	bool is_ready;           /* every row of the view has been numbered once */
	int64_t created, modified, deleted; /* UTC seconds; deleted: last removal, or created */
	uint32_t live_n;         /* items that are live and not bad */
	int64_t scanned;         /* when the last full scan ended; 0 never */
	/* store_peek only: */
	bool has_inbox;          /* committed inbox rows are waiting */
	uint64_t asked_ticks;    /* stamp of the change number asked for; 0: no such change */
};

/*
 * One indexed read without locks: state, whether the inbox holds rows, and the
 * stamp of change `number` (0: none asked).
 * E_UNAVAILABLE when the list is not known to the sync database.
 */
enum outcome store_peek(struct store *s, const struct list *l, uint64_t number,
    struct list_state *out, struct err *e) WARN_UNUSED;
/* Inside a transaction: lock the list's row and read it. */
enum outcome store_lock(struct store *s, const struct list *l, struct list_state *out,
    struct err *e) WARN_UNUSED;
/* Write it back (head, ticks, ids, schema, times, counts); also makes certification see us. */
enum outcome store_save(struct store *s, const struct list *l, const struct list_state *st,
    struct err *e) WARN_UNUSED;

/*
 * This process and the sync database describe the list differently: look at
 * the view again before the next use. Says nothing to the database.
 */
void store_suspect(struct store *s, const struct list *l);

/* ---- inbox: keys whose row may have changed ---- */
struct inbox_row {
	uint64_t id;
	struct str key;
	bool is_changed;   /* a difference was seen: the version rises whatever is found now */
};

/* At most max committed rows, oldest id first; a plain read that locks nothing. */
enum outcome store_inbox(struct store *s, const struct list *l, size_t max,
    struct inbox_row **rows, size_t *n, struct err *e) WARN_UNUSED;
/* Rows of one key, this transaction's own included; of very many only some. */
enum outcome store_inbox_of(struct store *s, const struct list *l, struct str key,
    struct inbox_row **rows, size_t *n, struct err *e) WARN_UNUSED;
/* Put keys into the inbox; outside a transaction it commits by itself. */
enum outcome store_inbox_add(struct store *s, const struct list *l, const struct str *keys,
    size_t n, bool is_changed, struct err *e) WARN_UNUSED;
/* Exactly these, by id. */
enum outcome store_inbox_delete(struct store *s, const struct list *l,
    const struct inbox_row *rows, size_t n, struct err *e) WARN_UNUSED;
/*
 * Compare every row of the view with its item and put each key that differs
 * (new, changed, gone, good again) into the inbox; writes nothing else. Takes
 * no lock on the source. *found: keys put there. Not inside a transaction.
 */
enum outcome store_scan(struct store *s, const struct list *l, uint64_t *found,
    struct err *e) WARN_UNUSED;

/* ---- the source ---- */
/*
 * The rows of these keys, without locks: rows[i] belongs to keys[i]. A key that
 * comes twice is ROW_BAD; a view's key that differs from the asked one in any
 * byte is ROW_ABSENT. Where more than one key is asked for, only the values of
 * structural fields are there, the others NULL: rows have no bound, and who asks
 * for many compares prints.
 */
enum outcome store_rows(struct store *s, const struct list *l, const struct str *keys, size_t n,
    struct row **rows, struct err *e) WARN_UNUSED;
/* The current row, its base rows locked until the transaction ends. */
enum outcome store_row_lock(struct store *s, const struct list *l, struct str key,
    struct row *out, struct err *e) WARN_UNUSED;
/* Insert cells and the list's constants; *key: of the new row. E_INVALID names the field. */
enum outcome store_row_insert(struct store *s, const struct list *l, const struct cell *cell,
    size_t n, struct str *key, struct err *e) WARN_UNUSED;
/* Write these cells, one UPDATE per base table. */
enum outcome store_row_update(struct store *s, const struct list *l, struct str key,
    const struct cell *cell, size_t n, struct err *e) WARN_UNUSED;
/*
 * Bytes [at, at + n) of the content of a row (FIELD_CONTENT), from one consistent
 * snapshot, in pieces. value: what the row says of it, "<bytes>:<SHA-256>".
 * E_CONFLICT: it says something else by now. E_NOT_FOUND: the row has gone. A
 * sink that fails ends it with OK. Not inside a transaction.
 */
enum outcome store_document_read(struct store *s, const struct list *l, struct str key,
    struct str value, uint64_t at, uint64_t n, struct sink *to, struct err *e) WARN_UNUSED;
/* As [write] delete says. */
enum outcome store_row_delete(struct store *s, const struct list *l, struct str key,
    struct err *e) WARN_UNUSED;

/* ---- items ---- */
/* out->id == 0 when there is none. Tombstones are items. */
enum outcome store_item(struct store *s, const struct list *l, uint32_t id, struct item *out,
    struct err *e) WARN_UNUSED;
/*
 * For each key its live item (id 0: none) and its newest tombstone (id 0: none).
 * E_LIMIT: their properties are too much at once; ask for fewer keys. Never of one key.
 */
enum outcome store_items_of(struct store *s, const struct list *l, const struct str *keys,
    size_t n, struct item **live, struct item **lapsed, struct err *e) WARN_UNUSED;
/*
 * Under the list's lock. insert: new ids (E_CONFLICT when a live item has that
 * key); update: every column but id, key, guid, created, author.
 */
enum outcome store_items_insert(struct store *s, const struct list *l, const struct item *item,
    size_t n, struct err *e) WARN_UNUSED;
enum outcome store_items_update(struct store *s, const struct list *l, const struct item *item,
    size_t n, struct err *e) WARN_UNUSED;
/* A live inner item hangs on another row from now on. */
enum outcome store_item_rekey(struct store *s, const struct list *l, uint32_t id, struct str key,
    struct err *e) WARN_UNUSED;

/* Live inner items (kind.h) of the row with that key, by key. E_INVALID as below. */
enum outcome store_inner(struct store *s, const struct list *l, struct str owner,
    struct item **items, size_t *n, struct err *e) WARN_UNUSED;
/* Live items with that uid, by id. E_INVALID beyond twice LIMIT_TOGETHER, or 40 MiB of them. */
enum outcome store_items_by_uid(struct store *s, const struct list *l, const struct guid *uid,
    struct item **items, size_t *n, struct err *e) WARN_UNUSED;
/*
 * Keys of the view's rows whose column (index into list->column, text or a key)
 * is that value; is_path: or begins with it and a '/'. Plain read. E_LIMIT
 * beyond LIMIT_TOGETHER.
 */
enum outcome store_keys_where(struct store *s, const struct list *l, size_t column,
    struct str value, bool is_path, struct str **keys, size_t *n, struct err *e) WARN_UNUSED;

/* ---- files attached to items ---- */
struct file {
	struct guid guid;              /* permanent */
	uint32_t version;              /* from 1; guid and version name these bytes for ever. 0: no file */
	uint32_t item;
	struct str name;
	uint64_t size;                 /* bytes */
	unsigned char digest[HASH_LEN];/* SHA-256 of them */
	struct guid content;           /* where they are: what store_content_put was given */
	int64_t modified;              /* UTC seconds */
	struct str editor;
};
/* Bytes that may be read more than once, because transactions are repeated. */
struct file_bytes {
	uint64_t size;
	/* Up to n bytes from `at` on. False: they cannot be read. */
	bool (*read)(void *arg, uint64_t at, char *p, size_t n, size_t *got);
	void *arg;
};
/* Inside a transaction, before any lock: the bytes, under a new random guid. */
enum outcome store_content_put(struct store *s, const struct list *l, const struct guid *guid,
    const struct file_bytes *from, struct err *e) WARN_UNUSED;
/* That version, current or not: out->version 0 when there is none. */
enum outcome store_file(struct store *s, const struct list *l, const struct guid *guid,
    uint32_t version, struct file *out, struct err *e) WARN_UNUSED;
/* Under the list's lock: a version of a file, its bytes put in this transaction. */
enum outcome store_file_add(struct store *s, const struct list *l, const struct file *f,
    struct err *e) WARN_UNUSED;
/*
 * Under the list's lock: this version is no longer current. kept_at (UTC seconds):
 * nobody has seen it replaced, so it stays for store_purge_files; 0: its bytes go.
 */
enum outcome store_file_end(struct store *s, const struct list *l, const struct file *f,
    int64_t kept_at, struct err *e) WARN_UNUSED;
/* Under the list's lock: all files of one item now belong to another. */
enum outcome store_files_move(struct store *s, const struct list *l, uint32_t from, uint32_t to,
    struct err *e) WARN_UNUSED;
/* Current files of an item, by name. */
enum outcome store_files_of(struct store *s, const struct list *l, uint32_t item,
    struct file **files, size_t *n, struct err *e) WARN_UNUSED;

/*
 * Lists with a table of files of their own (list->files): what is there of the row
 * with that key, by name, at most LIMIT_ITEM_FILES. digest: a mark that differs
 * when the bytes do (their SHA-256, unless the list has files.modified); guid,
 * version and item are not filled.
 */
enum outcome store_source_files(struct store *s, const struct list *l, struct str key,
    struct file **files, size_t *n, struct err *e) WARN_UNUSED;
/* Write one, is_new or not; from NULL: remove it. The row is locked. E_LIMIT: larger than the server takes. */
enum outcome store_source_file_write(struct store *s, const struct list *l, struct str key,
    struct str name, const struct file_bytes *from, bool is_new, struct err *e) WARN_UNUSED;

/*
 * Bytes [at, at + n) of that version, from one consistent snapshot, in pieces.
 * E_NOT_FOUND: there is no such version; E_CONFLICT: its bytes are others by now
 * (in a table of the list's own). A sink that fails ends it with OK.
 */
enum outcome store_file_read(struct store *s, const struct list *l, const struct guid *guid,
    uint32_t version, uint64_t at, uint64_t n, struct sink *to, struct err *e) WARN_UNUSED;
/*
 * Files of items that are gone for good or were deleted before their UTC second,
 * and versions kept since before theirs. Before store_purge.
 */
enum outcome store_purge_files(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t kept_before, struct err *e) WARN_UNUSED;

enum change_kind { CHANGE_START, CHANGE_ITEM, CHANGE_DELETE, CHANGE_SCHEMA };
struct change {
	uint64_t number;
	uint64_t ticks;
	enum change_kind kind;
	uint32_t item;     /* 0 for START and SCHEMA */
};
enum outcome store_changes_add(struct store *s, const struct list *l, const struct change *c,
    size_t n, struct err *e) WARN_UNUSED;
/* Name a row that cannot be shown, for the DBA; reason NULL: it is good again. */
enum outcome store_bad_set(struct store *s, const struct list *l, struct str key,
    const char *reason, struct err *e) WARN_UNUSED;

/* ---- lost answers ---- */
/* The item that this login made with that reference; *id 0: none. */
enum outcome store_ref_get(struct store *s, const struct list *l, struct str login,
    struct str ref, uint32_t *id, struct err *e) WARN_UNUSED;
/* E_CONFLICT when the reference is taken (two identical requests at once). */
enum outcome store_ref_add(struct store *s, const struct list *l, struct str login,
    struct str ref, uint32_t id, struct err *e) WARN_UNUSED;
struct receipt { /* of an applied change */
	unsigned char digest[HASH_LEN];
	uint32_t id;
	uint32_t version;  /* that it made; 0: none found */
	int64_t at;        /* UTC seconds, for purging */
};
/* r->digest is asked for. */
enum outcome store_receipt_get(struct store *s, const struct list *l, struct receipt *r,
    struct err *e) WARN_UNUSED;
/*
 * E_CONFLICT when the digest is there for another item, or with a version that
 * is not lower (the same change, twice at once); else it replaces.
 */
enum outcome store_receipt_add(struct store *s, const struct list *l, const struct receipt *r,
    struct err *e) WARN_UNUSED;

/* ---- answers ---- */
/* item and row live until the function returns. Anything but OK ends the walk and is returned. */
typedef enum outcome store_each(void *arg, const struct item *item, const struct row *row,
    struct err *e);

struct walk {
	uint32_t from;      /* ids after this one (ascending), before it (descending); 0: from the end */
	bool is_descending;
	uint32_t limit;     /* rows; 0: all */
	bool is_grouped;    /* of everything at once: items with one uid together, oldest first */
};
/*
 * Live, good items by id. The row is as it is now, even if it differs from
 * item->print; it may turn out ROW_BAD, or ROW_ABSENT when it has gone since.
 */
enum outcome store_walk(struct store *s, const struct list *l, const struct walk *w,
    store_each *each, void *arg, struct err *e) WARN_UNUSED;
/*
 * Items whose newest change is in (after, upto], by that number: live ones with
 * their row (ROW_ABSENT when it is gone by now), tombstones with row NULL. At
 * most `limit` items.
 */
enum outcome store_diff(struct store *s, const struct list *l, uint64_t after, uint64_t upto,
    uint32_t limit, store_each *each, void *arg, struct err *e) WARN_UNUSED;
/*
 * Of a calendar: live, good items of rows that may take place in [from, to),
 * UTC seconds, at most `limit`: by FIELD_START and FIELD_END, a day or two too
 * generous, and every row with a rule. Where the start is no date column: all rows.
 */
enum outcome store_between(struct store *s, const struct list *l, int64_t from, int64_t to,
    uint32_t limit, store_each *each, void *arg, struct err *e) WARN_UNUSED;
/* Stamp of a change number, 0 when there is none. */
enum outcome store_ticks(struct store *s, const struct list *l, uint64_t number, uint64_t *ticks,
    struct err *e) WARN_UNUSED;
/* An item and its row at one moment. item->id == 0: none. */
enum outcome store_one(struct store *s, const struct list *l, uint32_t id, struct item *item,
    struct row *row, struct err *e) WARN_UNUSED;

/* ---- housekeeping ---- */
/*
 * The database was restored: add `by` to the version of every item and forget
 * the log, so that no token of before stands any more. Under the list's lock;
 * the caller adds a CHANGE_START in the same transaction.
 */
enum outcome store_restored(struct store *s, const struct list *l, uint32_t by, struct err *e)
    WARN_UNUSED;
/* Tombstones, changes, receipts older than their UTC second; the newest change always stays. */
enum outcome store_purge(struct store *s, const struct list *l, int64_t tombstones_before,
    int64_t receipts_before, struct err *e) WARN_UNUSED;

#endif
