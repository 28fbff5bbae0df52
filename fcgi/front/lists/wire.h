/*
 * wire.h -- canonical fields in SharePoint's spelling: internal name, GUID,
 * type, and the text form of values on the wire. MS-OUTSPS 3.2.4.2, fields.
 */
#ifndef FRONT_LISTS_WIRE_H
#define FRONT_LISTS_WIRE_H

#include "field.h"
#include "list.h"
#include "people.h"
#include "xmlw.h"

enum wire_flags {
	WIRE_SCHEMA = 1,   /* declared even when no column is mapped (its value then lives in the bag) */
	WIRE_BAG_ONLY = 2, /* has no ID: never declared, always a property */
	WIRE_DATE_ONLY = 4,
	WIRE_RICH = 8,
	WIRE_INWARD = 16,  /* a name of provider files; no client sees or sends it */
	WIRE_SYSTEM = 32,  /* declared with the system fields (Author) */
	WIRE_HIDDEN = 64,
	WIRE_COMPUTED = 128, /* declared read-only: the server makes the value */
	WIRE_REQUIRED = 256
};

struct wire_field {
	enum field field;
	const char *name;      /* internal name: ows_<name> */
	const char *id;        /* "{lower-case}" or NULL */
	const char *type;      /* "Text", "Note", "DateTime", ... */
	const char *display;   /* DisplayName */
	const char *alias;     /* Outlook 2003/2007's name, or NULL */
	unsigned flags;
	/* FIELD_OWN, made by wire_of_column: */
	const char *own;       /* the DBA's name; NULL of any other field */
	size_t column;         /* index into list->column */
	enum value_type type_own;
};

/* By internal name or alias, case-sensitive, for that kind of list. NULL: no such field. */
const struct wire_field *wire_by_name(enum list_kind kind, struct str name);
const struct wire_field *wire_of(enum list_kind kind, enum field f);
/*
 * The same of one list, whose columns may be fields of the DBA's own: those
 * have their internal name, GUID and type made on the arena.
 */
const struct wire_field *wire_of_column(struct arena *a, const struct list *l, size_t column);
const struct wire_field *wire_find(struct arena *a, const struct list *l, struct str name);
/* The vocabulary's own_name: why a field cannot have that name. */
const char *wire_own_name(struct str name, bool *is_address);
/* The field's column in that list, or -1. */
int wire_column(const struct list *l, const struct wire_field *f);
enum value_type wire_type(const struct wire_field *f);
/* Item properties with a meaning of their own. */
#define WIRE_REF "ReplicationID"           /* engine.ref_property */
#define WIRE_HISTORY "vti_versionhistory"

/* For lists_load. */
extern const struct vocabulary wire_vocabulary;

/* The field is declared in GetList of this list. */
bool wire_is_declared(const struct list *l, const struct wire_field *f);

struct wire_dates {
	bool in_utc;               /* DateInUtc TRUE: ISO with Z; else site time, "2026-03-05 10:00:00" */
	const struct zone *zone;
	bool is_expanded;          /* User values with all that is known of the person */
	struct people *people;     /* for User values; NULL: a login stands for its person */
};

/* Canonical value to wire text. On the arena, or v itself. */
struct str wire_put(struct arena *a, const struct wire_field *f, struct str v,
    const struct wire_dates *d);
/*
 * Wire text of an upload to canonical form. False: *why is a sentence for the
 * user, *code the SharePoint error code ("0x8102001c").
 */
bool wire_get(struct arena *a, const struct wire_field *f, struct str text,
    const struct wire_dates *d, struct str *out, const char **code, const char **why);
/* The same for a column: choices by their number, people by what the column holds. */
bool wire_get_cell(struct arena *a, const struct wire_field *f, const struct column *c,
    struct str text, const struct wire_dates *d, struct str *out, const char **code,
    const char **why);

/* ---- people, wire_user.c ---- */

/* "12;#Name", or with all that is known: "12;#Name,#login,#mail,#,#Name". */
struct str wire_put_user(struct arena *a, const struct person *p, bool is_expanded);
/*
 * The person of a User value ("12", "12;#Name", "-1;#login", "12;#Name,#login,...",
 * "12;#mail,Name", a login). False: *why says that nobody is meant by it.
 */
bool wire_get_user(struct arena *a, struct people *people, struct str text,
    const struct person **out, const char **why);

#endif
