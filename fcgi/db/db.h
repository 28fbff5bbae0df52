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
};

struct db_arg { /* one parameter */
	enum { DB_NULL, DB_TEXT, DB_BYTES, DB_U64, DB_I64 } type;
	struct str s;
	uint64_t u;
	int64_t i;
};

#define DB_ARG_TEXT(v) ((struct db_arg){ .type = (v).p ? DB_TEXT : DB_NULL, .s = (v) })
#define DB_ARG_BYTES(v, len) \
	((struct db_arg){ .type = DB_BYTES, .s = { (const char *)(v), (len) } })
#define DB_ARG_U64(v) ((struct db_arg){ .type = DB_U64, .u = (v) })
#define DB_ARG_I64(v) ((struct db_arg){ .type = DB_I64, .i = (v) })

struct db_column { /* of a result */
	const char *name;
	unsigned type;      /* MYSQL_TYPE_* */
	unsigned long flags, length;
	unsigned charset, decimals;
};

enum outcome db_open(const struct db_conf *conf, struct db **out, struct err *e) WARN_UNUSED;
void db_close(struct db **db);
/* The connection is gone; everything prepared on it too. */
bool db_is_lost(const struct db *db);

/* Text without parameters and results (SET, START TRANSACTION, DDL). */
enum outcome db_exec(struct db *db, const char *sql, struct err *e) WARN_UNUSED;
/* COMMIT; a connection lost here is E_UNCERTAIN. */
enum outcome db_commit(struct db *db, struct err *e) WARN_UNUSED;
void db_rollback(struct db *db);

enum outcome db_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
    WARN_UNUSED;
void db_unprepare(struct db_stmt **st);
/* Execute. A result is then read by db_next until it says E_NOT_FOUND, or ended by db_reset. */
enum outcome db_run(struct db_stmt *st, const struct db_arg *arg, size_t n, struct err *e)
    WARN_UNUSED;
/* Next row: OK, E_NOT_FOUND at the end. col[i] is borrowed until the next call; NULL p: SQL NULL. */
enum outcome db_next(struct db_stmt *st, const struct str **col, size_t *n, struct err *e)
    WARN_UNUSED;
void db_reset(struct db_stmt *st);
uint64_t db_affected(const struct db_stmt *st);
uint64_t db_insert_id(const struct db_stmt *st);
/* Shape of the result (after prepare). */
size_t db_columns(const struct db_stmt *st, const struct db_column **out);
/* MariaDB's number of the last error on this connection (1062, 1146, ...), 0 none. */
unsigned db_errno(const struct db *db);

#endif
