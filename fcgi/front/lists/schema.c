/*
 * schema.c -- the <List> element and the tables behind it.
 *
 * What is declared here decides where Outlook keeps each value: declared
 * fields travel as attributes of their own, everything else as item
 * properties. ReplicationID and vti_versionhistory must never be declared
 * (MS-OUTSPS R824, R825). Every ows_X of a row must be declared.
 */
#include "lists/schema.h"

#include <inttypes.h>

#include "attach.h"
#include "lists/wire.h"
#include "stamp.h"
#include "stssync.h"

#define SERVER_VERSION "14.0.0.7015" /* below 12.0.0.4326 Outlook uses an older operation */
#define NO_GUID "00000000-0000-0000-0000-000000000000"

/* ---- kinds of list ---- */

static const struct kind_info kinds[] = {
	[KIND_CONTACTS]    = { 105, 0, "00bfea71-7e6d-4186-9ba8-c047ac750105", "0x0106",
	                       "/_layouts/images/itcontct.gif" },
	[KIND_CALENDAR]    = { 106, 0, "00bfea71-ec85-4903-972d-ebe475780106", "0x0102",
	                       "/_layouts/images/itevent.gif" },
	[KIND_TASKS]       = { 107, 0, "00bfea71-a83e-497e-9ba0-7a5c597d0107", "0x0108",
	                       "/_layouts/images/ittask.gif" },
	[KIND_DISCUSSIONS] = { 108, 0, "00bfea71-6a49-43fa-b535-d15c05500108", "0x0107",
	                       "/_layouts/images/itdisc.gif" },
	[KIND_DOCUMENTS]   = { 101, 1, "00bfea71-e717-4e80-aa17-d0c71b360101", "0x0101",
	                       "/_layouts/images/itdl.gif" },
	[KIND_GENERIC]     = { 100, 0, "00bfea71-de22-43b2-a848-c05709900100", "0x01",
	                       "/_layouts/images/itgen.gif" },
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == KIND__MAX, "a kind has no row here");

const struct kind_info *
kind_info(enum list_kind k)
{
	return &kinds[k];
}

/* ---- system fields ---- */

#define SYS(f, n, i, t, d, l, h, w) [SYS_##f] = { .name = n, .id = i, .type = t, .display = d, \
	    .list = l, .is_hidden = h, .is_always = w },

#define SYS_OF(k, f, n, i, t, d, l, h) [SYS_##f] = { .name = n, .id = i, .type = t, \
	    .display = d, .list = l, .is_hidden = h, .is_always = true, .kinds = k },

static const struct system_info systems[] = {
	SYS(ID, "ID", "{1d22ea11-1e32-424e-89ab-9fedbadb6ce1}",
	    "Counter", "ID", NULL, false, true)
	SYS(VERSION, "owshiddenversion", "{d4e44a66-ee3a-4d02-88c9-4ec5ff3f4cd5}",
	    "Integer", "owshiddenversion", NULL, true, true)
	SYS(CONTENT_TYPE_ID, "ContentTypeId", "{03e45e84-1992-4d42-9116-26f756012634}",
	    "ContentTypeId", "Content Type ID", NULL, true, true)
	SYS(CREATED, "Created", "{8c06beca-0777-48f7-91c7-6da68bc07b69}",
	    "DateTime", "Created", NULL, false, true)
	SYS(MODIFIED, "Modified", "{28cf69c5-fa48-462a-b5cd-27b6f9d2bd5f}",
	    "DateTime", "Modified", NULL, false, true)
	SYS(AUTHOR, "Author", "{1df5e554-ec7e-46a6-901d-d85a3881cb18}",
	    "User", "Created By", "UserInfo", false, false)
	SYS(EDITOR, "Editor", "{d31655d1-1d5b-4511-95a1-7a09e9b75bf2}",
	    "User", "Modified By", "UserInfo", false, false)
	SYS(ATTACHMENTS, "Attachments", "{67df98f4-9dec-48ff-a553-29bece9c5bf4}",
	    "Attachments", "Attachments", NULL, false, false)
	SYS(PERM_MASK, "PermMask", "{ba3c27ee-4791-4867-8821-ff99000bac98}",
	    "Computed", "Effective Permissions Mask", NULL, true, true)
	SYS(MODERATION, "_ModerationStatus", "{fdc3b2ed-5bf2-4835-a4bc-b885f3396a61}",
	    "ModStat", "Approval Status", NULL, true, true)
	SYS(LEVEL, "_Level", "{43bdd51b-3c5b-4e78-90a8-fb2087f71e70}",
	    "Integer", "Level", NULL, true, true)
	SYS(UNIQUE_ID, "UniqueId", "{4b7403de-8d94-43e8-9f0f-137a3e298126}",
	    "Lookup", "Unique Id", "Docs", true, true)
	SYS(OBJECT_TYPE, "FSObjType", "{30bb605f-5bae-48fe-b4e3-1f81d9772af9}",
	    "Lookup", "Item Type", "Docs", true, true)
	SYS(FILE_REF, "FileRef", "{94f89715-e097-4e8b-ba79-ea02aa8b7adb}",
	    "Lookup", "URL Path", "Docs", true, true)
	/* of a library, FileDirRef is a field that clients write: wire.c */
	SYS_OF(KIND_BIT(KIND_DISCUSSIONS), DIR_REF, "FileDirRef",
	    "{56605df6-8fa1-47e4-a04c-5b384d59609f}", "Lookup", "Path", "Docs", true)
	SYS_OF(KIND_BIT(KIND_DISCUSSIONS) | KIND_BIT(KIND_DOCUMENTS), LEAF_REF, "FileLeafRef",
	    "{8553196d-ec8d-4564-9861-3dbe931050c8}", "File", "Name", NULL, true)
	SYS_OF(KIND_BIT(KIND_DOCUMENTS), ADDRESS, "EncodedAbsUrl",
	    "{7177cfc7-f399-4d4d-905d-37dd51bc90bf}", "Computed", "Encoded Absolute URL", NULL, false)
	SYS(META_INFO, "MetaInfo", "{687c7f94-686a-42d3-9b67-2782eac4b4f8}",
	    "Lookup", "Property Bag", "Docs", true, false)
};
_Static_assert(sizeof(systems) / sizeof(systems[0]) == SYS__MAX, "a system field has no row");

const struct system_info *
system_info(enum system_field f)
{
	return &systems[f];
}

/* Whole rows are sent back by stubs: these names too, which real servers fill. */
static const char *const ignored[] = {
	"GUID", "ContentType", "LinkTitle", "LinkTitleNoMenu", "SelectTitle", "Edit", "DocIcon",
	"Order", "WorkflowVersion", "_UIVersion", "_UIVersionString", "_IsCurrentVersion",
	"FileLeafRef", "FileDirRef", "ServerUrl", "EncodedAbsUrl", "BaseName", "LinkFilename",
	"LinkFilenameNoMenu", "Last_x0020_Modified", "Created_x0020_Date", "ScopeId", "ProgId",
	"InstanceID", "ItemChildCount", "FolderChildCount", "_ModerationComments",
	"_HasCopyDestinations", "_CopySource", "SortBehavior", "ServerRedirected",
};

bool
schema_is_ignored(struct str name)
{
	size_t i;

	for (i = 0; i < SYS__MAX; i++)
		if (str_eq(name, str_of(systems[i].name)))
			return true;
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (str_eq(name, str_of(ignored[i])))
			return true;
	return false;
}

/* ---- <Field> ---- */

static void
write_system_field(struct xmlw *w, enum system_field f)
{
	const struct system_info *s = &systems[f];

	xmlw_open(w, "Field");
	xmlw_attrz(w, "ID", s->id);
	xmlw_attrz(w, "Name", s->name);
	xmlw_attrz(w, "StaticName", s->name);
	xmlw_attrz(w, "SourceID", SOURCE_ID);
	xmlw_attrz(w, "DisplayName", s->display);
	xmlw_attrz(w, "Type", s->type);
	xmlw_attrz(w, "List", s->list);
	xmlw_attrz(w, "ReadOnly", "TRUE");
	if (s->is_hidden)
		xmlw_attrz(w, "Hidden", "TRUE");
	if (f == SYS_ID)
		xmlw_attrz(w, "PrimaryKey", "TRUE");
	xmlw_attrz(w, "FromBaseType", "TRUE");
	xmlw_close(w);
}

static void
write_fields(struct xmlw *w, struct arena *a, const struct list *l)
{
	const struct wire_field *f;
	size_t i;

	xmlw_open(w, "Fields");
	for (i = 0; i < SYS__MAX; i++)
		if (!systems[i].kinds || (systems[i].kinds & KIND_BIT(l->kind)))
			write_system_field(w, (enum system_field)i);
	for (i = 0; i < FIELD__MAX; i++) {
		f = wire_of(l->kind, (enum field)i);
		if ((field_info(f->field)->kinds & KIND_BIT(l->kind)) &&
		    wire_is_declared(l, f))
			schema_write_field(w, l, f);
	}
	for (i = 0; i < l->column_n; i++)
		if (l->column[i].own)
			schema_write_field(w, l, wire_of_column(a, l, i));
	xmlw_close(w);
}

/* ---- settings ---- */

/*
 * Minutes with UTC = local + bias, without summer time: the smaller offset of
 * January and July.
 */
static int
zone_bias(const struct zone *z, int64_t now)
{
	struct civil c = civil_from_stamp(now);
	struct civil january = { .year = c.year, .month = 1, .day = 1 };
	struct civil july = { .year = c.year, .month = 7, .day = 1 };
	int winter = zone_offset(z, civil_to_stamp(&january));
	int summer = zone_offset(z, civil_to_stamp(&july));

	return -(winter < summer ? winter : summer) / 60;
}

static const char *
web_path(const struct site *site)
{
	return site->base_path[0] ? site->base_path : "/";
}

static void
write_settings(struct xmlw *w, const struct site *site, int64_t now)
{
	xmlw_open(w, "RegionalSettings");
	xmlw_element(w, "Language", "1033");
	xmlw_element(w, "Locale", "1033");
	xmlw_element(w, "AdvanceHijri", "0");
	xmlw_element(w, "CalendarType", "1");
	xmlw_element(w, "Time24", "True");
	xmlw_open(w, "TimeZone");
	xmlw_textf(w, "%d", zone_bias(site->zone, now));
	xmlw_close(w);
	xmlw_element(w, "SortOrder", "2070");
	xmlw_element(w, "Presence", "False");
	xmlw_close(w);
	xmlw_open(w, "ServerSettings");
	xmlw_element(w, "ServerVersion", SERVER_VERSION);
	xmlw_element(w, "RecycleBinEnabled", "False");
	xmlw_element(w, "ServerRelativeUrl", web_path(site));
	xmlw_close(w);
}

/* ---- <List> ---- */

/* The same for every list here, but for attachments (NULL): behind ReadSecurity, in the order of real servers. */
static const struct {
	const char *name, *value;
} constants[] = {
	{ "ReadSecurity", "1" }, { "WriteSecurity", "1" }, { "Author", "1" },
	{ "EventSinkAssembly", "" }, { "EventSinkClass", "" }, { "EventSinkData", "" },
	{ "EmailAlias", "" }, { "SendToLocation", "" }, { "MajorVersionLimit", "0" },
	{ "MajorWithMinorVersionsLimit", "0" }, { "WorkFlowId", NO_GUID },
	{ "HasUniqueScopes", "False" }, { "AllowDeletion", "False" },
	{ "AllowMultiResponses", "False" }, { "EnableAttachments", NULL },
	{ "EnableModeration", "False" }, { "EnableVersioning", "False" },
	{ "HasExternalDataSource", "False" }, { "Hidden", "False" },
	{ "MultipleDataList", "False" }, { "Ordered", "False" }, { "ShowUser", "True" },
	{ "EnableMinorVersion", "False" }, { "RequireCheckout", "False" },
	{ "ExcludeFromOfflineClient", "False" },
};

struct str
schema_root_folder(struct arena *a, const struct site *site, const struct list *l)
{
	return arena_fmt(a, "%s%s%s", site->base_path,
	    l->kind == KIND_DOCUMENTS ? "/" : "/Lists/", l->name);
}

void
schema_write_attributes(struct xmlw *w, struct arena *a, const struct site *site,
    const struct list *l, const struct list_state *st)
{
	const struct kind_info *k = &kinds[l->kind];
	struct str page = list_page(a, l);
	struct guid feature;
	char id[39], text[STAMP_TEXT], feature_id[39];
	size_t i;

	guid_fmt(&l->id, GUID_BRACES, id);
	if (!guid_parse(str_of(k->feature), &feature))
		memset(&feature, 0, sizeof(feature));
	xmlw_open(w, "List");
	xmlw_attrz(w, "DocTemplateUrl", "");
	xmlw_attrf(w, "DefaultViewUrl", "%s%.*s", site->base_path, STR_ARG(page));
	xmlw_attrz(w, "MobileDefaultViewUrl", "");
	xmlw_attrz(w, "ID", id);
	xmlw_attrz(w, "Title", l->title);
	xmlw_attrz(w, "Description", l->description);
	xmlw_attrz(w, "ImageUrl", k->image);
	xmlw_attrz(w, "Name", id);
	xmlw_attrf(w, "BaseType", "%u", k->base_type);
	xmlw_attrz(w, "FeatureId", guid_fmt(&feature, GUID_BRACES, feature_id));
	xmlw_attrf(w, "ServerTemplate", "%u", k->server_template);
	xmlw_attrz(w, "Created", stamp_compact(st->created, text));
	xmlw_attrz(w, "Modified", stamp_compact(st->modified, text));
	xmlw_attrz(w, "LastDeleted", stamp_compact(st->deleted, text));
	xmlw_attrf(w, "Version", "%" PRIu32, st->schema_version);
	xmlw_attrz(w, "Direction", "none");
	xmlw_attrz(w, "ThumbnailSize", "");
	xmlw_attrz(w, "WebImageWidth", "");
	xmlw_attrz(w, "WebImageHeight", "");
	xmlw_attrz(w, "Flags", "4096");
	xmlw_attrf(w, "ItemCount", "%" PRIu32, st->live_n);
	xmlw_attrz(w, "AnonymousPermMask", "0");
	xmlw_attr(w, "RootFolder", schema_root_folder(a, site, l));
	for (i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		xmlw_attrz(w, constants[i].name, constants[i].value ? constants[i].value :
		    attach_is_offered(l) ? "True" : "False");
	xmlw_attrz(w, "WebFullUrl", web_path(site));
	xmlw_attrz(w, "WebId", NO_GUID); /* one site per server: clients compare it, if at all */
	xmlw_attrz(w, "ScopeId", NO_GUID);
}

void
schema_write(struct xmlw *w, struct arena *a, const struct site *site,
    const struct list *l, const struct list_state *st, int64_t now)
{
	schema_write_attributes(w, a, site, l, st);
	write_fields(w, a, l);
	write_settings(w, site, now);
	xmlw_close(w);
}
