/*
 * db.h -- a MariaDB connection and prepared statements; the only user of <mysql.h>.
 *
 * No automatic reconnect, no multi-statements, found-rows semantics. Values go
 * in as parameters only. Error numbers become outcomes in one place.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdint.h>
#include "err.h"
#include "str.h"

struct db;
struct db_stmt;

struct db_conf {
	const char *socket, *host, *user, *password, *database;
	unsigned port, timeout_s;
	unsigned patience_s;  /* to wait for an answer; 0: timeout_s */
};

struct file_bytes; /* sync/store.h */

struct db_arg { /* one parameter */
	enum { DB_NULL, DB_TEXT, DB_BYTES, DB_U64, DB_I64, DB_STREAM } type;
	struct str s;
	uint64_t u;
	int64_t i;
	const struct file_bytes *bytes; /* DB_STREAM: sent in pieces; db_run only */
};

#define DB_ARG_TEXT(v) ((struct db_arg){ .type = (v).p ? DB_TEXT : DB_NULL, .s = (v) })
#define DB_ARG_BYTES(v, len) \
	((struct db_arg){ .type = DB_BYTES, .s = { (const char *)(v), (len) } })
#define DB_ARG_U64(v) ((struct db_arg){ .type = DB_U64, .u = (v) })
#define DB_ARG_I64(v) ((struct db_arg){ .type = DB_I64, .i = (v) })

#define DB_ARG_STREAM(from) ((struct db_arg){ .type = DB_STREAM, .bytes = (from) })

struct db_column { /* of a result */
	const char *name;
	const char *schema, *table, *origin; /* base table and its column; "" for an expression */
	unsigned type;      /* MYSQL_TYPE_* */
	unsigned long flags, length;
	unsigned charset, decimals;
};

enum outcome db_open(const struct db_conf *conf, struct db **out, struct err *e) WARN_UNUSED;
void db_close(struct db **db);
/* The connection is gone; everything prepared on it too. */
bool db_is_lost(const struct db *db);
/* Between two statements: the server has ended the connection. One system call, nothing is sent. */
bool db_hung_up(const struct db *db);

/* Text without parameters and results (SET, START TRANSACTION, DDL). */
enum outcome db_exec(struct db *db, const char *sql, struct err *e) WARN_UNUSED;
/* COMMIT; a connection lost here is E_UNCERTAIN. */
enum outcome db_commit(struct db *db, struct err *e) WARN_UNUSED;
void db_rollback(struct db *db);

enum outcome db_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
    WARN_UNUSED;
void db_unprepare(struct db_stmt **st);
/*
 * Run text that holds nothing of a user: integers formatted by us, identifiers
 * checked and quoted. Its rows are read by db_next in the text protocol, which
 * streams wide rows faster than the binary one (no copy, no conversion).
 */
enum outcome db_query(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
    WARN_UNUSED;
/*
 * Execute. E_LIMIT: a stream is larger than the server takes (max_allowed_packet).
 * A result is then read by db_next until it says E_NOT_FOUND, or ended by db_reset. */
enum outcome db_run(struct db_stmt *st, const struct db_arg *arg, size_t n, struct err *e)
    WARN_UNUSED;
/*
 * Execute once per row of arguments (arg[row * width + column]) in as few round
 * trips as the packet size allows. For statements without a result.
 */
enum outcome db_run_many(struct db_stmt *st, const struct db_arg *arg, size_t width, size_t rows,
    struct err *e) WARN_UNUSED;
/* Next row: OK, E_NOT_FOUND at the end. col[i] is borrowed until the next call; NULL p: SQL NULL. */
enum outcome db_next(struct db_stmt *st, const struct str **col, size_t *n, struct err *e)
    WARN_UNUSED;
void db_reset(struct db_stmt *st);
uint64_t db_affected(const struct db_stmt *st);
uint64_t db_insert_id(const struct db_stmt *st);
/* Shape of the result (after prepare). */
size_t db_columns(const struct db_stmt *st, const struct db_column **out);
/*
 * The last execution met a result of another shape (types, lengths, number of
 * columns) than the one prepared: what it reads was altered.
 */
bool db_shape_changed(const struct db_stmt *st);
/*
 * The last columns of st, as many as `like` has, have the shape of those of
 * `like`: NULL, or the name of the first that has not. Borrowed from like.
 */
const char *db_shape_unlike(const struct db_stmt *st, const struct db_stmt *like);
/* MariaDB's number of the last error on this connection (1062, 1146, ...), 0 none. */
unsigned db_errno(const struct db *db);
/* The last error says that something is not there, or not as it was bound, or no longer allowed. */
bool db_is_shape_error(const struct db *db);
/* Column that the last error's message names, NULL p when none. Borrowed. */
struct str db_error_column(const struct db *db);
/* The last error again, with `subject` in the place of the column. Returns its outcome. */
enum outcome db_error_about(const struct db *db, const char *subject, struct err *e);

#endif
