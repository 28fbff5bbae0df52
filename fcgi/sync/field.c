/*
 * field.c -- names of kinds, types and canonical fields.
 */
#include "field.h"

static const struct field_info fields[] = {
#define FIELD(id, text, in, of) [FIELD_##id] = { .name = text, .kinds = in, .type = of },
#include "fields.def"
#undef FIELD
};
_Static_assert(sizeof fields / sizeof fields[0] == FIELD__MAX, "one row per field");

static const char *const kinds[] = {
	[KIND_CONTACTS]    = "contacts",
	[KIND_CALENDAR]    = "calendar",
	[KIND_TASKS]       = "tasks",
	[KIND_DISCUSSIONS] = "discussions",
	[KIND_DOCUMENTS]   = "documents",
	[KIND_GENERIC]     = "generic",
};
_Static_assert(sizeof kinds / sizeof kinds[0] == KIND__MAX, "one name per kind");

static const char *const types[] = {
	[VALUE_TEXT]   = "text",
	[VALUE_NOTE]   = "text of several lines",
	[VALUE_CHOICE] = "choice",
	[VALUE_URL]    = "web address",
	[VALUE_INT]    = "whole number",
	[VALUE_NUMBER] = "number",
	[VALUE_BOOL]   = "yes or no",
	[VALUE_DATE]   = "date",
	[VALUE_STAMP]  = "date and time",
	[VALUE_BINARY] = "binary data",
};
_Static_assert(sizeof types / sizeof types[0] == VALUE__MAX, "one name per type");

const struct field_info *
field_info(enum field f)
{
	return &fields[f];
}

bool
field_is_structural(enum field f)
{
	static const bool is[FIELD__MAX] = {
		[FIELD_START] = true, [FIELD_END] = true, [FIELD_ALL_DAY] = true,
		[FIELD_EVENT_TYPE] = true, [FIELD_RECURS] = true, [FIELD_SERIES_UID] = true,
		[FIELD_INSTANCE] = true, [FIELD_MASTER] = true, [FIELD_PATTERN] = true,
		[FIELD_ZONE_TEXT] = true, [FIELD_ZONE_NUMBER] = true, [FIELD_RRULE] = true,
		[FIELD_EXDATE] = true, [FIELD_ZONE_NAME] = true, [FIELD_PARENT] = true,
		[FIELD_THREAD_INDEX] = true, [FIELD_FILE_NAME] = true, [FIELD_FOLDER] = true,
	};

	return is[f];
}

bool
field_is_harvested(enum list_kind kind, enum field f)
{
	return field_is_structural(f) || (kind == KIND_DISCUSSIONS && f == FIELD_TITLE);
}

const char *
kind_name(enum list_kind k)
{
	return kinds[k];
}

bool
kind_by_name(struct str name, enum list_kind *out)
{
	for (int k = 0; k < KIND__MAX; k++)
		if (str_ieq(name, str_of(kinds[k]))) {
			*out = (enum list_kind)k;
			return true;
		}
	return false;
}

const char *
value_type_name(enum value_type t)
{
	return types[t];
}
