/*
 * lists.c -- Lists.asmx: the operation table, and what is checked before an
 * operation begins. MS-LISTSWS 3.1.4 (operations), 2.2.4.1 (faults).
 *
 * Order of checks: media type, envelope, operation, action, list, right.
 */
#include "lists/lists.h"

#include <stdarg.h>
#include <stdio.h>

#include "guid.h"
#include "limits.h"
#include "lists/caml.h"
#include "log.h"

#define NO_SUCH_LIST "0x82000006"
#define NO_VALIDATION "0x8102006d"

static const struct operation table[] = {
	{ .name = "GetList", .handle = op_get_list, .need = NEED_LIST, .effect = READS,
	  .empty_code = NO_SUCH_LIST, .parameter = { "listName" } },
	{ .name = "GetListCollection", .handle = op_get_list_collection, .need = NO_LIST,
	  .effect = READS },
	{ .name = "GetListItemChangesSinceToken", .handle = op_changes, .need = NEED_LIST,
	  .effect = READS, .empty_code = NO_SUCH_LIST,
	  .parameter = { "listName", "viewName", "<query", "<viewFields", "rowLimit",
	    "<queryOptions", "changeToken", "<contains" } },
	{ .name = "UpdateListItems", .handle = op_update, .need = NEED_LIST, .effect = WRITES,
	  .empty_code = NULL, .parameter = { "listName", "<updates" } },
	{ .name = "GetAttachmentCollection", .handle = op_get_attachments, .need = NEED_LIST,
	  .effect = READS, .check = op_attach_check, .parameter = { "listName", "listItemID" } },
	{ .name = "AddAttachment", .handle = op_add_attachment, .need = NEED_LIST,
	  .effect = WRITES, .result = RESULT_TEXT, .check = op_attach_check,
	  .upload = "attachment",
	  .parameter = { "listName", "listItemID", "fileName", "attachment" } },
	{ .name = "DeleteAttachment", .handle = op_delete_attachment, .need = NEED_LIST,
	  .effect = WRITES, .result = RESULT_NONE, .check = op_attach_check,
	  .parameter = { "listName", "listItemID", "url" } },
	{ .name = "AddDiscussionBoardItem", .handle = op_add_post, .need = NEED_LIST,
	  .effect = WRITES, .empty_code = NO_SUCH_LIST, .upload = "message",
	  .parameter = { "listName", "message" } },
};

const struct operation *
operations(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

void
call_fault(struct call *k, const char *code, const char *fmt, ...)
{
	char text[640];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	soap_fault(k->r, k->q, k->soap.version, SOAP_SERVER, code, "%s", text);
}

/* What an outcome is as an answer to the whole call. */
static const struct {
	const char *code;
	const char *text; /* when the engine said nothing */
} outcomes[OUTCOME__MAX] = {
	[E_NOT_FOUND] = { NO_SUCH_LIST, "The list does not exist." },
	[E_CONFLICT]  = { "0x81020015", "Somebody else has changed this." },
	[E_DENIED]    = { "0x80070005", "Access denied." },
	[E_INVALID]   = { NULL, "The request is not valid." },
	[E_LIMIT]     = { NULL, "The request is over a limit." },
	[E_RETRY]     = { NULL, "The database is busy. Try again." },
	[E_UNCERTAIN] = { NULL, "The connection to the database was lost. Try again." },
	[E_FAILED]    = { NULL, "The server failed. Its administrator finds the reason in the log." },
};

void
call_fail(struct call *k, const struct err *e)
{
	const char *text = e->peer[0] ? e->peer : outcomes[e->code].text;

	if (e->code == E_FAILED || e->code == E_UNAVAILABLE || e->detail[0])
		log_err(k->op->name, e);
	if (e->code == E_UNAVAILABLE || e->code == E_RETRY) /* it passes: the client comes back */
		response_error(k->r, 503, "%s (reference %s)", e->peer[0] ? e->peer :
		    "The list is not available at the moment. Try again.", k->q->id);
	else
		call_fault(
		    k, outcomes[e->code].code, "%s", text ? text : "The server failed.");
	k->r->note.outcome = outcome_name(e->code);
}

/* ---- finding the list ---- */

/* By GUID, else by title (a title may look like a GUID), else by the folder's name. */
static struct list *
find_list(const struct lists *lists, struct str name)
{
	struct list *l = NULL;
	struct guid id;

	if (guid_parse(name, &id))
		l = lists_by_id(lists, &id);
	if (!l)
		l = lists_by_title(lists, name);
	if (!l)
		l = lists_by_name(lists, name);
	return l;
}

static void
no_such_list(struct call *k, struct str name)
{
	call_fault(k, NO_SUCH_LIST,
	    "List does not exist. There is no list \"%.*s\" on this "
	    "server, or it is not open to you.",
	    name.n > 100 ? 100 : (int)name.n, name.p);
	k->r->note.outcome = outcome_name(E_NOT_FOUND);
}

/* Its provider file has an error: it is neither served nor gone, so its clients shall wait. */
static bool
is_refused(struct call *k, struct str name)
{
	const struct list *l = k->list ? NULL : front_refused(k->c, name);

	if (!l)
		return false;
	k->r->note.list = l->name;
	response_error(k->r, 503, FRONT_REFUSED " (reference %s)", k->q->id);
	k->r->note.outcome = outcome_name(E_UNAVAILABLE);
	return true;
}

/* A list that may not be read does not exist; somebody who is nobody is asked who he is. */
static bool
take_list(struct call *k)
{
	struct str name = caml_parameter(k->arena, k->soap.args, "listName");

	if (!name.p) {
		call_fault(k, k->op->empty_code, "%s", k->op->empty_code ?
		    "The parameter listName is empty; it names the list by GUID or title." :
		    "Cannot access a closed Stream.");
		k->r->note.outcome = outcome_name(E_INVALID);
		return false;
	}
	k->list = find_list(k->c->lists, name);
	if (is_refused(k, name))
		return false;
	k->rights = k->list ? access_rights(k->list, &k->c->who) : 0;
	if (!(k->rights & RIGHT_READ)) {
		if (k->c->who.login.n == 0)
			front_unauthorized(k->c, k->r);
		else
			no_such_list(k, name);
		return false;
	}
	k->r->note.list = k->list->name;
	if (!k->list->is_bound) {
		response_error(k->r, 503,
		    "The list \"%s\" is not available at the moment: its database view "
		    "does not answer as it should. Its administrator finds the reason "
		    "in the log. (reference %s)",
		    k->list->title, k->q->id);
		k->r->note.outcome = outcome_name(E_UNAVAILABLE);
		return false;
	}
	return true;
}

/* ---- the operation ---- */

static const struct operation *
find_operation(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

/* SOAPAction is the service's namespace and the name; some programs send the name alone. */
static bool
names_operation(struct str action, const char *name)
{
	struct str ns = STR(SOAP_SERVICE_NS);

	if (action.n > ns.n && memcmp(action.p, ns.p, ns.n) == 0)
		action = (struct str){ action.p + ns.n, action.n - ns.n };
	return str_eq(action, str_of(name));
}

/* By its SOAPAction: the body has not been read. Without one it must do with less. */
uint64_t
lists_upload(const struct request *q)
{
	struct str action = soap_action(q);
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].upload && names_operation(action, table[i].name))
			return LIMIT_UPLOAD_BYTES;
	return 0;
}

/*
 * A form of another site can post XML as text, but cannot set SOAPAction or
 * the media type of SOAP 1.2: that is our proof that a program meant it.
 */
static bool
check_action(struct call *k)
{
	if (k->op->effect == READS)
		return true;
	if (!k->soap.has_action) {
		call_fault(k, NO_VALIDATION,
		    "The security validation for this page is invalid: a change needs "
		    "the SOAPAction header, or the type application/soap+xml.");
		return false;
	}
	if (k->soap.action.n && !names_operation(k->soap.action, k->op->name)) {
		soap_fault(k->r, k->q, k->soap.version, SOAP_CLIENT, NULL,
		    "SOAPAction says \"%.*s\", the body says %s.",
		    k->soap.action.n > 60 ? 60 : (int)k->soap.action.n, k->soap.action.p,
		    k->op->name);
		return false;
	}
	return true;
}

/* Operations with a parameter that holds a file. */
static const char *const (*
with_files(struct arena *a))[2]
{
	const char *(*files)[2] = arena_get(a, sizeof(*files) * (sizeof(table) / sizeof(*table) + 1));
	size_t i, n = 0;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!table[i].upload)
			continue;
		files[n][0] = table[i].name;
		files[n++][1] = table[i].upload;
	}
	return (const char *const (*)[2])files;
}

static void
post(struct front_context *c, const struct request *q, struct response *r)
{
	struct call k = { .c = c, .q = q, .r = r, .arena = c->engine->arena };

	if (!soap_is_media_type(q->content_type)) {
		response_error(r, 415,
		    "The type \"%.*s\" is not understood here; send text/xml "
		    "(SOAP 1.1) or application/soap+xml (SOAP 1.2).",
		    q->content_type.n > 60 ? 60 : (int)q->content_type.n,
		    q->content_type.p);
		return;
	}
	if (!soap_read(k.arena, q, with_files(k.arena), &k.soap, r))
		return;
	k.op = find_operation(k.soap.operation);
	if (!k.op) {
		soap_fault(r, q, k.soap.version, SOAP_CLIENT, NULL,
		    "The operation %.60s is not offered here.", k.soap.operation);
		return;
	}
	r->note.operation = k.op->name;
	if (!check_action(&k))
		return;
	if (k.op->upload)
		soap_decode(k.arena, &k.soap, k.op->upload, r);
	if (k.op->check && !k.op->check(&k))
		return;
	if (k.op->need == NEED_LIST && !take_list(&k))
		return;
	k.op->handle(&k);
	if (!r->note.outcome)
		r->note.outcome = outcome_name(OK);
}

void
lists_handle(struct front_context *c, const struct request *q, struct response *r)
{
	static const char own[] = "/_vti_bin/lists.asmx";
	struct str rest;

	if (q->path.n != sizeof(own) - 1) {
		response_error(r, 404,
		    "Lists.asmx speaks SOAP by POST only; there is nothing "
		    "at %.*s.",
		    STR_ARG(q->path));
		return;
	}
	if (str_eq(q->method, STR("POST")))
		post(c, q, r);
	else if (str_ieq(str_cut(q->query, '&', &rest), STR("wsdl")))
		wsdl_write(c, r);
	else
		help_write(c, r);
}
