/*
 * list.h -- immutable definition of a list, read from providers/<name>/provider.ini.
 *
 * What the database says about the view (types, lengths, writability) is added
 * when the definition is bound to it (db/); what users may do is in access.h.
 */
#ifndef SYNC_LIST_H
#define SYNC_LIST_H

#include "arena.h"
#include "field.h"
#include "guid.h"
#include "hash.h"
#include "ini.h"
#include "limits.h"
#include "zones.h"

enum track_mode { TRACK_TRIGGERS, TRACK_SCAN };
enum write_mode { WRITE_NONE, WRITE_VIEW, WRITE_PROCEDURES };
enum key_from { KEY_AUTO, KEY_UUID, KEY_FIELDS, KEY_PROCEDURE };
enum { ALLOW_INSERT = 1, ALLOW_UPDATE = 2, ALLOW_DELETE = 4 };

/* [values.X]: column text = field text; the first column text of a field text is written. */
struct translation {
	struct str column; /* NULL p: SQL NULL */
	struct str field;
};

/* What the column's type is, as far as conversion goes. Filled when bound. */
enum column_class {
	COLUMN_TEXT,     /* CHAR VARCHAR TEXT ENUM SET JSON UUID INET */
	COLUMN_INTEGER,
	COLUMN_DECIMAL,  /* DECIMAL FLOAT DOUBLE */
	COLUMN_DATE,     /* never shifts */
	COLUMN_DATETIME, /* local time of the list's zone */
	COLUMN_TIMESTAMP,/* UTC */
	COLUMN_TIME,
	COLUMN_BINARY,   /* BINARY VARBINARY BLOB BIT */
	COLUMN_OTHER
};

/* A text that a choice may be, and the number that stands for it in whatever language; NULL p: none. */
struct choice {
	struct str number, text;
};

struct column {
	enum field field;
	const char *name;       /* column of the view */
	const char *own;        /* FIELD_OWN: the field's name as the provider file has it; else NULL */
	enum value_type type;   /* of the field */
	bool is_locked;         /* [write] readonly names it */
	bool is_readonly;       /* that, or (when bound) the view cannot write it */
	bool is_filled;         /* no client writes it, but the server may in a New */
	int line;               /* in the provider file */
	size_t translation_n;
	const struct translation *translation;
	size_t choice_n;
	const struct choice *choice; /* of a VALUE_CHOICE; of FIELD_OWN when bound */
	/* from the database, when bound: */
	size_t member_n;        /* of an ENUM */
	const struct str *member;
	enum column_class class;
	char sql_type[64];      /* "varchar(50)": compared at every bind */
	uint32_t max_chars;     /* text; 0 = no limit known */
	bool is_writable;       /* by a statement through the view */
	bool is_nullable;
	bool has_default;
};

/* [track] tables: one base table and how its rows lead to keys of the view. */
struct tracked {
	const char *schema, *table;
	size_t part_n;               /* 0: table:* (any change asks for a scan) */
	const char *part[LIMIT_KEY_PARTS]; /* columns of the table, in the order of the key */
	const char *via;             /* table:col->viewcol, else NULL */
};

struct constant { /* [defaults] column = value */
	const char *column;
	struct str value;            /* NULL p: SQL NULL */
};

struct vocabulary;

struct file_table { /* [attachments]: the DBA's own table of files */
	const char *schema, *table;  /* table NULL: there is none, files are in the sync database */
	size_t key_n;
	const char *key[LIMIT_KEY_PARTS]; /* columns that hold the key of the row, in its order */
	const char *name, *content;
	const char *modified;        /* changes with the content; NULL: the content is compared */
};

struct list {
	const struct vocabulary *vocabulary; /* that it was read with */
	const char *name;            /* folder of the provider file; part of URLs */
	const char *file;
	const char *title;
	const char *description;     /* "" when absent */
	struct guid id;
	enum list_kind kind;

	const char *schema, *view;
	struct file_table files;
	const char *content_schema, *content_view; /* where FIELD_CONTENT is; NULL: in the view itself */
	size_t key_n;
	const char *key[LIMIT_KEY_PARTS];
	const char *created, *modified; /* columns, or NULL */
	const char *owner;              /* column, or NULL */
	const char *zone_name;
	struct zone *zone;
	struct zones *zones;            /* of rows that name theirs */

	enum track_mode track;
	size_t tracked_n;
	const struct tracked *tracked;
	int64_t scan_every_s;        /* 0: look at every poll (scan mode) */

	enum write_mode write;
	unsigned allow;              /* ALLOW_* */
	const char *delete_set;      /* "COLUMN" of `set COLUMN=VALUE`, or NULL */
	struct str delete_set_value;
	const struct tracked *delete_from; /* or NULL */
	enum key_from key_from;
	int mass_delete_percent;     /* 100 = no brake */

	const char *read, *write_access; /* as written: "*", "alice, bob" */

	size_t column_n;
	struct column *column;       /* in the order of enum field: one order for fingerprints */
	size_t constant_n;
	const struct constant *constant;

	/* from the database, when bound: */
	uint32_t no;                 /* the store's number; 0: not bound */
	enum column_class key_class[LIMIT_KEY_PARTS];
	const char *key_type[LIMIT_KEY_PARTS];   /* "int(11)" */
	const char *key_collation[LIMIT_KEY_PARTS]; /* NULL for other than text */
	bool key_is_auto;            /* AUTO_INCREMENT */
	enum column_class created_class, modified_class;
	unsigned char definition[32];/* hash of what clients can see of the mapping */
	bool is_bound;               /* the store has checked it against the database and set `no` */
};

struct lists {
	size_t n;
	struct list **list;          /* settled: by title */
	/*
	 * Not served, for their files have an error, but not unknown either: clients must
	 * wait for them. Of these only name and file are sure; id (zeros), title and read
	 * (NULL) may be missing, and nothing else counts.
	 */
	size_t refused_n;
	struct list **refused;
};

struct pattern;   /* pattern.h */
struct zone_rule; /* zonerule.h */

/*
 * A front's names and text forms, for those below it that must read or make
 * them. field_by_name: its names (aliases too) for that kind, as provider files
 * use them. field_name: also the name of the property that keeps the value of a
 * field without a column.
 */
struct vocabulary {
	bool (*field_by_name)(enum list_kind kind, struct str name, enum field *out);
	const char *(*field_name)(enum list_kind kind, enum field f);
	/* The texts of a choice as that front's clients know them; NULL and 0: of any. */
	const struct choice *(*choices)(enum list_kind kind, enum field f, size_t *n);
	/*
	 * May a column of a generic list have this name as a field? NULL when it may,
	 * else why not. *is_address: values of such a field are web addresses.
	 */
	const char *(*own_name)(struct str name, bool *is_address);
	/* FIELD_PATTERN and FIELD_ZONE_TEXT. False: *why says what is wrong. On the arena. */
	bool (*pattern_read)(struct arena *a, struct str text, struct pattern *out,
	    const char **why);
	struct str (*pattern_write)(struct arena *a, const struct pattern *p);
	bool (*zone_read)(struct arena *a, struct str text, struct zone_rule *out,
	    const char **why);
	struct str (*zone_write)(struct arena *a, const struct zone_rule *z);
};

/*
 * Read dir/<name>/provider.ini for every name. A file with an error is refused
 * and the others go on; problems are added to p. lists_settle comes next.
 * Strings live on p->arena.
 * `fatal` when the directory itself cannot be read: E_FAILED.
 */
enum outcome lists_load(const char *dir, const struct vocabulary *v, struct ini_problems *p,
    struct lists **out, struct err *e) WARN_UNUSED;
/*
 * Refuse lists that cannot be told apart (all that share an id; the later of
 * two with one title or folder), with a problem each; sort by title. Once, when
 * the lists of all folders are together.
 */
void lists_settle(struct lists *ls, struct ini_problems *p);
/* One file. NULL when it has errors. name: its folder. */
struct list *list_load(const char *file, const char *name, const struct vocabulary *v,
    struct ini_problems *p);
/* The same with errors: what could be read of it (struct lists, refused), and whether that is all. */
struct list *list_read(const char *file, const char *name, const struct vocabulary *v,
    struct ini_problems *p, bool *is_good);
/* Zones are heap memory. */
void lists_close(struct lists *l);

struct list *lists_by_id(const struct lists *l, const struct guid *id);
struct list *lists_by_name(const struct lists *l, struct str name);   /* folder, any case */
struct list *lists_by_title(const struct lists *l, struct str title); /* any case */
/*
 * The refused list that is meant by an id, title or folder; an id that no list has
 * may be of any file whose own cannot be read. NULL: none. Ask for the served ones first.
 */
const struct list *lists_refused(const struct lists *l, struct str id_or_name);
/* Fill l->definition from what clients can see (fields, types, lengths, titles). Called when bound. */
void list_define(struct list *l, struct hash *h);
/* Index of the field's column, or -1; of FIELD_OWN -1 always, for there may be several. */
int list_column(const struct list *l, enum field f);
/* The field of a column as people are told of it: "first name", or the DBA's own name. */
const char *column_label(const struct column *c);
/*
 * The number that stands for a choice's text: of the column's own choices, else
 * of the front's. Texts compare in any case; a number stands for itself. 0: none.
 * column -1: the value has none.
 */
unsigned list_choice(const struct vocabulary *v, const struct list *l, enum field f, int column,
    struct str text);
/* The text of that number. NULL p: none. */
struct str list_choice_text(const struct vocabulary *v, const struct list *l, enum field f,
    int column, unsigned number);

#endif
