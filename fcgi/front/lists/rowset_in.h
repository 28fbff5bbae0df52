/*
 * rowset_in.h -- inside of rowset: what is decided once per answer
 * (rowset_open.c) and used once per row (rowset.c).
 */
#ifndef FRONT_LISTS_ROWSET_IN_H
#define FRONT_LISTS_ROWSET_IN_H

#include "kind.h"
#include "limits.h"
#include "lists/rowset.h"

/* A column of the view that goes into the row. */
struct source {
	size_t column;
	struct str attribute;            /* "ows_FirstName", "ows_MetaInfo_FileAs" */
	struct str attribute_alias;      /* "ows_MetaInfo_HomeZip", or NULL p */
	struct str suffix;               /* behind the value: of dates */
	const struct wire_field *convert; /* NULL: as it is */
};

/* A name in the bag that is not simply ows_MetaInfo_<name>. */
struct special {
	struct str name;
	struct str attribute;            /* NULL p: none */
	enum {
		SPECIAL_DECLARED, /* a field of the schema without a column: attribute alone */
		SPECIAL_ALIAS,    /* attribute besides its own name's */
		SPECIAL_COLUMN,   /* a column has this value, but of an inner item */
		SPECIAL_SILENT    /* the engine has this value: an attribute may stand in
		                   * a row only once */
	} way;
	const struct wire_field *convert; /* NULL: as it is */
	unsigned short next;             /* in its bucket; index + 1, 0 ends */
};

/* A field whose value the engine gives for each item (kind.h). */
struct given {
	const struct wire_field *field;
	struct str attribute;            /* NULL p: not asked for */
};

#define SPECIALS (2 * FIELD__MAX + 1 + LIMIT_COLUMNS) /* names and aliases of all fields, the history */
#define BUCKETS 64

struct rowset {
	struct rowset_want want;
	struct caml_fields fields;
	struct wire_dates dates;
	struct arena *arena;
	size_t source_n;
	struct source *source;
	size_t special_n;
	struct special *special;
	unsigned short bucket[BUCKETS];  /* index + 1 into special; 0: none */
	const struct kind_rules *rules;
	bool is_given[FIELD__MAX];
	struct given given[FIELD__MAX];
	int author;                      /* column, or -1 */
	struct str content_type;         /* constant per list */
	struct str perm_mask, read_mask;
	char list_hex_upper[39];
	struct str file_prefix;          /* "crm/Lists/contacts/": no leading slash */
	char list_hex[39];
};

/* Where a name of the bag is looked for. */
static inline size_t
bucket_of(struct str name)
{
	const unsigned char *p = (const unsigned char *)name.p;

	return name.n ? (name.n * 7 + p[0] * 3u + p[name.n - 1]) % BUCKETS : 0;
}

#endif
