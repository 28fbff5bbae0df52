/*
 * field.h -- the engine's vocabulary: kinds of list, types of value, canonical
 * fields.
 *
 * A value travels between the layers as text in one canonical form per type,
 * so that "equal" is a comparison of bytes:
 *   TEXT NOTE CHOICE URL  as is (URL: as the column holds it)
 *   INT      -12          NUMBER  shortest decimal, -0.5
 *   BOOL     0 or 1       DATE    2026-03-05
 *   STAMP    2026-03-05T09:00:00Z, always UTC
 *   BINARY   upper-case hex
 */
#ifndef SYNC_FIELD_H
#define SYNC_FIELD_H

#include "str.h"

enum list_kind {
	KIND_CONTACTS,
	KIND_CALENDAR,
	KIND_TASKS,
	KIND_DISCUSSIONS,
	KIND_DOCUMENTS,
	KIND_GENERIC,
	KIND__MAX
};

#define KIND_BIT(k) (1u << (k))
#define KIND_ALL ((1u << KIND__MAX) - 1)

enum value_type {
	VALUE_TEXT,
	VALUE_NOTE,   /* text of several lines */
	VALUE_CHOICE, /* text out of a set */
	VALUE_URL,
	VALUE_INT,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_DATE,
	VALUE_STAMP,
	VALUE_BINARY,
	VALUE__MAX
};

enum field {
#define FIELD(name, text, kinds, type) FIELD_##name,
#include "fields.def"
#undef FIELD
	FIELD__MAX
};

struct field_info {
	const char *name;   /* "last name, phonetic": for people */
	unsigned kinds;     /* KIND_BIT()s */
	enum value_type type;
};

/*
 * The engine itself reads this field (when an event is, what belongs to what):
 * harvest is given its value, and an item without a column for it keeps it in
 * canonical form.
 */
bool field_is_structural(enum field f);
/* That, or harvest is given its value in lists of that kind: a thread is named after its first post. */
bool field_is_harvested(enum list_kind kind, enum field f);
/* f < FIELD__MAX. Never NULL. */
const struct field_info *field_info(enum field f);
const char *kind_name(enum list_kind k);                     /* "contacts" */
bool kind_by_name(struct str name, enum list_kind *out);     /* any case */
const char *value_type_name(enum value_type t);              /* "date" */

#endif
