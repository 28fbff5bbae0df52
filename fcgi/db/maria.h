/*
 * maria.h -- what the files of this layer share: the store behind sync/store.h.
 */
#ifndef DB_MARIA_H
#define DB_MARIA_H

#include "db.h"
#include "open.h"
#include "people.h"
#include "stmt.h"

struct view;

struct store {
	const struct store_conf *conf;
	struct db *db;             /* NULL: not connected */
	struct arena *arena;       /* of the request; results go there */
	struct hash hash;
	struct db_stmt *stmt[STMT__MAX];
	struct view *views;        /* bound lists */
	struct db *side;           /* of questions while rows stream; NULL: not yet needed */
	struct db_stmt *person[PERSON_BY__MAX];
	int64_t used_s;            /* monotonic: last time that the connection was known to work */
	bool is_keeper;            /* has held the lease: does what no request could wait for */
	bool is_patient;           /* the connection was made for that */
};

/*
 * Run an engine statement. E_UNAVAILABLE when there is no connection. *st is
 * read by db_next; the caller ends it by db_reset.
 */
enum outcome maria_run(struct store *s, enum stmt which, const struct db_arg *arg, size_t n,
    struct db_stmt **st, struct err *e) WARN_UNUSED;
/* The same for a statement without a result. */
enum outcome maria_do(struct store *s, enum stmt which, const struct db_arg *arg, size_t n,
    struct err *e) WARN_UNUSED;
enum outcome maria_do_many(struct store *s, enum stmt which, const struct db_arg *arg, size_t width,
    size_t rows, struct err *e) WARN_UNUSED;
/* There is a connection. */
enum outcome maria_ready(struct store *s, struct err *e) WARN_UNUSED;

/* Numbers as the database writes them; 0 for SQL NULL. */
uint64_t maria_u64(struct str s);
int64_t maria_i64(struct str s);

/* An item from ITEM_COLUMN_N values, borrowed from them. */
void maria_item(const struct str *col, struct item *out);
/* Its own copy, on the arena. */
void maria_item_keep(struct arena *a, struct item *item);

/* The second connection is closed. */
void maria_side_close(struct store *s);

/* All bound views are forgotten: the connection is gone. */
void view_forget_all(struct store *s);

/* One state of everything for all statements until db_rollback. */
enum outcome maria_snapshot(struct store *s, struct err *e) WARN_UNUSED;

#endif
