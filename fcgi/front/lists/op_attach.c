/*
 * op_attach.c -- GetAttachmentCollection, AddAttachment, DeleteAttachment.
 * MS-LISTSWS 3.1.4.18, 3.1.4.1, 3.1.4.9 (R299-R301, R3011: faults); MS-OUTSPS
 * 3.2.4.2.3 (R1073-R1078: what a client makes of them).
 *
 * 0x81020067 is the one fault that matters: to it Outlook answers with an HTTP
 * PUT to the attachment's address (files/attachment.c); any other means that
 * this attachment failed.
 */
#include "lists/lists.h"

#include "attach.h"
#include "files/attachment.h"
#include "files/serve.h"
#include "lists/caml.h"
#include "num.h"

#define BAD_PARAMETER "0x82000001"
#define NEGATIVE_ID "0x81020014"
#define BAD_NAME "0x81020073"
#define NO_BYTES "0x8007000d"
#define NAME_TAKEN "0x81020067"

static void
refuse(struct call *k, enum outcome o)
{
	k->r->note.outcome = outcome_name(o);
}

static bool
missing(struct call *k, const char *name, const char *code)
{
	call_fault(k, code, "Parameter %s is missing or invalid.", name);
	refuse(k, E_INVALID);
	return false;
}

/* What is told before a missing list. In this order: errors of AddAttachment, 3.1.4.1.2.1. */
bool
op_attach_check(struct call *k)
{
	const char *const *p;

	if (!caml_parameter(k->arena, k->soap.args, "listItemID").p)
		return missing(k, "listItemID", BAD_PARAMETER);
	if (!caml_parameter(k->arena, k->soap.args, "listName").p)
		return missing(k, "listName", NULL);
	if (k->op->upload && !k->soap.upload.is_there)
		return missing(k, k->op->upload, NULL);
	for (p = k->op->parameter; *p; p++)
		if (strcmp(*p, "fileName") == 0 &&
		    !caml_parameter(k->arena, k->soap.args, *p).p)
			return missing(k, *p, BAD_NAME);
		else if (strcmp(*p, "url") == 0 &&
		    !caml_parameter(k->arena, k->soap.args, *p).p)
			return missing(k, *p, NULL);
	return true;
}

/* The item that the call names. False: answered. negative_code: of a negative id. */
static bool
take_item(struct call *k, const char *negative_code, struct item *item)
{
	struct str text = caml_parameter(k->arena, k->soap.args, "listItemID");
	struct err e = { .code = OK };
	enum outcome o = E_NOT_FOUND;
	int64_t number;
	uint64_t id;

	if (num_i64(text, INT64_MIN, -1, &number)) {
		call_fault(k, negative_code, "Item %.*s does not exist: numbers begin with 1.",
		    text.n > 40 ? 40 : (int)text.n, text.p);
		refuse(k, E_NOT_FOUND);
		return false;
	}
	if (num_u64(text, UINT32_MAX, &id) && id)
		o = attach_item(k->c->engine, k->list, (uint32_t)id, item, &e);
	if (o == OK)
		return true;
	if (o != E_NOT_FOUND) {
		call_fail(k, &e);
		return false;
	}
	call_fault(k, NULL, "Item does not exist. The list \"%s\" has no item %.*s. It may have "
	    "been deleted by another user.", k->list->title, text.n > 40 ? 40 : (int)text.n,
	    text.p);
	refuse(k, E_NOT_FOUND);
	return false;
}

/* ---- GetAttachmentCollection ---- */

void
op_get_attachments(struct call *k)
{
	struct xmlw *w = ARENA_NEW(k->arena, struct xmlw);
	struct sink sink = spool_sink(&k->r->body);
	struct item item;
	struct attached f;
	struct err e = { 0 };
	size_t at = 0;

	if (!take_item(k, NEGATIVE_ID, &item))
		return;
	xmlw_init(w, &sink, XMLW_XML);
	soap_begin(w, k->arena, &k->soap, k->r);
	xmlw_open(w, "Attachments");
	while (attached_next(item.files, &at, &f)) {
		xmlw_open(w, "Attachment");
		xmlw_text(w, attachment_url(k->arena, k->c->site, k->list, item.id, f.name));
		xmlw_close(w);
		k->r->note.rows++;
	}
	xmlw_close(w);
	soap_end(w);
	if (!xmlw_end(w)) {
		err_set(&e, E_FAILED, "There was no room for the answer. Try again.");
		call_fail(k, &e);
	}
}

/* ---- AddAttachment ---- */

static bool
read_bytes(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	return spool_read(arg, at, p, n, got);
}

/* The name and the bytes are what a file may have. False: answered. */
static bool
check_file(struct call *k, struct str name)
{
	const struct soap_upload *u = &k->soap.upload;
	const char *why = attach_name_why_not(name);
	struct err e = { 0 };

	if (u->bytes->error) {
		err_set(&e, E_UNAVAILABLE, "There is no room on this server for a file of that "
		    "size at the moment. Try again later.");
		call_fail(k, &e);
		return false;
	}
	if (u->is_broken)
		call_fault(k, NULL, "The parameter attachment holds no base64: the file \"%.*s\" "
		    "was not saved.", name.n > 100 ? 100 : (int)name.n, name.p);
	else if (u->bytes->length == 0)
		call_fault(k, NO_BYTES, "The data is invalid: the file \"%.*s\" is empty, and an "
		    "empty file cannot be attached.", name.n > 100 ? 100 : (int)name.n, name.p);
	else if (why)
		call_fault(k, BAD_NAME, "The file name \"%.*s\" %s.",
		    name.n > 100 ? 100 : (int)name.n, name.p, why);
	else
		return true;
	refuse(k, E_INVALID);
	return false;
}

static void
answer_text(struct call *k, struct str text)
{
	struct xmlw *w = ARENA_NEW(k->arena, struct xmlw);
	struct sink sink = spool_sink(&k->r->body);
	struct err e = { 0 };

	xmlw_init(w, &sink, XMLW_XML);
	if (text.p) {
		soap_begin(w, k->arena, &k->soap, k->r);
		xmlw_text(w, text);
		soap_end(w);
	} else {
		soap_empty(w, k->arena, &k->soap, k->r);
	}
	if (!xmlw_end(w)) {
		err_set(&e, E_FAILED, "It is done, but there was no room for the answer.");
		call_fail(k, &e);
	}
}

static bool
has_attachments(struct call *k)
{
	if (attach_is_offered(k->list))
		return true;
	call_fault(k, NULL, "The list \"%s\" is a library of documents: its items are files, and "
	    "nothing can be attached to them.", k->list->title);
	refuse(k, E_INVALID);
	return false;
}

void
op_add_attachment(struct call *k)
{
	struct str name = caml_parameter(k->arena, k->soap.args, "fileName");
	struct file_bytes bytes = { .size = 0, .read = read_bytes, .arg = k->soap.upload.bytes };
	struct attach_request want = { .command = ATTACH_ADD, .name = name, .bytes = &bytes };
	struct attach_result *done = ARENA_NEW(k->arena, struct attach_result);
	struct item item;

	if (!has_attachments(k) || !take_item(k, NULL, &item) || !check_file(k, name))
		return;
	bytes.size = k->soap.upload.bytes->length;
	want.item = item.id;
	attach_one(k->c->engine, k->list, &k->c->who, &want, done);
	if (done->outcome == E_CONFLICT) {
		call_fault(k, NAME_TAKEN, "%s", done->err.peer);
		refuse(k, E_CONFLICT);
	} else if (done->outcome == E_NOT_FOUND) {
		call_fault(k, NULL, "%s", done->err.peer);
		refuse(k, E_NOT_FOUND);
	} else if (done->outcome != OK) {
		done->err.code = done->outcome;
		call_fail(k, &done->err);
	} else {
		answer_text(k, attachment_path(k->arena, k->list, item.id, done->file.name));
	}
}

/* ---- DeleteAttachment ---- */

/* Absolute, from the server's root or from the site's; encoded or not. The host may be a proxy's. */
static bool
names_file(struct call *k, struct str url, uint32_t item, struct str *file)
{
	struct attachment_path path;

	if (!attachment_parse(serve_unescape(k->arena, url), &path) &&
	    !attachment_parse(url, &path))
		return false;
	*file = path.file;
	return path.item == item && str_ieq(path.list, str_of(k->list->name));
}

void
op_delete_attachment(struct call *k)
{
	struct str url = caml_parameter(k->arena, k->soap.args, "url");
	struct attach_request want = { .command = ATTACH_REMOVE };
	struct attach_result *done = ARENA_NEW(k->arena, struct attach_result);
	struct attached f;
	struct item item;
	bool is_there;

	if (!has_attachments(k) || !take_item(k, NULL, &item))
		return;
	want.item = item.id;
	is_there = names_file(k, url, item.id, &want.name) &&
	    attached_find(item.files, want.name, &f);
	if (is_there) {
		attach_one(k->c->engine, k->list, &k->c->who, &want, done);
		is_there = done->outcome != E_NOT_FOUND;
	}
	if (!is_there) {
		call_fault(k, BAD_PARAMETER, "Parameter url is missing or invalid: item %u has no "
		    "attachment at %.*s.", item.id, url.n > 300 ? 300 : (int)url.n, url.p);
		refuse(k, E_NOT_FOUND);
	} else if (done->outcome != OK) {
		done->err.code = done->outcome;
		call_fail(k, &done->err);
	} else {
		answer_text(k, STR_NULL);
	}
}
