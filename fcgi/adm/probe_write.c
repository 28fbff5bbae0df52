/*
 * probe_write.c -- one test item made, changed, conflicted and deleted, as an
 * Outlook would, lost answers included. MS-OUTSPS 3.2.4.3; MS-LISTSWS 3.1.4.31.
 *
 * Every ID that the server gave out for the test item is remembered and
 * deleted at the end, whatever happened in between.
 */
#include "probe.h"

#include <stdio.h>

#include "num.h"
#include "probe_rows.h"

#define OUR_ITEMS 8
#define CONFLICT "0x81020015"
#define GONE "0x81020016"

struct outcome_of { /* of one method */
	struct str code, text;
	struct str list, version;  /* attributes of the Result */
	struct xnode *row;
	uint64_t id, row_version;
};

struct trial {
	struct probe *p;
	struct str title, changed, replication, history;
	uint32_t id;
	uint64_t version;
	struct str before;         /* token before the item was made */
	uint32_t ours[OUR_ITEMS];
	size_t ours_n;
};

static void
field(struct soap *s, const char *name, const char *property, struct str value)
{
	xmlw_open(&s->w, "Field");
	xmlw_attrz(&s->w, "Name", name);
	xmlw_attrz(&s->w, "Property", property);
	xmlw_text(&s->w, value);
	xmlw_close(&s->w);
}

static void
batch_begin(struct probe *p, struct soap *s, const char *command)
{
	soap_begin(p, s, "UpdateListItems");
	xmlw_open(&s->w, "updates");
	xmlw_open(&s->w, "Batch");
	xmlw_attrz(&s->w, "OnError", "Continue");
	xmlw_attrz(&s->w, "DateInUtc", "TRUE");
	xmlw_attrz(&s->w, "Properties", "TRUE");
	xmlw_open(&s->w, "Method");
	xmlw_attrz(&s->w, "ID", "0");
	xmlw_attrz(&s->w, "Cmd", command);
}

static void
read_row(struct trial *t, struct outcome_of *o)
{
	struct probe *p = t->p;

	if (!num_u64(xnode_attr(&p->step, o->row, "ows_ID"), UINT32_MAX, &o->id))
		o->id = 0;
	if (!num_u64(xnode_attr(&p->step, o->row, "ows_owshiddenversion"), UINT32_MAX,
	    &o->row_version))
		o->row_version = 0;
}

/* False: no result at all (said). */
static bool
batch_send(struct trial *t, struct soap *s, const char *command, struct outcome_of *o)
{
	struct probe *p = t->p;
	struct xnode *result, *text;
	struct answer got;
	struct str id;

	*o = (struct outcome_of){ .code = STR(""), .text = STR("") };
	xmlw_close(&s->w);
	xmlw_close(&s->w);
	xmlw_close(&s->w);
	if (!soap_expect(p, s, &got))
		return false;
	result = xnode_find(got.result, "Result");
	if (!result) {
		say_problem(p, "%s: no Result for the method. Outlook would upload it again for "
		    "ever.", command);
		return false;
	}
	id = xnode_attr(&p->step, result, "ID");
	if (!str_eq(id, arena_fmt(&p->step, "0,%s", command)))
		say_problem(p, "%s: Result/@ID is \"%.*s\" instead of \"0,%s\".", command,
		    STR_ARG(id), command);
	o->list = xnode_attr(&p->step, result, "List");
	o->version = xnode_attr(&p->step, result, "Version");
	if ((text = xnode_child(result, "ErrorCode")) != NULL)
		o->code = str_trim(xnode_text(&p->step, text));
	if ((text = xnode_child(result, "ErrorText")) != NULL)
		o->text = str_trim(xnode_text(&p->step, text));
	o->row = xnode_child(result, "row");
	if (o->row)
		read_row(t, o);
	return true;
}

static bool
is_good(const struct outcome_of *o)
{
	return str_ieq(o->code, STR("0x00000000"));
}

static void
remember(struct trial *t, uint64_t id)
{
	size_t i;

	for (i = 0; i < t->ours_n; i++)
		if (t->ours[i] == id)
			return;
	if (id && t->ours_n < OUR_ITEMS)
		t->ours[t->ours_n++] = (uint32_t)id;
}

static void
forget(struct trial *t, uint32_t id)
{
	size_t i;

	for (i = 0; i < t->ours_n; i++)
		if (t->ours[i] == id)
			t->ours[i] = t->ours[--t->ours_n];
}

/* What Outlook would fill in for a new item of that kind, besides the title. */
static void
kind_fields(struct trial *t, struct soap *s)
{
	static const struct {
		const char *type, *name, *value;
	} more[] = {
		{ "calendar", "EventDate", "2030-01-15T09:00:00Z" },
		{ "calendar", "EndDate", "2030-01-15T10:00:00Z" },
		{ "calendar", "fAllDayEvent", "0" },
		{ "calendar", "fRecurrence", "0" },
		{ "calendar", "EventType", "0" },
		{ "tasks", "PercentComplete", "0" },
	};
	size_t i;

	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (str_ieq(t->p->link.type, str_of(more[i].type)))
			field(s, more[i].name, NULL, str_of(more[i].value));
	if (str_ieq(t->p->link.type, STR("tasks")))
		field(s, "Status", NULL, t->p->status);
	if (str_ieq(t->p->link.type, STR("contacts")) &&
	    list_declares(t->p, STR("FirstName")))
		field(s, "FirstName", NULL, STR("Test"));
}

static bool
send_new(struct trial *t, struct outcome_of *o)
{
	struct soap s;

	batch_begin(t->p, &s, "New");
	field(&s, "ID", NULL, STR("New"));
	field(&s, "Title", NULL, t->title);
	kind_fields(t, &s);
	field(&s, "MetaInfo", "ReplicationID", t->replication);
	field(&s, "MetaInfo", "vti_versionhistory", t->history);
	if (!batch_send(t, &s, "New", o))
		return false;
	remember(t, o->id);
	return true;
}

static bool
send_update(struct trial *t, struct str title, uint64_t version, struct outcome_of *o)
{
	struct soap s;

	batch_begin(t->p, &s, "Update");
	field(&s, "ID", NULL, arena_fmt(&t->p->step, "%u", t->id));
	field(&s, "owshiddenversion", NULL, arena_fmt(&t->p->step, "%u", (unsigned)version));
	field(&s, "Title", NULL, title);
	return batch_send(t, &s, "Update", o);
}

static bool
send_delete(struct trial *t, uint32_t id, struct outcome_of *o)
{
	struct soap s;

	batch_begin(t->p, &s, "Delete");
	field(&s, "ID", NULL, arena_fmt(&t->p->step, "%u", id));
	if (!batch_send(t, &s, "Delete", o))
		return false;
	if (is_good(o) || str_ieq(o->code, STR(GONE)))
		forget(t, id);
	return true;
}

static void
expect_attribute(struct trial *t, const struct outcome_of *o, const char *name, struct str want,
    const char *otherwise)
{
	struct str got = xnode_attr(&t->p->step, o->row, name);

	if (!str_eq(got, want))
		say_problem(t->p, "The row carries %s=\"%.*s\" instead of \"%.*s\": %s.", name,
		    STR_ARG(got), STR_ARG(want), otherwise);
}

static bool
try_new(struct trial *t)
{
	struct probe *p = t->p;
	struct outcome_of o;

	if (!send_new(t, &o))
		return false;
	if (!is_good(&o)) {
		say_problem(p, "The new item is refused: %.*s \"%.*s\". Outlook keeps it in Local "
		    "Failures and downloads the whole list again.", STR_ARG(o.code),
		    STR_ARG(o.text));
		return false;
	}
	if (!o.row || !o.id || !o.row_version) {
		say_problem(p, "The answer to New has no row with ows_ID and ows_owshiddenversion: "
		    "Outlook would upload the item again and again.");
		return false;
	}
	t->id = (uint32_t)o.id;
	t->version = o.row_version;
	if (o.row_version != 1)
		say_problem(p, "A new item has version %u instead of 1.", (unsigned)o.row_version);
	expect_attribute(t, &o, "ows_Title", t->title, "Outlook's copy would differ");
	expect_attribute(t, &o, "ows_MetaInfo_ReplicationID", t->replication,
	    "Outlook would not recognise its own item");
	expect_attribute(t, &o, "ows_MetaInfo_vti_versionhistory", t->history,
	    "Outlook would see a conflict with itself");
	say_ok(p, "The item is number %u, version %u.", t->id, (unsigned)t->version);
	return true;
}

static void
try_replay(struct trial *t)
{
	struct outcome_of o;

	if (!send_new(t, &o))
		return;
	if (!is_good(&o))
		say_problem(t->p, "The same New again is refused (%.*s \"%.*s\"): after a lost answer "
		    "Outlook would report a failure.", STR_ARG(o.code), STR_ARG(o.text));
	else if (o.id != t->id)
		say_problem(t->p, "The same New again made a second item, number %u: after a lost "
		    "answer the user has everything twice.", (unsigned)o.id);
	else
		say_ok(t->p, "The same New again gives item %u, not a second one.", t->id);
}

static bool
try_update(struct trial *t)
{
	struct outcome_of o;

	if (!send_update(t, t->changed, t->version, &o))
		return false;
	if (!is_good(&o)) {
		say_problem(t->p, "The update is refused: %.*s \"%.*s\".", STR_ARG(o.code),
		    STR_ARG(o.text));
		return false;
	}
	if (!o.row) {
		say_problem(t->p, "The answer to Update has no row; Outlook does not learn the new "
		    "version.");
		return false;
	}
	if (o.row_version != t->version + 1)
		say_problem(t->p, "The version went from %u to %u instead of up by one.",
		    (unsigned)t->version, (unsigned)o.row_version);
	expect_attribute(t, &o, "ows_Title", t->changed, "the change did not arrive");
	expect_attribute(t, &o, "ows_MetaInfo_ReplicationID", t->replication,
	    "a property that was not sent is lost");
	t->version = o.row_version;
	say_ok(t->p, "The item is changed and has version %u.", (unsigned)t->version);
	return true;
}

static void
try_conflict(struct trial *t)
{
	struct probe *p = t->p;
	struct outcome_of o;

	if (!send_update(t, STR("probe, out of date"), t->version - 1, &o))
		return;
	if (is_good(&o)) {
		say_problem(p, "An update that was made from version %u overwrote version %u: "
		    "somebody's change is lost without a word.", (unsigned)(t->version - 1),
		    (unsigned)t->version);
		t->version = o.row_version;
		return;
	}
	if (!str_ieq(o.code, STR(CONFLICT))) {
		say_problem(p, "An out-of-date update gets %.*s instead of " CONFLICT ": Outlook "
		    "takes it for a failure, not for a conflict.", STR_ARG(o.code));
		return;
	}
	if (!o.row || o.row_version != t->version) {
		say_problem(p, "The conflict carries no row of the current version %u: Outlook "
		    "cannot resolve it and tries for ever.", (unsigned)t->version);
		return;
	}
	expect_attribute(t, &o, "ows_Title", t->changed, "the current state is not shown");
	if (!o.list.n || !o.version.n)
		say_problem(p, "The conflict's Result lacks List or Version.");
	say_ok(p, "An out-of-date update is a conflict, with the current row: Outlook resolves it.");
}

/* What a client that last looked before the item was made is told of it. */
static void
try_poll(struct trial *t, const char *expected)
{
	struct probe *p = t->p;
	size_t rows = 0, gone = 0, n = 0;
	struct str token = t->before, text;
	struct xnode *id, *changes;
	struct row_scan scan;
	struct answer got;
	struct soap s;
	uint64_t at;
	bool has_more;

	do {
		changes_begin(p, &s, token, STR_NULL);
		if (!soap_expect(p, &s, &got))
			return;
		changes = xnode_find(got.result, "Changes");
		for (id = xnode_first(changes); changes && id; id = xnode_next(id)) {
			text = str_trim(xnode_text(&p->step, id));
			if (str_eq(str_of(xnode_name(id)), STR("Id")) &&
			    num_u64(text, UINT32_MAX, &at) && at == t->id &&
			    str_eq(xnode_attr(&p->step, id, "ChangeType"), STR("Delete")))
				gone++;
		}
		scan = (struct row_scan){ got.http.body, 0 };
		for (struct str row; rows_next(&scan, &row);)
			if (num_u64(rows_value(row, "ows_ID"), UINT32_MAX, &at) && at == t->id)
				rows++;
		token = xnode_attr(&p->step, changes, "LastChangeToken");
		has_more = str_ieq(xnode_attr(&p->step, changes, "MoreChanges"), STR("TRUE"));
	} while (has_more && token.n && ++n < 1000);
	if (strcmp(expected, "row") == 0 ? rows == 1 && !gone : !rows && gone)
		say_ok(p, "Other Outlooks are told of it at their next poll.");
	else
		say_problem(p, "A poll from before brings the item %zu times as a row and %zu times "
		    "as a deletion; one %s was expected.", rows, gone, expected);
}

static void
try_delete(struct trial *t)
{
	struct outcome_of o;

	if (!send_delete(t, t->id, &o))
		return;
	if (!is_good(&o)) {
		say_problem(t->p, "The deletion is refused: %.*s \"%.*s\".", STR_ARG(o.code),
		    STR_ARG(o.text));
		return;
	}
	say_ok(t->p, "The item is deleted.");
	try_poll(t, "deletion");
	if (!send_delete(t, t->id, &o))
		return;
	if (str_ieq(o.code, STR(GONE)))
		say_ok(t->p, "Deleting it again says that it is gone (" GONE "): Outlook is content.");
	else
		say_problem(t->p, "Deleting it again gets %.*s instead of " GONE ".",
		    STR_ARG(o.code));
}

static void
clean_up(struct trial *t)
{
	struct outcome_of o;

	while (t->ours_n) {
		uint32_t id = t->ours[t->ours_n - 1];

		if (send_delete(t, id, &o) && (is_good(&o) || str_ieq(o.code, STR(GONE)))) {
			say_note(t->p, "Test item %u was cleaned up.", id);
		} else {
			say_problem(t->p, "Test item %u (\"%.*s\") could not be deleted again: "
			    "delete it by hand.", id, STR_ARG(t->title));
			forget(t, id);
		}
	}
}

static bool
prepare(struct trial *t, struct probe *p)
{
	unsigned char random[32];
	struct guid item, editor;
	char text[39];
	FILE *f = fopen("/dev/urandom", "rb");

	if (!f || fread(random, 1, sizeof(random), f) != sizeof(random)) {
		say_problem(p, "/dev/urandom cannot be read; no test item was made.");
		if (f)
			fclose(f);
		return false;
	}
	fclose(f);
	item = guid_from_random(random);
	editor = guid_from_random(random + 16);
	*t = (struct trial){ .p = p, .before = arena_dup(&p->keep, p->token) };
	t->replication = arena_dup(&p->keep, str_of(guid_fmt(&item, GUID_BRACES, text)));
	t->history = arena_fmt(&p->keep, "%s:1", guid_fmt(&editor, GUID_HEX, text));
	t->title = arena_fmt(&p->keep, "probe %.8s", t->history.p);
	t->changed = arena_fmt(&p->keep, "%.*s, changed", STR_ARG(t->title));
	return true;
}

/* The right that Outlook is told must be the right that is enforced. */
static void
try_refusal(struct trial *t)
{
	struct outcome_of o;

	if (!send_new(t, &o))
		return;
	if (is_good(&o))
		say_problem(t->p, "Outlook is told that this user may not add items, but the server "
		    "took one.");
	else
		say_ok(t->p, "It is refused, %.*s \"%.*s\": Outlook shows this text beside the item.",
		    STR_ARG(o.code), STR_ARG(o.text));
}

static void
run_trial(struct trial *t)
{
	struct probe *p = t->p;

	say_step(p, "A new item, \"%.*s\"", STR_ARG(t->title));
	if (!try_new(t))
		return;
	say_step(p, "The same New again, as after a lost answer");
	try_replay(t);
	say_step(p, "A change");
	if (try_update(t)) {
		say_step(p, "A change made from the version before");
		try_conflict(t);
		say_step(p, "What other Outlooks see");
		try_poll(t, "row");
	}
	say_step(p, "Deletion");
	try_delete(t);
}

void
probe_write(struct probe *p)
{
	struct trial t;

	if (str_ieq(p->link.type, STR("documents"))) {
		say_note(p, "Documents come by HTTP PUT; --write does nothing here.");
		return;
	}
	if (!prepare(&t, p))
		return;
	if (!list_allows(p, "AddListItems")) {
		say_step(p, "A new item, which the server should refuse");
		try_refusal(&t);
	} else if (!list_allows(p, "EditListItems") || !list_allows(p, "DeleteListItems")) {
		say_note(p, "This user may add but not change or delete items: a test item could "
		    "not be cleaned up, so none is made.");
	} else {
		run_trial(&t);
	}
	clean_up(&t);
}
