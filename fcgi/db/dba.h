/*
 * dba.h -- what installation, triggers and checks share: a connection of the
 * DBA's, statements that are either run or shown, answers kept whole.
 *
 * The tools' answers are small, so rows are copied to the arena. Values of
 * questions are parameters; statements that define things cannot have any, so
 * names and texts are quoted here.
 */
#ifndef DB_DBA_H
#define DB_DBA_H

#include <stdio.h>

#include "db.h"
#include "ini.h"
#include "install.h"
#include "view.h"

#define TRIGGER_USER "ows_trigger"
#define TRIGGER_DEFINER "`ows_trigger`@`localhost`"
#define TRIGGER_VIEW "ows_triggers" /* in the sync database: which triggers are there */

struct dba {
	struct db *db;
	struct arena *arena;
	FILE *print;          /* not NULL: show what would be done */
	const char *database; /* of the sync tables */
	size_t done;          /* statements run or shown */
};

struct rows {
	size_t n, width;
	const struct str *cell; /* NUL-terminated; NULL p: SQL NULL */
};

/* Cell as a C string, "" for NULL. */
const char *rows_text(const struct rows *r, size_t row, size_t column);
uint64_t rows_number(const struct rows *r, size_t row, size_t column);

enum outcome dba_open(struct dba *d, const struct store_conf *admin, struct arena *a, FILE *print,
    struct err *e) WARN_UNUSED;
void dba_close(struct dba *d);
/* A question. `of`: its n parameters, texts. */
enum outcome dba_ask(struct dba *d, struct rows *out, const char *sql, const char *const *of,
    size_t n, struct err *e) WARN_UNUSED;
/* A statement: run, or shown when d->print. */
enum outcome dba_do(struct dba *d, struct err *e, const char *fmt, ...) PRINTF(3, 4) WARN_UNUSED;
/* The same, ready-made. */
enum outcome dba_do_text(struct dba *d, const char *sql, struct err *e) WARN_UNUSED;
/* A remark beside the statements shown. */
void dba_note(struct dba *d, const char *fmt, ...) PRINTF(2, 3);

/* `name` and 'text', quoted; on the arena. */
const char *dba_name(struct arena *a, const char *name);
const char *dba_place(struct arena *a, const char *schema, const char *name);
const char *dba_text(struct arena *a, const char *text);

/* ---- columns and base tables ---- */

/* Columns of a table or view in their order; *n 0: there is no such thing. */
struct dba_column {
	struct view_type type;
	bool is_auto, is_generated, is_primary;
};
enum outcome dba_columns(struct dba *d, const char *schema, const char *table,
    struct dba_column **out, size_t *n, struct err *e) WARN_UNUSED;
const struct dba_column *dba_column(const struct dba_column *c, size_t n, const char *name);

struct dba_table {
	const char *schema, *name;
	bool is_view;
};
/* Tables and views that a view reads, at any depth; a table's own name when it is none. */
enum outcome dba_bases(struct dba *d, const char *schema, const char *view,
    struct dba_table **out, size_t *n, struct err *e) WARN_UNUSED;

/* ---- triggers ---- */

struct trigger {
	const char *schema, *table;
	const char *name;
	const char *moment;  /* "AFTER UPDATE" */
	const char *body;    /* behind FOR EACH ROW */
};
/* What the list wants; the view's columns are known to exist. */
enum outcome triggers_wanted(struct dba *d, const struct list *l, uint32_t no,
    struct trigger **out, size_t *n, struct err *e) WARN_UNUSED;
/* Name of the trigger for that table. event: "i", "u", "d", "bu", "bd". */
const char *trigger_name(struct arena *a, const struct list *l, const char *table,
    const char *event);
/* Make those that are missing, replace those that are outdated, drop the list's others. */
enum outcome triggers_install(struct dba *d, const struct list *l, uint32_t no, struct err *e)
    WARN_UNUSED;
/* Every trigger that feeds this sync database. */
enum outcome triggers_drop(struct dba *d, struct err *e) WARN_UNUSED;
/* Wanted triggers that are not there, or not as wanted, as problems of the list's file. */
enum outcome triggers_check(struct dba *d, const struct list *l, uint32_t no,
    struct ini_problems *p, struct err *e) WARN_UNUSED;

/* As store_triggers: names only, seen through the definer's view by an account without rights. */
enum outcome triggers_seen(struct dba *d, const struct list *l, bool *all, const char **missing,
    struct err *e) WARN_UNUSED;

/* ---- rights ---- */

/* Accounts, their rights on the sync database and on what the lists need. */
enum outcome grants_install(struct dba *d, const struct install *i, struct err *e) WARN_UNUSED;
enum outcome grants_drop(struct dba *d, const struct install *i, struct err *e) WARN_UNUSED;

#endif
