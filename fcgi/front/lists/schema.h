/*
 * schema.h -- what a list looks like to a client: its kind, the fields that
 * the server itself fills, the <List> element. MS-LISTSWS 2.2.4.12, 2.2.4.14;
 * MS-OUTSPS 3.2.4.2.1.
 */
#ifndef FRONT_LISTS_SCHEMA_H
#define FRONT_LISTS_SCHEMA_H

#include "front.h"
#include "store.h"
#include "xmlw.h"

/* Fields of every list that only the server writes, in the order in which rows carry them. */
enum system_field {
	SYS_ID,
	SYS_VERSION,
	SYS_CONTENT_TYPE_ID,
	SYS_CREATED,
	SYS_MODIFIED,
	SYS_AUTHOR,
	SYS_EDITOR,
	SYS_ATTACHMENTS,
	SYS_PERM_MASK,
	SYS_MODERATION,
	SYS_LEVEL,
	SYS_UNIQUE_ID,
	SYS_OBJECT_TYPE,
	SYS_FILE_REF,
	SYS_DIR_REF,
	SYS_LEAF_REF,
	SYS_ADDRESS,
	SYS_META_INFO,
	SYS__MAX
};

struct system_info {
	const char *name;      /* internal name */
	const char *id;
	const char *type;
	const char *display;
	const char *list;      /* List attribute of look-ups, or NULL */
	bool is_hidden;
	bool is_always;        /* on every row, asked for or not */
	unsigned kinds;        /* KIND_BIT()s of lists that have it; 0: all */
};

const struct system_info *system_info(enum system_field f);
/* A name that an upload may carry and that the server ignores (ID, Created, GUID, ...). */
bool schema_is_ignored(struct str name);

struct kind_info {
	unsigned server_template, base_type;
	const char *feature;       /* GUID, lower case */
	const char *content_type;  /* prefix, "0x0106" */
	const char *image;         /* path of an icon */
};

const struct kind_info *kind_info(enum list_kind k);

/* "/crm/Lists/contacts": where the list lives on the server. On the arena. */
struct str schema_root_folder(struct arena *a, const struct site *site, const struct list *l);

struct wire_field;

/* The SourceID of every field. */
#define SOURCE_ID "http://schemas.microsoft.com/sharepoint/v3"

/* <Field>. */
void schema_write_field(struct xmlw *w, const struct list *l, const struct wire_field *f);
/*
 * <List> with its fields; the other one leaves <List> open and childless.
 * now: UTC seconds, for the bias of the site's zone.
 */
void schema_write(struct xmlw *w, struct arena *a, const struct site *site,
    const struct list *l, const struct list_state *st, int64_t now);
void schema_write_attributes(struct xmlw *w, struct arena *a, const struct site *site,
    const struct list *l, const struct list_state *st);

/* ---- rights ---- */

/* RIGHT_* as SharePoint's bits. */
uint64_t rights_mask(unsigned rights);
/* The names of the bits, in bit order, ", " between them. On the arena. */
struct str rights_names(struct arena *a, unsigned rights);

#endif
