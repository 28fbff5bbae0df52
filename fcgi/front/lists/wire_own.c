/*
 * wire_own.c -- columns of a generic list as fields: a name that attributes can
 * have, a GUID, a type. MS-LISTSWS 2.2.4, MS-WSSCAML 2.3.2.
 */
#include "lists/wire.h"

#include "lists/caml.h"

/* Two attributes of one name would make an answer that no client can read. */
const char *
wire_own_name(struct str name, bool *is_address)
{
	size_t i;

	*is_address = str_ieq(name, STR("URL"));
	for (i = 0; i < SYS__MAX; i++)
		if (str_ieq(name, str_of(system_info((enum system_field)i)->name)))
			return "is a field that this server fills by itself; choose another name";
	if (name.n >= 9 && strncasecmp(name.p, "MetaInfo_", 9) == 0)
		return "would be taken for a property of an item; choose another name";
	if (schema_is_ignored(name) || str_ieq(name, STR(WIRE_REF)) ||
	    (name.n >= 4 && strncasecmp(name.p, "vti_", 4) == 0))
		return "is a name that SharePoint's clients know as something else; choose "
		       "another name";
	for (i = 0; i < FIELD__MAX; i++) {
		const struct wire_field *f = wire_of(KIND_CONTACTS, (enum field)i);

		if (strcmp(f->type, "URL") == 0 && str_ieq(name, str_of(f->name)))
			*is_address = true;
	}
	return NULL;
}

static const char *const own_types[VALUE__MAX] = {
	[VALUE_TEXT] = "Text", [VALUE_NOTE] = "Note", [VALUE_CHOICE] = "Choice",
	[VALUE_URL] = "URL", [VALUE_INT] = "Integer", [VALUE_NUMBER] = "Number",
	[VALUE_BOOL] = "Boolean", [VALUE_DATE] = "DateTime", [VALUE_STAMP] = "DateTime",
	[VALUE_BINARY] = "Note",
};

/* The same for the same name in the same list, whatever stands around it (FNV-1a, four lanes). */
static struct guid
own_guid(const struct list *l, struct str name)
{
	unsigned char bytes[16];
	uint32_t h;
	size_t i;
	int lane;

	for (lane = 0; lane < 4; lane++) {
		h = UINT32_C(2166136261) + (uint32_t)lane;
		for (i = 0; i < sizeof(l->id.b); i++)
			h = (h ^ l->id.b[i]) * UINT32_C(16777619);
		for (i = 0; i < name.n; i++)
			h = (h ^ (unsigned char)name.p[i]) * UINT32_C(16777619);
		for (i = 0; i < 4; i++)
			bytes[lane * 4 + i] = (unsigned char)(h >> (8 * i));
	}
	return guid_from_random(bytes);
}

const struct wire_field *
wire_of_column(struct arena *a, const struct list *l, size_t column)
{
	const struct column *c = &l->column[column];
	char encoded[CAML_NAME_MAX], id[39];
	struct wire_field *f;
	struct guid guid;

	if (!c->own)
		return wire_of(l->kind, c->field);
	guid = own_guid(l, str_of(c->own));
	guid_fmt(&guid, GUID_LOWER, id);
	f = ARENA_NEW(a, struct wire_field);
	*f = (struct wire_field){ .field = FIELD_OWN, .own = c->own, .column = column,
		.type_own = c->type, .display = c->own, .type = own_types[c->type],
		.name = arena_dup(a, caml_name_encode(str_of(c->own), encoded)).p,
		.id = arena_fmt(a, "{%s}", id).p };
	return f;
}

const struct wire_field *
wire_find(struct arena *a, const struct list *l, struct str name)
{
	const struct wire_field *f = wire_by_name(l->kind, name);
	char encoded[CAML_NAME_MAX];
	size_t i;

	for (i = 0; !f && i < l->column_n; i++)
		if (l->column[i].own && (str_eq(name, str_of(l->column[i].own)) ||
		    str_eq(name, caml_name_encode(str_of(l->column[i].own), encoded))))
			f = wire_of_column(a, l, i);
	return f;
}
