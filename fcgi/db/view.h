/*
 * view.h -- a bound list: how the SQL of its view reads. Built once per bind
 * from the definition; identifiers are checked and quoted, values are
 * parameters.
 *
 * A column's text is one SQL expression, used where rows are read and where
 * the scan hashes them, so that both give the same fingerprint:
 * SHA-256 over "<field's name>=<bytes>:<text>" of every column that is not NULL,
 * in the order of list->column[]. Translations and zone stand behind the name
 * where the column has them.
 */
#ifndef DB_VIEW_H
#define DB_VIEW_H

#include "buf.h"
#include "maria.h"

#define KEY_JOINT 0x1F      /* between the parts of a composite key */
#define CONTENT_GROUP (~0u)    /* of the content that lies in a view of its own */
#define VIEW_UPDATES 16     /* prepared UPDATEs and INSERTs kept per list */

enum view_stmt {
	VIEW_ROWS_1, VIEW_ROWS_S, VIEW_ROWS_L, VIEW_LOCK, VIEW_DELETE, VIEW_ONE, VIEW_DIFF,
	VIEW_STMT__MAX
};

/* Type of a column of the view, from information_schema. */
struct view_type {
	const char *name;
	char data[32];          /* "varchar" */
	char full[64];          /* "varchar(50)", cut */
	const char *whole;      /* the same, not cut: an ENUM with its members */
	char charset[32];       /* "" for other than text */
	char collation[64];
	bool is_nullable, has_default, is_unsigned;
	uint64_t max_chars;     /* 0: no limit */
	unsigned precision, scale, fraction; /* DECIMAL(p,s), DATETIME(f) */
	enum column_class class;
};

struct view_column {
	struct view_type type;
	unsigned group;         /* columns of one base table have one group; 0: not writable */
	bool is_computed;       /* a write has shown it: the database fills it by itself */
	bool is_hex;            /* selected as hex */
	bool is_content;        /* selected as "<bytes>:<SHA-256>": never whole */
	struct str prefix;      /* "first name=" */
};

struct view {
	struct view *next;
	const struct list *list;
	struct guid id;         /* of the list */
	bool is_stale;          /* a statement met another shape: unusable until bound again */
	bool is_suspect;        /* usable, but to be bound again when there is time */
	struct arena arena;     /* texts and columns, as long as the binding */
	struct arena scratch;   /* of one row of a walk */
	struct buf text;        /* fingerprint being built */
	const char *name;       /* `schema`.`view` */
	const char *content;    /* that of [source] content_view, or NULL */
	struct view_type key[LIMIT_KEY_PARTS];
	struct view_type created, modified;
	unsigned key_group;
	struct view_column *column;
	struct str *value;      /* of the row of a walk */
	struct str *nothing;    /* values of a row that has none: list->column_n NULLs */
	bool is_structured;     /* a column is of a field that harvest reads */
	const char *select;     /* select list: key text, created, modified, columns, shapes */
	size_t select_n;        /* of its members */
	const char *key_text;   /* expression */
	const char *print;      /* expression: the fingerprint */
	const char *join;       /* condition between ows_item i and the view v, by the view's index */
	const char *where;      /* condition: the key is that of the parameters */
	size_t where_n;         /* parameters of `where` */
	const char *exact;      /* condition of a write: that, and the same bytes */
	size_t exact_n;
	struct db_stmt *stmt[VIEW_STMT__MAX]; /* prepared at the first use */
	struct { struct db_stmt *st; const char *sql; } write[VIEW_UPDATES];
	unsigned write_next;
};

/* The bound view of l. E_UNAVAILABLE when it is not bound or stale. */
enum outcome view_of(struct store *s, const struct list *l, struct view **out, struct err *e)
    WARN_UNUSED;
void view_forget(struct store *s, const struct list *l);
void view_close(struct view *v);
/* By information_schema's data_type ("varchar"). */
enum column_class view_class(const char *data_type);
/* The columns of a table or view, in no order; n 0: there is no such thing. On the store's arena. */
enum outcome view_type_read(struct store *s, const char *schema, const char *table,
    struct view_type **out, size_t *n, struct err *e) WARN_UNUSED;
/* Build every text. Columns and key types are known. */
void view_build(struct view *v, const struct list *l);
/* The text of a statement. */
void view_sql(const struct view *v, enum view_stmt which, struct buf *b);
/*
 * What only the database knows of a mapped column: type and choices of a field
 * of the DBA's own, and that a number stands for a choice. On the arena, which
 * lives as long as the list.
 */
void view_column_meaning(struct arena *a, struct column *c, const struct view_type *t);
/* The members of an ENUM (or SET); n 0: the type is none. On the arena. */
struct str *view_members(struct arena *a, const struct view_type *t, size_t *n);
/* A quoted identifier. False: it cannot be one. */
bool view_ident(struct buf *b, const char *name);

/*
 * Text of part `part` of the key, given a column (SQL) that holds it; triggers
 * use it with NEW and OLD, so that their keys equal those of the view.
 */
void view_key_part(struct buf *b, const struct view_type *type, const char *column);
/* The server calls texts equal that differ in case, accents or blanks at the end. */
bool view_key_folds(const struct view_type *type);

/* Parameters of `exact`, exact_n of them (at most twice LIMIT_KEY_PARTS). False: the key cannot be one. */
bool view_exact_args(const struct view *v, struct str key, struct db_arg *arg) WARN_UNUSED;

/* The last statement failed with rc, reading the source: shape errors make the list stale. */
enum outcome view_failed(struct store *s, struct view *v, enum outcome rc, struct err *e);
/* The same after a write: a right that is missing is E_DENIED, and fields are named. */
enum outcome view_write_failed(struct store *s, struct view *v, enum outcome rc, struct err *e);
enum outcome view_stale(struct view *v, struct err *e);

/* Prepared on first use. */
enum outcome view_prepare(struct store *s, struct view *v, enum view_stmt which,
    struct db_stmt **out, struct err *e) WARN_UNUSED;
/* Run one of the cached writes with that text. */
enum outcome view_write(struct store *s, struct view *v, struct str sql, const struct db_arg *arg,
    size_t n, struct db_stmt **st, struct err *e) WARN_UNUSED;
/* Parameters of `where` for a key: v->where_n of them. False: the key has not that many parts. */
bool view_key_args(const struct view *v, struct str key, struct db_arg *arg);
/*
 * A row from the members of `select`. value: room for list->column_n. New texts
 * go to the arena, the others are borrowed from col.
 */
void view_row(struct store *s, struct view *v, const struct str *col, struct arena *a,
    struct str *value, struct row *out);
/*
 * Whether its kind could show the row: ROW_BAD if not. Of every row but those that are what
 * their item remembers: harvest has asked then.
 */
void view_judge(const struct view *v, struct arena *a, struct row *row);
/* Keys, and that column's text, of rows by the column's value: store_keys_where. */
void view_where_sql(struct view *v, size_t column, bool is_path, struct buf *b);
/* What stands for a row of an inner item (kind.h). */
void view_inner_row(const struct view *v, const struct item *item, struct row *out);

#endif
