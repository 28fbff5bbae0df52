/*
 * probe_list.c -- GetList: what Outlook reads of a list's definition.
 * MS-OUTSPS 3.2.4.1, 2.2; MS-LISTSWS 3.1.4.17.
 */
#include "probe.h"

#include <stdio.h>

#include "num.h"

#define MIN_SERVER { 12, 0, 0, 4326 } /* below it Outlook 2007 falls back to another operation */

/* "12.0.0.4326" in four numbers. */
static bool
read_version(struct str s, uint64_t v[4])
{
	struct str rest = s;
	size_t i;

	for (i = 0; i < 4; i++)
		if (!rest.p || !num_u64(str_cut(rest, '.', &rest), 1000000, &v[i]))
			return false;
	return !rest.p;
}

static void
check_server(struct probe *p, struct xnode *result)
{
	static const uint64_t least[4] = MIN_SERVER;
	struct xnode *n = xnode_find(result, "ServerVersion");
	struct str text = n ? str_trim(xnode_text(&p->step, n)) : STR("");
	uint64_t v[4];
	size_t i;

	if (!text.n) {
		say_problem(p, "GetList has no ServerSettings/ServerVersion; Outlook 2007 would use "
		    "an older operation.");
		return;
	}
	if (!read_version(text, v)) {
		say_problem(p, "ServerVersion \"%.*s\" is not of the form 12.0.0.4326.", STR_ARG(text));
		return;
	}
	for (i = 0; i < 4 && v[i] == least[i]; i++)
		;
	if (i < 4 && v[i] < least[i])
		say_problem(p, "ServerVersion %.*s is below 12.0.0.4326: Outlook 2007 falls back to "
		    "GetListItemChanges.", STR_ARG(text));
	else
		say_ok(p, "ServerVersion %.*s: Outlook uses the two-way operations.", STR_ARG(text));
}

static void
check_kind(struct probe *p, struct xnode *list)
{
	static const struct {
		const char *type, *template;
	} kinds[] = {
		{ "contacts", "105" }, { "calendar", "106" }, { "tasks", "107" },
		{ "discussions", "108" }, { "documents", "101" },
	};
	struct str template = xnode_attr(&p->step, list, "ServerTemplate");
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_ieq(p->link.type, str_of(kinds[i].type)))
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return; /* the link was refused before */
	if (!str_eq(template, str_of(kinds[i].template)))
		say_problem(p, "The link says %s, but ServerTemplate is \"%.*s\" and not %s.",
		    kinds[i].type, STR_ARG(template), kinds[i].template);
	else
		say_ok(p, "ServerTemplate %s: a folder of type %s.", kinds[i].template,
		    kinds[i].type);
}

static void
check_identity(struct probe *p, struct xnode *list)
{
	struct str id = xnode_attr(&p->step, list, "ID");
	struct str title = xnode_attr(&p->step, list, "Title");
	struct guid a, b;

	if (!guid_parse(id, &a) || !guid_parse(p->link.guid, &b) || !guid_eq(&a, &b))
		say_problem(p, "List/@ID is \"%.*s\", but the link's guid is %.*s.", STR_ARG(id),
		    STR_ARG(p->link.guid));
	if (!title.n)
		say_problem(p, "List/@Title is missing.");
	else
		say_ok(p, "List \"%.*s\", %.*s.", STR_ARG(title), STR_ARG(id));
	if (str_ieq(xnode_attr(&p->step, list, "ExcludeFromOfflineClient"), STR("True")))
		say_problem(p, "ExcludeFromOfflineClient is True: Outlook 2010 and later refuse to "
		    "connect the list.");
	if (!str_ieq(xnode_attr(&p->step, list, "EnableAttachments"), STR("True")))
		say_note(p, "EnableAttachments is not True: Outlook offers no attachments here.");
}

bool
list_declares(const struct probe *p, struct str name)
{
	size_t i;

	for (i = 0; i < p->field_n; i++)
		if (str_eq(p->field[i], name))
			return true;
	return false;
}

static void
add_field(struct probe *p, struct xnode *f, size_t room)
{
	struct str name = xnode_attr(&p->step, f, "Name");
	struct str id = xnode_attr(&p->step, f, "ID");
	struct guid g;

	if (!name.n) {
		say_problem(p, "A Field has no Name.");
		return;
	}
	if (list_declares(p, name))
		say_problem(p, "The field %.*s is declared twice.", STR_ARG(name));
	if (!guid_parse(id, &g))
		say_problem(p, "The field %.*s has no ID; Outlook then goes by its name, other "
		    "clients pass it over.", STR_ARG(name));
	if (!xnode_attr(&p->step, f, "Type").n)
		say_problem(p, "The field %.*s has no Type.", STR_ARG(name));
	if (p->field_n < room)
		p->field[p->field_n++] = arena_dup(&p->keep, name);
}

/* What a new task is: not started, where the list calls it so, else the first that it offers. */
static void
choose_status(struct probe *p, struct xnode *fields)
{
	const struct str usual = STR("Not Started");
	struct xnode *f, *one;
	struct str first = STR("");

	p->status = usual;
	for (f = xnode_first(fields); f; f = xnode_next(f)) {
		if (!str_eq(xnode_attr(&p->step, f, "Name"), STR("Status")))
			continue;
		for (one = xnode_first(xnode_child(f, "CHOICES")); one; one = xnode_next(one)) {
			struct str text = str_trim(xnode_text(&p->step, one));

			if (str_eq(text, usual))
				return;
			if (!first.n)
				first = text;
		}
	}
	if (first.n)
		p->status = arena_dup(&p->keep, first);
}

static void
check_fields(struct probe *p, struct xnode *fields)
{
	static const char *const needed[] = { "ID", "owshiddenversion", "ContentTypeId", "Title" };
	static const char *const barred[] = { "ReplicationID", "vti_versionhistory" };
	struct xnode *f;
	size_t i, n = 0;

	for (f = xnode_first(fields); f; f = xnode_next(f))
		n++;
	p->field = ARENA_ARRAY(&p->keep, struct str, n);
	p->field_n = 0;
	for (f = xnode_first(fields); f; f = xnode_next(f))
		if (str_eq(str_of(xnode_name(f)), STR("Field")))
			add_field(p, f, n);
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!list_declares(p, str_of(needed[i])))
			say_problem(p, "The field %s is not declared.", needed[i]);
	for (i = 0; i < sizeof(barred) / sizeof(barred[0]); i++)
		if (list_declares(p, str_of(barred[i])))
			say_problem(p, "%s is declared as a field, but Outlook looks for it in the "
			    "property bag only: it would not recognise its own items.", barred[i]);
	choose_status(p, fields);
	say_ok(p, "%zu fields are declared; Outlook keeps everything else in the property bag.",
	    p->field_n);
}

bool
probe_get_list(struct probe *p)
{
	struct xnode *list, *fields;
	struct answer got;
	struct soap s;

	soap_begin(p, &s, "GetList");
	if (!soap_expect(p, &s, &got))
		return false;
	list = xnode_child(got.result, "List");
	fields = xnode_child(list, "Fields");
	if (!list || !fields) {
		say_problem(p, "GetList answers without %s; Outlook could make no folder of it.",
		    list ? "Fields" : "a List");
		return false;
	}
	check_identity(p, list);
	check_kind(p, list);
	check_server(p, got.result);
	check_fields(p, fields);
	return true;
}
