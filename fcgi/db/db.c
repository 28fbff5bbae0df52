/*
 * db.c -- a MariaDB connection and prepared statements; the only user of
 * <mysql.h>.
 *
 * Results are never stored on our side: rows are fetched as they arrive, so
 * memory does not grow with a list. Buffers belong to the statement, start
 * small and grow with the values met; a huge one is given back at the reset.
 *
 * Over 500 lines, because the library's types stay inside this one file: connection and
 * session, then statements in both protocols, then many rows in one packet.
 */
#include "db.h"

#include <mysql.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "fault.h"
#include "limits.h"
#include "log.h"
#include "store.h"

#define FIRST_BUFFER 256          /* bytes per result column */
#define KEEP_BUFFER (64 * KIB)    /* a larger one is freed at the reset */
#define BULK_BYTES (1 * MIB)      /* of one execution for many rows */
#define BULK_ROWS 1000
#define STREAM_BYTES (256 * KIB)  /* sent at once of a long value */

struct db {
	MYSQL *my;
	bool is_lost;
	unsigned number;          /* of the last error */
	const struct fault *fault;
	char message[512];        /* the server's */
};

struct db_stmt {
	struct db *db;
	MYSQL_STMT *st;           /* binary protocol, or */
	MYSQL_RES *text;          /* text protocol */
	bool is_open;             /* a result waits to be read */
	bool is_other_shape;
	size_t param_n;
	MYSQL_BIND *param;
	size_t n;
	struct db_column *column;
	MYSQL_BIND *bind;
	char **buffer;
	unsigned long *length;
	my_bool *is_null;
	struct str *value;
	char *names;              /* storage of the columns' names */
	uint64_t affected, insert_id;
};

/* ---- errors ---- */

static enum outcome
db_fail(struct db *db, unsigned number, const char *state, const char *message,
    const char *doing, struct err *e)
{
	struct str column;
	char subject[160];

	db->number = number;
	db->fault = fault_find(number, state);
	snprintf(db->message, sizeof(db->message), "%s", message);
	if (db->fault->flags & FAULT_LOST)
		db->is_lost = true;
	column = fault_column(number, db->message);
	if (column.p)
		snprintf(subject, sizeof(subject), "\"%.*s\"", STR_ARG(column));
	else
		snprintf(subject, sizeof(subject), "a column");
	fault_set(e, db->fault, subject, db->message);
	err_detail(e, "%u: %s; %.300s", number, message, doing);
	return db->fault->code;
}

static enum outcome
fail_connection(struct db *db, const char *doing, struct err *e)
{
	return db_fail(db, mysql_errno(db->my), mysql_sqlstate(db->my), mysql_error(db->my),
	    doing, e);
}

static enum outcome
fail_stmt(struct db_stmt *st, const char *doing, struct err *e)
{
	return db_fail(st->db, mysql_stmt_errno(st->st), mysql_stmt_sqlstate(st->st),
	    mysql_stmt_error(st->st), doing, e);
}

static void *
must(void *p)
{
	if (!p) {
		log_error("out of memory");
		abort();
	}
	return p;
}

/* ---- connection and session ---- */

/*
 * What a session must be, and how it reads back. Messages in English, because
 * the column is read out of them; lock_wait_timeout bounds the wait for an
 * ALTER of the business application. No join buffers: items come in the order
 * of our index and the view is looked up by key, however small its table is, so
 * that nothing is sorted or stored before the first row.
 */
static const struct {
	const char *set, *read, *expect;
} session[] = {
	{ "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
	    "SELECT CONCAT(@@character_set_client, @@character_set_results, @@collation_connection)",
	    "utf8mb4utf8mb4utf8mb4_bin" },
	{ "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
	    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
	    "SELECT @@sql_mode",
	    "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
	    "NO_ENGINE_SUBSTITUTION" },
	{ "SET SESSION time_zone = '+00:00'", "SELECT @@time_zone", "+00:00" },
	{ "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
	    "SELECT CONCAT(@@tx_isolation, @@tx_read_only + 0)", "READ-COMMITTED0" },
	{ "SET SESSION autocommit = 1, lc_messages = 'en_US', lc_time_names = 'en_US', "
	    "completion_type = 'NO_CHAIN', sql_select_limit = DEFAULT, sql_big_selects = 1, "
	    "sql_safe_updates = 0, foreign_key_checks = 1, unique_checks = 1, "
	    "max_statement_time = 0, join_cache_level = 0",
	    "SELECT CONCAT(@@autocommit + 0, @@lc_messages, @@completion_type, "
	    "@@foreign_key_checks + 0, @@join_cache_level)",
	    "1en_USNO_CHAIN10" },
};

static enum outcome
check_session(struct db *db, const char *read, const char *expect, struct err *e)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	size_t n;
	enum outcome rc = db_query(db, read, &st, e);

	if (rc == OK)
		rc = db_next(st, &col, &n, e);
	if (rc == OK && !str_eq(col[0], str_of(expect))) {
		rc = err_set(e, E_UNAVAILABLE, "The database session cannot be set up as this "
		    "server needs it. Tell the administrator.");
		err_detail(e, "%s gave \"%.*s\", expected \"%s\"", read, STR_ARG(col[0]), expect);
	}
	db_unprepare(&st);
	return rc;
}

static enum outcome
set_session(struct db *db, struct err *e)
{
	char set[160], read[96], expect[32];
	enum outcome rc = OK;
	size_t i;

	for (i = 0; rc == OK && i < sizeof(session) / sizeof(*session); i++) {
		rc = db_exec(db, session[i].set, e);
		if (rc == OK)
			rc = check_session(db, session[i].read, session[i].expect, e);
	}
	if (rc != OK)
		return rc;
	snprintf(set, sizeof(set), "SET SESSION innodb_lock_wait_timeout = %d, lock_wait_timeout = %d",
	    LIMIT_LOCK_WAIT_S, LIMIT_LOCK_WAIT_S);
	snprintf(read, sizeof(read), "SELECT CONCAT(@@innodb_lock_wait_timeout, ',', @@lock_wait_timeout)");
	snprintf(expect, sizeof(expect), "%d,%d", LIMIT_LOCK_WAIT_S, LIMIT_LOCK_WAIT_S);
	rc = db_exec(db, set, e);
	return rc == OK ? check_session(db, read, expect, e) : rc;
}

enum outcome
db_open(const struct db_conf *conf, struct db **out, struct err *e)
{
	struct db *db = must(calloc(1, sizeof(*db)));
	unsigned timeout = conf->timeout_s ? conf->timeout_s : 30;
	unsigned patience = conf->patience_s > timeout ? conf->patience_s : timeout;
	unsigned protocol = conf->socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
	unsigned no_local = 0;
	my_bool no = 0, yes = 1;
	enum outcome rc = OK;

	db->my = must(mysql_init(NULL));
	mysql_options(db->my, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
	mysql_options(db->my, MYSQL_OPT_READ_TIMEOUT, &patience);
	mysql_options(db->my, MYSQL_OPT_WRITE_TIMEOUT, &timeout);
	mysql_options(db->my, MYSQL_OPT_RECONNECT, &no);
	mysql_options(db->my, MYSQL_REPORT_DATA_TRUNCATION, &yes);
	mysql_options(db->my, MYSQL_OPT_LOCAL_INFILE, &no_local);
	mysql_options(db->my, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_options(db->my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(db->my, conf->socket ? NULL : conf->host, conf->user,
	    conf->password, conf->database, conf->port, conf->socket, CLIENT_FOUND_ROWS))
		rc = fail_connection(db, "connect", e);
	if (rc == OK)
		rc = set_session(db, e);
	if (rc != OK)
		db_close(&db);
	*out = db;
	return rc;
}

void
db_close(struct db **db)
{
	if (!*db)
		return;
	mysql_close((*db)->my);
	free(*db);
	*db = NULL;
}

bool
db_is_lost(const struct db *db)
{
	return db->is_lost;
}

bool
db_hung_up(const struct db *db)
{
	struct pollfd p = { .fd = mysql_get_socket(db->my), .events = POLLIN };

	return db->is_lost || poll(&p, 1, 0) != 0;
}

unsigned
db_errno(const struct db *db)
{
	return db->number;
}

bool
db_is_shape_error(const struct db *db)
{
	return db->fault && db->number && (db->fault->flags & FAULT_SHAPE);
}

struct str
db_error_column(const struct db *db)
{
	return db->number ? fault_column(db->number, db->message) : STR_NULL;
}

enum outcome
db_error_about(const struct db *db, const char *subject, struct err *e)
{
	enum outcome code = fault_set(e, db->fault, subject, db->message);

	err_detail(e, "%u: %s", db->number, db->message);
	return code;
}

enum outcome
db_exec(struct db *db, const char *sql, struct err *e)
{
	db->number = 0;
	if (mysql_real_query(db->my, sql, strlen(sql)))
		return fail_connection(db, sql, e);
	if (mysql_field_count(db->my)) { /* a result that nobody asked for, errors in it */
		MYSQL_RES *rows = mysql_store_result(db->my);

		if (!rows)
			return fail_connection(db, sql, e);
		mysql_free_result(rows);
	}
	return OK;
}

enum outcome
db_commit(struct db *db, struct err *e)
{
	enum outcome rc;

	if (db->is_lost) /* nothing was sent: nothing is committed */
		return err_set(e, E_UNAVAILABLE, "The connection to the database was lost. "
		    "Try again in a minute.");
	rc = db_exec(db, "COMMIT", e);
	if (rc == OK || !db->is_lost)
		return rc;
	rc = err_set(e, E_UNCERTAIN, "The connection to the database was lost while the change "
	    "was being saved; it is not known whether it was.");
	err_detail(e, "COMMIT: %u: %s", db->number, db->message);
	return rc;
}

void
db_rollback(struct db *db)
{
	struct err e;

	if (!db->is_lost && db_exec(db, "ROLLBACK", &e) != OK)
		db->is_lost = true; /* better a new connection than an open transaction */
}

/* ---- statements ---- */

/*
 * BINARY_FLAG depends on the statement around a column, where charset says the
 * same; so does ZEROFILL_FLAG of a YEAR, by whether the plan has a temporary table
 */
#define SHAPE_FLAGS (UNSIGNED_FLAG | ENUM_FLAG | SET_FLAG | TIMESTAMP_FLAG)

static bool
same_shape(const struct db_column *c, const MYSQL_FIELD *f)
{
	return c->type == (unsigned)f->type && c->length == f->length &&
	    c->charset == f->charsetnr && c->decimals == f->decimals &&
	    (c->flags & SHAPE_FLAGS) == (f->flags & SHAPE_FLAGS);
}

static void
describe(struct db_stmt *st, const MYSQL_FIELD *field, size_t n)
{
	size_t i, size = 1;
	char *at;

	for (i = 0; i < n; i++)
		size += strlen(field[i].name) + strlen(field[i].db) + strlen(field[i].org_table) +
		    strlen(field[i].org_name) + 4;
	st->n = n;
	st->column = must(calloc(n + 1, sizeof(*st->column)));
	st->value = must(calloc(n + 1, sizeof(*st->value)));
	at = st->names = must(malloc(size));
	for (i = 0; i < n; i++) {
		const char *from[4];
		const char **to[4];
		struct db_column *c = &st->column[i];
		size_t k;

		from[0] = field[i].name, from[1] = field[i].db;
		from[2] = field[i].org_table, from[3] = field[i].org_name;
		to[0] = &c->name, to[1] = &c->schema, to[2] = &c->table, to[3] = &c->origin;
		for (k = 0; k < 4; k++) {
			*to[k] = at;
			at = stpcpy(at, from[k]) + 1;
		}
		c->type = (unsigned)field[i].type;
		c->flags = field[i].flags;
		c->length = field[i].length;
		c->charset = field[i].charsetnr;
		c->decimals = field[i].decimals;
	}
}

/* Result buffers; mysql_stmt_fetch_column fills what does not fit, after growing. */
static void
make_buffers(struct db_stmt *st)
{
	size_t i;

	st->bind = must(calloc(st->n, sizeof(*st->bind)));
	st->buffer = must(calloc(st->n, sizeof(*st->buffer)));
	st->length = must(calloc(st->n, sizeof(*st->length)));
	st->is_null = must(calloc(st->n, sizeof(*st->is_null)));
	for (i = 0; i < st->n; i++) {
		st->buffer[i] = must(malloc(FIRST_BUFFER));
		st->bind[i].buffer_type = MYSQL_TYPE_STRING;
		st->bind[i].buffer = st->buffer[i];
		st->bind[i].buffer_length = FIRST_BUFFER;
		st->bind[i].length = &st->length[i];
		st->bind[i].is_null = &st->is_null[i];
	}
}

enum outcome
db_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
{
	struct db_stmt *st = must(calloc(1, sizeof(*st)));
	MYSQL_RES *meta;
	enum outcome rc = OK;

	db->number = 0;
	st->db = db;
	st->st = must(mysql_stmt_init(db->my));
	if (mysql_stmt_prepare(st->st, sql, strlen(sql))) {
		rc = fail_stmt(st, sql, e);
		db_unprepare(&st);
		*out = NULL;
		return rc;
	}
	st->param_n = mysql_stmt_param_count(st->st);
	st->param = must(calloc(st->param_n + 1, sizeof(*st->param)));
	meta = mysql_stmt_result_metadata(st->st);
	if (meta) {
		describe(st, mysql_fetch_fields(meta), mysql_num_fields(meta));
		mysql_free_result(meta);
		make_buffers(st);
	}
	*out = st;
	return OK;
}

enum outcome
db_query(struct db *db, const char *sql, struct db_stmt **out, struct err *e)
{
	struct db_stmt *st;

	db->number = 0;
	*out = NULL;
	if (mysql_real_query(db->my, sql, strlen(sql)))
		return fail_connection(db, sql, e);
	st = must(calloc(1, sizeof(*st)));
	st->db = db;
	st->affected = mysql_affected_rows(db->my);
	st->text = mysql_use_result(db->my);
	if (st->text) {
		describe(st, mysql_fetch_fields(st->text), mysql_num_fields(st->text));
		st->is_open = true;
	} else if (mysql_errno(db->my)) {
		enum outcome rc = fail_connection(db, sql, e);

		db_unprepare(&st);
		return rc;
	}
	*out = st;
	return OK;
}

void
db_unprepare(struct db_stmt **pst)
{
	struct db_stmt *st = *pst;
	size_t i;

	if (!st)
		return;
	db_reset(st);
	if (st->st)
		mysql_stmt_close(st->st);
	for (i = 0; st->buffer && i < st->n; i++)
		free(st->buffer[i]);
	free(st->param);
	free(st->column);
	free(st->bind);
	free(st->buffer);
	free(st->length);
	free(st->is_null);
	free(st->value);
	free(st->names);
	free(st);
	*pst = NULL;
}

static void
bind_arg(MYSQL_BIND *b, const struct db_arg *a)
{
	union { const void *in; void *out; } cast = { NULL };

	memset(b, 0, sizeof(*b));
	switch (a->type) {
	case DB_NULL:
		b->buffer_type = MYSQL_TYPE_NULL;
		return;
	case DB_TEXT:
	case DB_BYTES:
		cast.in = a->s.p;
		b->buffer_type = a->type == DB_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		b->buffer = cast.out;
		b->buffer_length = a->s.n;
		return;
	case DB_STREAM: /* no buffer: send_streams follows */
		b->buffer_type = MYSQL_TYPE_LONG_BLOB;
		return;
	case DB_U64:
		cast.in = &a->u;
		b->is_unsigned = 1;
		break;
	case DB_I64:
		cast.in = &a->i;
		break;
	}
	b->buffer_type = MYSQL_TYPE_LONGLONG;
	b->buffer = cast.out;
}

static enum outcome
wrong_count(size_t got, size_t want, struct err *e)
{
	enum outcome rc = err_set(e, E_FAILED, "This server made a mistake of its own.");

	err_detail(e, "statement with %zu parameters was given %zu", want, got);
	return rc;
}

/* After an execution: what came with it. */
static enum outcome
executed(struct db_stmt *st, struct err *e)
{
	size_t i;

	st->affected = mysql_stmt_affected_rows(st->st);
	st->insert_id = mysql_stmt_insert_id(st->st);
	if (!st->n)
		return OK;
	st->is_open = true;
	st->is_other_shape = mysql_stmt_field_count(st->st) != st->n;
	for (i = 0; i < st->n && !st->is_other_shape; i++)
		st->is_other_shape = !same_shape(&st->column[i], &st->st->fields[i]);
	if (!st->is_other_shape && mysql_stmt_bind_result(st->st, st->bind))
		return fail_stmt(st, "bind", e);
	return OK;
}

/* What the server takes as one value: its max_allowed_packet, as this session has it. */
static enum outcome
check_stream(struct db *db, uint64_t size, struct err *e)
{
	struct db_stmt *st = NULL;
	const struct str *col;
	uint64_t most = 0;
	size_t n;
	enum outcome rc = db_query(db, "SELECT @@max_allowed_packet", &st, e);

	if (rc == OK)
		rc = db_next(st, &col, &n, e);
	for (size_t i = 0; rc == OK && i < col[0].n; i++)
		most = most * 10 + (uint64_t)(col[0].p[i] - '0');
	db_unprepare(&st);
	if (rc != OK || size <= most)
		return rc;
	rc = err_set(e, E_LIMIT, "The file has %llu bytes; the database takes at most %llu. Its "
	    "administrator can raise max_allowed_packet.", (unsigned long long)size,
	    (unsigned long long)most);
	return rc;
}

static enum outcome
send_stream(struct db_stmt *st, unsigned param, const struct file_bytes *from, struct err *e)
{
	char *piece = must(malloc(STREAM_BYTES));
	enum outcome rc = OK;
	size_t got = 0;
	uint64_t at = 0;

	do {
		uint64_t left = from->size - at;

		if (left && (!from->read(from->arg, at, piece,
		    left < STREAM_BYTES ? (size_t)left : STREAM_BYTES, &got) || !got))
			rc = err_set(e, E_UNAVAILABLE, "The file could not be read back on this "
			    "server. Send it again.");
		else if (mysql_stmt_send_long_data(st->st, param, piece, left ? got : 0))
			rc = fail_stmt(st, "send a long value", e);
		at += left ? got : 0;
	} while (rc == OK && at < from->size);
	free(piece);
	return rc;
}

static enum outcome
send_streams(struct db_stmt *st, const struct db_arg *arg, size_t n, struct err *e)
{
	enum outcome rc = OK;

	for (size_t i = 0; rc == OK && i < n; i++)
		if (arg[i].type == DB_STREAM)
			rc = send_stream(st, (unsigned)i, arg[i].bytes, e);
	/* a value that was half sent must not stay for the next execution */
	if (rc != OK && !st->db->is_lost)
		(void)mysql_stmt_reset(st->st);
	return rc;
}

enum outcome
db_run(struct db_stmt *st, const struct db_arg *arg, size_t n, struct err *e)
{
	enum outcome rc = OK;
	size_t i;

	st->db->number = 0;
	if (n != st->param_n)
		return wrong_count(n, st->param_n, e);
	db_reset(st);
	for (i = 0; rc == OK && i < n; i++) {
		bind_arg(&st->param[i], &arg[i]);
		if (arg[i].type == DB_STREAM)
			rc = check_stream(st->db, arg[i].bytes->size, e);
	}
	if (rc != OK)
		return rc;
	if (n && mysql_stmt_bind_param(st->st, st->param))
		return fail_stmt(st, "bind", e);
	rc = send_streams(st, arg, n, e);
	if (rc == OK && mysql_stmt_execute(st->st))
		return fail_stmt(st, "execute", e);
	return rc == OK ? executed(st, e) : rc;
}

/* Columns of one bulk execution: arrays that the library reads. */
struct bulk {
	const void **text;          /* [column * rows + row] */
	unsigned long *length;
	uint64_t *number;
	char *indicator;
};

static void
bulk_column(struct bulk *b, MYSQL_BIND *bind, const struct db_arg *arg, size_t width, size_t column,
    size_t rows)
{
	size_t r, at = column * rows;
	bool is_number = false, is_signed = false;

	for (r = 0; r < rows; r++) {
		const struct db_arg *a = &arg[r * width + column];

		b->indicator[at + r] = a->type == DB_NULL ? STMT_INDICATOR_NULL
		    : STMT_INDICATOR_NONE;
		b->text[at + r] = a->s.p ? a->s.p : "";
		b->length[at + r] = a->s.n;
		b->number[at + r] = a->type == DB_I64 ? (uint64_t)a->i : a->u;
		is_number |= a->type == DB_U64 || a->type == DB_I64;
		is_signed |= a->type == DB_I64;
	}
	memset(bind, 0, sizeof(*bind));
	bind->u.indicator = &b->indicator[at];
	if (is_number) {
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->is_unsigned = !is_signed;
		bind->buffer = &b->number[at];
	} else {
		bind->buffer_type = arg[column].type == DB_TEXT ? MYSQL_TYPE_STRING
		    : MYSQL_TYPE_BLOB;
		bind->buffer = &b->text[at];
		bind->length = &b->length[at];
	}
}

static enum outcome
run_bulk(struct db_stmt *st, const struct db_arg *arg, size_t width, size_t rows, struct err *e)
{
	struct bulk b;
	unsigned array = (unsigned)rows, none = 0;
	enum outcome rc = OK;
	size_t i;

	b.text = must(calloc(width * rows, sizeof(*b.text)));
	b.length = must(calloc(width * rows, sizeof(*b.length)));
	b.number = must(calloc(width * rows, sizeof(*b.number)));
	b.indicator = must(calloc(width * rows, 1));
	for (i = 0; i < width; i++)
		bulk_column(&b, &st->param[i], arg, width, i, rows);
	mysql_stmt_attr_set(st->st, STMT_ATTR_ARRAY_SIZE, &array);
	if (mysql_stmt_bind_param(st->st, st->param) || mysql_stmt_execute(st->st))
		rc = fail_stmt(st, "execute for many rows", e);
	else
		st->affected += mysql_stmt_affected_rows(st->st);
	mysql_stmt_attr_set(st->st, STMT_ATTR_ARRAY_SIZE, &none);
	free(b.text);
	free(b.length);
	free(b.number);
	free(b.indicator);
	return rc;
}

enum outcome
db_run_many(struct db_stmt *st, const struct db_arg *arg, size_t width, size_t rows, struct err *e)
{
	enum outcome rc = OK;
	size_t from = 0, to, i, bytes;

	st->db->number = 0;
	if (width != st->param_n || !width)
		return wrong_count(width, st->param_n, e);
	if (rows == 1)
		return db_run(st, arg, width, e);
	st->affected = 0;
	for (; rc == OK && from < rows; from = to) {
		for (bytes = 0, to = from; to < rows && to - from < BULK_ROWS &&
		    (to == from || bytes < BULK_BYTES); to++)
			for (i = 0; i < width; i++)
				bytes += arg[to * width + i].s.n + 8;
		rc = run_bulk(st, arg + from * width, width, to - from, e);
	}
	return rc;
}

static enum outcome
next_text(struct db_stmt *st, struct err *e)
{
	MYSQL_ROW row = mysql_fetch_row(st->text);
	unsigned long *length;
	size_t i;

	if (!row) {
		if (mysql_errno(st->db->my))
			return fail_connection(st->db, "fetch", e);
		return E_NOT_FOUND;
	}
	length = mysql_fetch_lengths(st->text);
	for (i = 0; i < st->n; i++)
		st->value[i] = (struct str){ row[i], row[i] ? length[i] : 0 };
	return OK;
}

/* Values that did not fit: grow, and fetch those again. */
static enum outcome
grow(struct db_stmt *st, struct err *e)
{
	size_t i;

	for (i = 0; i < st->n; i++) {
		if (st->is_null[i] || st->length[i] <= st->bind[i].buffer_length)
			continue;
		free(st->buffer[i]);
		st->buffer[i] = must(malloc(st->length[i] + 1));
		st->bind[i].buffer = st->buffer[i];
		st->bind[i].buffer_length = st->length[i] + 1;
		if (mysql_stmt_fetch_column(st->st, &st->bind[i], (unsigned)i, 0))
			return fail_stmt(st, "fetch a long value", e);
	}
	/* the library keeps a copy of the bindings */
	return mysql_stmt_bind_result(st->st, st->bind) ? fail_stmt(st, "bind", e) : OK;
}

enum outcome
db_next(struct db_stmt *st, const struct str **col, size_t *n, struct err *e)
{
	enum outcome rc = OK;
	size_t i;
	int got;

	*col = st->value;
	*n = st->n;
	if (!st->is_open)
		return E_NOT_FOUND;
	if (st->text)
		return next_text(st, e);
	got = mysql_stmt_fetch(st->st);
	if (got == MYSQL_NO_DATA)
		return E_NOT_FOUND;
	if (got == 1)
		return fail_stmt(st, "fetch", e);
	if (got == MYSQL_DATA_TRUNCATED)
		rc = grow(st, e);
	for (i = 0; i < st->n; i++)
		st->value[i] = st->is_null[i] ? STR_NULL
		    : (struct str){ st->buffer[i], st->length[i] };
	return rc;
}

void
db_reset(struct db_stmt *st)
{
	size_t i;

	if (!st->is_open)
		return;
	st->is_open = false;
	if (st->text) {
		mysql_free_result(st->text); /* reads what is left */
		st->text = NULL;
		return;
	}
	mysql_stmt_free_result(st->st);
	for (i = 0; i < st->n; i++) {
		if (st->bind[i].buffer_length <= KEEP_BUFFER)
			continue;
		free(st->buffer[i]);
		st->buffer[i] = must(malloc(FIRST_BUFFER));
		st->bind[i].buffer = st->buffer[i];
		st->bind[i].buffer_length = FIRST_BUFFER;
	}
}

uint64_t
db_affected(const struct db_stmt *st)
{
	return st->affected;
}

uint64_t
db_insert_id(const struct db_stmt *st)
{
	return st->insert_id;
}

bool
db_shape_changed(const struct db_stmt *st)
{
	return st->is_other_shape;
}

static bool
is_string_type(unsigned type)
{
	return type == MYSQL_TYPE_VAR_STRING || type == MYSQL_TYPE_STRING ||
	    type == MYSQL_TYPE_VARCHAR;
}

static bool
is_time_type(unsigned type)
{
	return type == MYSQL_TYPE_TIMESTAMP || type == MYSQL_TYPE_DATETIME ||
	    type == MYSQL_TYPE_DATE || type == MYSQL_TYPE_TIME;
}

/*
 * Expressions describe themselves by their surroundings: CONCAT has 0 decimals
 * or 39, GREATEST of timestamps is unsigned or not. Neither says anything of a
 * text or a time.
 */
static bool
is_like(const struct db_column *a, const struct db_column *b)
{
	unsigned long flags = is_time_type(a->type) ? SHAPE_FLAGS & ~(unsigned long)UNSIGNED_FLAG
	    : SHAPE_FLAGS;

	return a->type == b->type && a->length == b->length && a->charset == b->charset &&
	    (a->decimals == b->decimals || is_string_type(a->type)) &&
	    ((a->flags ^ b->flags) & flags) == 0;
}

const char *
db_shape_unlike(const struct db_stmt *st, const struct db_stmt *like)
{
	const struct db_column *last;

	if (st->n < like->n)
		return "the number of columns";
	last = st->column + (st->n - like->n);
	for (size_t i = 0; i < like->n; i++)
		if (!is_like(&last[i], &like->column[i]))
			return like->column[i].name;
	return NULL;
}

size_t
db_columns(const struct db_stmt *st, const struct db_column **out)
{
	*out = st->column;
	return st->n;
}
