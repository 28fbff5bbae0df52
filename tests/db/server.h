/*
 * server.h -- a private MariaDB for one test program, and lists over its
 * tables, made by hand.
 */
#ifndef TESTS_DB_SERVER_H
#define TESTS_DB_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "view.h"

#define TEST_COLUMNS 40

/* Group set-up and tear-down for cmocka: start it, load the schema; stop it, remove it. */
int server_start(void **state);
int server_stop(void **state);
const struct store_conf *server_conf(void);

/* A connection of a "business application": root, no database chosen. */
struct db *server_connect(void);
/* One statement, or several separated by ";\n"; fails the test with the server's words. */
void server_sql(struct db *db, const char *fmt, ...) PRINTF(2, 3);
/* First column of the first row, as number; fails when there is none. */
int64_t server_number(struct db *db, const char *fmt, ...) PRINTF(2, 3);
/* First column of the first row, NUL-terminated, on the heap; NULL for none or SQL NULL. */
char *server_text(struct db *db, const char *fmt, ...) PRINTF(2, 3);

/* A connected store whose results go to `a`. */
struct store *server_store(struct arena *a);

/* A contacts list over schema.view, not bound. Columns are added by list_add. */
struct test_list {
	struct list l;
	struct column column[TEST_COLUMNS];
	struct constant constant[8];
	struct arena arena;
};

/* keys: "a" or "a,b" (kept). number: makes the GUID; the row of ows_list is made, too. */
void list_make(struct test_list *t, struct db *db, unsigned number, const char *schema,
    const char *view, const char *key, const char *key2);
size_t list_add(struct test_list *t, enum field f, const char *column, enum value_type type);
/* Bind, and fail the test with the first problem. */
void list_bind(struct test_list *t, struct store *s);
/* Bind and expect refusal; returns the first problem's text. */
const char *list_refused(struct test_list *t, struct store *s);
void list_free(struct test_list *t);

#define assert_ok(call)                                                          \
	do {                                                                     \
		struct err err_ = { .code = OK };                                \
		struct err *oops = &err_;                                           \
		enum outcome rc_ = (call);                                       \
		if (rc_ != OK)                                                   \
			print_error("%s: %s (%s)\n", outcome_name(rc_), oops->peer, \
			    oops->detail);                                          \
		assert_int_equal(rc_, OK);                                       \
	} while (0)

#define assert_text(s, lit)                                                      \
	do {                                                                     \
		struct str s_ = (s), w_ = str_of(lit);                           \
		if (!str_eq(s_, w_))                                             \
			print_error("got \"%.*s\", expected \"%s\"\n",           \
			    STR_ARG(s_), lit);                                   \
		assert_true(str_eq(s_, w_));                                     \
	} while (0)

#endif
