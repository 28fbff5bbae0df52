/*
 * op_post.c -- AddDiscussionBoardItem: a mail message becomes a post.
 * MS-LISTSWS 3.1.4.2 (R310-R334), MS-OUTSPS 3.1.4.2 (R1081-R1089: the client
 * sends what else it knows as an Update of the item that the answer names).
 *
 * The message is named by its Message-ID: repeated after a lost answer it is the
 * post that is there already, and gets what it still misses of its files.
 */
#include "lists/lists.h"

#include "apply.h"
#include "attach.h"
#include "limits.h"
#include "lists/post.h"
#include "lists/rowset.h"
#include "log.h"

#define NO_ITEM "0x81020016"

struct posting {
	struct call *k;
	struct post post;
	size_t cell_n, property_n;
	struct cell cell[4];
	struct property property[4];
	struct command_result done;
};

/* ---- what is written ---- */

static void
say(struct posting *p, enum field f, struct str v)
{
	const struct list *l = p->k->list;
	int at = list_column(l, f);

	if (!v.p || (at >= 0 && l->column[at].is_readonly))
		return;
	if (at < 0)
		p->property[p->property_n++] = (struct property){
			.name = str_of(wire_of(l->kind, f)->name), .value = v };
	else
		p->cell[p->cell_n++] = (struct cell){ .column = (size_t)at,
			.value = v.n || !l->column[at].is_nullable ? v : STR_NULL };
}

static bool
save(struct posting *p)
{
	struct call *k = p->k;
	struct command_request c = { .command = COMMAND_NEW, .joins_thread = true,
		.ref = str_of(p->post.ref), .history = STR_NULL,
		.cell = p->cell, .property = p->property };

	say(p, FIELD_TITLE, p->post.title);
	say(p, FIELD_NOTES, p->post.body);
	say(p, FIELD_THREAD_INDEX, p->post.index);
	say(p, FIELD_IMPORTANCE, p->post.importance);
	c.cell_n = p->cell_n;
	c.property_n = p->property_n;
	apply_one(k->c->engine, k->list, &k->c->who, &c, &p->done);
	if (p->done.outcome == OK)
		return true;
	p->done.err.code = p->done.outcome;
	if (p->done.outcome == E_NOT_FOUND) {
		call_fault(k, NO_ITEM, "This post was there already, and was deleted since.");
		k->r->note.outcome = outcome_name(E_NOT_FOUND);
	} else {
		call_fail(k, &p->done.err);
	}
	return false;
}

/* ---- its files ---- */

static bool
read_bytes(void *arg, uint64_t at, char *p, size_t n, size_t *got)
{
	return spool_read(arg, at, p, n, got);
}

/* The name is taken: by this very file, when the message came before. */
static bool
is_there(struct posting *p, const struct post_file *f, uint32_t id)
{
	struct err e = { 0 };
	struct attached have;
	struct item item;

	return attach_item(p->k->c->engine, p->k->list, id, &item, &e) == OK &&
	    attached_find(item.files, f->name, &have) && have.size == f->size;
}

static bool
attach(struct posting *p, const struct post_file *f, struct spool *bytes)
{
	struct call *k = p->k;
	uint32_t id = p->done.item.id;
	struct file_bytes from = { .size = f->size, .read = read_bytes, .arg = bytes };
	struct attach_request want = { .command = ATTACH_ADD, .item = id, .name = f->name,
		.bytes = &from };
	struct attach_result *r = ARENA_NEW(k->arena, struct attach_result);
	struct sink sink = spool_sink(bytes);

	if (!mime_file_send(f->from, &sink) || bytes->length != f->size) {
		r->outcome = err_set(&r->err, E_UNAVAILABLE, "There is no room on this server for "
		    "the files of the message at the moment. Try again later.");
	} else {
		attach_one(k->c->engine, k->list, &k->c->who, &want, r);
		if (r->outcome == E_CONFLICT && is_there(p, f, id))
			r->outcome = OK;
	}
	if (r->outcome == OK)
		return true;
	if (r->outcome == E_UNAVAILABLE) { /* it comes again, and goes on here */
		r->err.code = r->outcome;
		call_fail(k, &r->err);
	} else {
		call_fault(k, NULL, "The post was saved as item %u, but not its file \"%.*s\": %s",
		    id, f->name.n > 100 ? 100 : (int)f->name.n, f->name.p, r->err.peer);
		k->r->note.outcome = outcome_name(r->outcome);
	}
	return false;
}

static bool
attach_all(struct posting *p)
{
	struct spool bytes;
	bool ok = true;

	spool_init(&bytes, LIMIT_UPLOAD_MEMORY, p->k->r->body.dir);
	for (size_t i = 0; ok && i < p->post.file_n; i++) {
		ok = attach(p, &p->post.file[i], &bytes);
		spool_reset(&bytes);
	}
	spool_clear(&bytes);
	return ok;
}

/* ---- the call ---- */

static void
answer(struct posting *p)
{
	struct call *k = p->k;
	struct caml_fields *fields = ARENA_NEW(k->arena, struct caml_fields);
	struct rowset_want want = { .site = k->c->site, .list = k->list, .rights = k->rights,
		.fields = fields, .people = people_open(k->arena, k->c->engine) };
	struct sink sink = spool_sink(&k->r->body);
	struct xmlw *w = ARENA_NEW(k->arena, struct xmlw);
	struct err e = { 0 };

	caml_fields_all(fields);
	fields->has_properties = true;
	xmlw_init(w, &sink, XMLW_XML);
	soap_begin(w, k->arena, &k->soap, k->r);
	xmlw_open(w, "listitems");
	xmlw_attrz(w, "xmlns:s", "uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882");
	xmlw_attrz(w, "xmlns:dt", "uuid:C2F41010-65B3-11d1-A29F-00AA00C14882");
	xmlw_attrz(w, "xmlns:rs", "urn:schemas-microsoft-com:rowset");
	xmlw_attrz(w, "xmlns:z", "#RowsetSchema");
	xmlw_open(w, "rs:data");
	xmlw_attrz(w, "ItemCount", "1");
	rowset_write(rowset_open(k->arena, &want), w, &p->done.item, &p->done.row);
	xmlw_close(w);
	xmlw_close(w);
	soap_end(w);
	if (!xmlw_end(w)) {
		err_set(&e, E_FAILED, "The post was saved, but there was no room for the answer.");
		call_fail(k, &e);
	}
	k->r->note.rows = 1;
}

/* The message is there, and whole. False: answered. */
static bool
check_message(struct call *k)
{
	const struct soap_upload *u = &k->soap.upload;
	struct err e = { 0 };

	if (k->list->kind != KIND_DISCUSSIONS) {
		call_fault(k, NULL, "The list \"%s\" is no discussion board. New items of it are "
		    "added with UpdateListItems.", k->list->title);
	} else if (!u->is_there || u->is_broken || !u->bytes) {
		call_fault(k, NULL, "The parameter message holds no mail message in base64.");
	} else if (u->bytes->error) {
		err_set(&e, E_UNAVAILABLE, "There is no room on this server for a message of that "
		    "size at the moment. Try again later.");
		call_fail(k, &e);
		return false;
	} else {
		return true;
	}
	k->r->note.outcome = outcome_name(E_INVALID);
	return false;
}

/* Files make the post change, which not everybody may who may write one. */
static bool
check_files(const struct posting *p)
{
	if (!p->post.file_n || (p->k->rights & RIGHT_UPDATE))
		return true;
	call_fault(p->k, "0x80070005", "Access denied. You may write posts to the board \"%s\", but "
	    "not attach files: send it without \"%.*s\".", p->k->list->title,
	    p->post.file[0].name.n > 100 ? 100 : (int)p->post.file[0].name.n,
	    p->post.file[0].name.p);
	p->k->r->note.outcome = outcome_name(E_DENIED);
	return false;
}

void
op_add_post(struct call *k)
{
	struct posting *p = ARENA_NEW(k->arena, struct posting);
	struct engine *g = k->c->engine;
	struct err e = { 0 };

	p->k = k;
	if (!check_message(k))
		return;
	if (post_read(k->arena, g->hash, k->soap.upload.bytes, k->r->body.dir, &p->post, &e) != OK) {
		call_fail(k, &e);
		return;
	}
	if (!check_files(p) || !save(p) || !attach_all(p))
		return;
	if (p->post.file_n && store_one(g->store, k->list, p->done.item.id, &p->done.item,
		&p->done.row, &e) != OK) {
		call_fail(k, &e);
		return;
	}
	if (p->done.item.state != ITEM_LIVE || p->done.row.state != ROW_GOOD) {
		call_fault(k, NO_ITEM, "The post was saved, and deleted by somebody else since.");
		return;
	}
	answer(p);
}
