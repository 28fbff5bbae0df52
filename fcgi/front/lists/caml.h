/*
 * caml.h -- the parts of CAML that a sync request holds: which fields, which
 * order, how dates are written, which page. MS-WSSCAML 2.2, 2.3.2;
 * MS-LISTSWS 3.1.4.22; MS-OUTSPS 3.2.4.1.
 */
#ifndef FRONT_LISTS_CAML_H
#define FRONT_LISTS_CAML_H

#include "err.h"
#include "lists/schema.h"
#include "xmlr.h"

struct caml_fields {
	bool is_all;                /* nothing was chosen */
	bool has_properties;        /* ViewFields Properties="TRUE": one attribute per property */
	bool has_meta_info;         /* and MetaInfo was asked for (or all was) */
	bool field[FIELD__MAX];
	bool own[LIMIT_COLUMNS];    /* FIELD_OWN, by column */
	bool system[SYS__MAX];
};

struct caml_options {
	bool date_in_utc;
	bool expand_user;
	bool is_grouped;            /* a series, then its instances */
	bool old_patterns;          /* recurrences that Outlook 2003 does not know are wrapped up */
	bool file_urls;             /* Attachments holds the addresses of files */
	bool file_versions;         /* and a version behind each */
	struct str position;        /* ListItemCollectionPositionNext, or empty */
};

struct caml {
	struct caml_fields fields;
	struct caml_options options;
	bool is_descending;         /* by ID */
	uint32_t limit;             /* 0: none */
	uint32_t participant;       /* number of the person whose events are wanted; 0: everybody's */
};

/*
 * The text of a parameter, white space around it taken off; NULL p when it is
 * absent, nil or empty.
 */
struct str caml_parameter(struct arena *a, const struct xnode *args, const char *name);
/* TRUE True true 1 */
bool caml_is_true(struct str s);
/*
 * Decode the parameters viewFields, query, queryOptions and rowLimit below
 * args. E_INVALID with *code ("0x82000001", or NULL for none).
 */
enum outcome caml_parse(struct arena *a, const struct xnode *args, const struct list *l,
    struct caml *out, const char **code, struct err *e) WARN_UNUSED;

/* Everything there is about an item: answers of UpdateListItems. */
void caml_fields_all(struct caml_fields *out);

/* ---- names of properties: characters outside names are _xHHHH_ (UTF-16) ---- */

/* Bytes: a name encoded, and room for one more character. */
#define CAML_NAME_MAX (LIMIT_BAG_NAME_BYTES * 7 + 14)

/* name as part of an attribute's name. Returns name itself, or what was put into out. */
struct str caml_name_encode(struct str name, char out[CAML_NAME_MAX]);
/* The reverse. Forms that caml_name_encode does not write stand for themselves. */
struct str caml_name_decode(struct arena *a, struct str name);

#endif
