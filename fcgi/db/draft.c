/*
 * draft.c -- a first provider.ini by looking at a view.
 *
 * Columns are matched to fields by name: letters only, without case, against
 * the names that people use, the fronts' names and a few words that DBAs like.
 * What is not matched is left as a comment, for a person to decide.
 */
#include "draft.h"

#include <ctype.h>
#include <sys/random.h>

#include "dba.h"
#include "value.h"

#define ARENA_BYTES (64 * MIB)

#define C KIND_BIT(KIND_CONTACTS)
#define K KIND_BIT(KIND_CALENDAR)
#define T KIND_BIT(KIND_TASKS)
#define D KIND_BIT(KIND_DISCUSSIONS)
#define L KIND_BIT(KIND_DOCUMENTS)

/* Names that DBAs like, letters only. The first that fits counts. */
static const struct { unsigned kinds; enum field field; const char *columns; } habits[] = {
	{ C, FIELD_TITLE, "lastname surname familyname" },
	{ C, FIELD_FIRST_NAME, "givenname forename" },
	{ C, FIELD_FULL_NAME, "name" }, { C, FIELD_EMAIL, "mail emailaddress" },
	{ C, FIELD_WORK_PHONE, "phone telephone workphone" },
	{ C, FIELD_MOBILE_PHONE, "mobile cell" }, { C, FIELD_WORK_FAX, "fax workfax" },
	{ C, FIELD_WORK_STREET, "street" }, { C, FIELD_WORK_CITY, "city" },
	{ C, FIELD_WORK_POSTAL_CODE, "zip postcode postalcode" }, { C, FIELD_WORK_STATE, "state" },
	{ C, FIELD_WORK_COUNTRY, "country" }, { C, FIELD_WEB_PAGE, "website url" },
	{ C, FIELD_NOTES, "note comment remarks" }, { C | K | T, FIELD_CATEGORIES, "tags" },
	{ C, FIELD_BIRTHDAY, "dateofbirth" }, { C, FIELD_OFFICE, "room" },
	{ C, FIELD_COMPANY, "organization organisation" },
	{ K | T | D, FIELD_TITLE, "subject summary title name" },
	{ K | T | D, FIELD_NOTES, "body text description note notes message comment remarks" },
	{ K, FIELD_START, "start starts startsat startat starttime startdate begin begins beginsat "
	  "dtstart eventdate" },
	{ K, FIELD_END, "end ends endsat endat endtime enddate finish dtend" },
	{ K, FIELD_ALL_DAY, "allday isallday wholeday" }, { K, FIELD_LOCATION, "location place room" },
	{ K, FIELD_RRULE, "rrule recurrence recurrencerule rule" },
	{ K, FIELD_EXDATE, "exdate exdates exceptions" },
	{ K, FIELD_ZONE_NAME, "timezone tz tzid zone" },
	{ K, FIELD_INSTANCE, "recurrenceid instance originalstart" },
	{ K, FIELD_PARENT, "parent parentid series seriesid master masterid" },
	{ T, FIELD_STATUS, "status state" }, { T, FIELD_PRIORITY, "priority prio" },
	{ T, FIELD_DUE, "due dueon dueat duedate deadline" },
	{ T, FIELD_BEGIN, "start startson starts startdate begin begins" },
	{ T, FIELD_PERCENT, "percent percentcomplete percentdone progress" },
	{ T, FIELD_ASSIGNED_TO, "assignedto assignee" },
	{ T, FIELD_COMPLETED, "completed completedon doneon finishedon" },
	{ T | D | L, FIELD_AUTHOR, "author createdby postedby" },
	{ D, FIELD_PARENT, "parent parentid replyto inreplyto" },
	{ L, FIELD_FILE_NAME, "filename name file" },
	{ L, FIELD_FOLDER, "folder directory dir path" },
	{ L, FIELD_CONTENT, "content data blob bytes body" },
	{ L, FIELD_TITLE, "title subject" }, { L, FIELD_FILE_SIZE, "size filesize" },
};
#undef C
#undef K
#undef T
#undef D
#undef L

/* A field that means nothing without another (list_kind.c refuses it). */
static const struct { enum list_kind kind; enum field field, needs; } pairs[] = {
	{ KIND_CALENDAR, FIELD_RRULE, FIELD_END }, { KIND_CALENDAR, FIELD_EXDATE, FIELD_RRULE },
	{ KIND_CALENDAR, FIELD_INSTANCE, FIELD_PARENT },
	{ KIND_CALENDAR, FIELD_PARENT, FIELD_INSTANCE },
};

/* What a list of that kind cannot do without. */
static const struct { enum list_kind kind; enum field field; } required[] = {
	{ KIND_CALENDAR, FIELD_START }, { KIND_DOCUMENTS, FIELD_FILE_NAME },
	{ KIND_DOCUMENTS, FIELD_CONTENT },
};

struct draft {
	const struct vocabulary *v;
	enum list_kind kind;
	const char *schema, *view;
	const struct dba_column *column;
	size_t n;
	struct dba_table table;  /* the only one below the view, or no name */
	const char *key;         /* its primary key, if the view has it; else NULL */
	size_t of[FIELD__MAX];   /* column of a field, n: none */
};

static void
letters(const char *name, char out[65])
{
	size_t n = 0;

	for (; *name && n < 64; name++)
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	out[n] = 0;
}

static bool
names_match(const char *known, const char *column)
{
	char plain[65];

	if (!known)
		return false;
	letters(known, plain);
	return strcmp(plain, column) == 0;
}

static bool
is_habit(const char *columns, const char *column)
{
	struct str rest = str_of(columns);

	while (rest.p)
		if (str_eq(str_cut(rest, ' ', &rest), str_of(column)))
			return true;
	return false;
}

/* As provider files call the field; NULL: they do not. */
static const char *
field_name(const struct draft *t, enum field f)
{
	const char *name = t->v->field_name(t->kind, f);

	return name && name[0] == ':' ? name + 1 : name; /* kept beside clients' properties */
}

/* May this column be that field, and is it free? */
static bool
takes(const struct draft *t, enum field f, const struct dba_column *c)
{
	const struct column as = { .field = f, .type = field_info(f)->type };

	return (field_info(f)->kinds & KIND_BIT(t->kind)) && field_name(t, f) &&
	    t->of[f] == t->n && (f == FIELD_CONTENT ? c->type.class == COLUMN_BINARY :
	    value_fits_column(NULL, &as, c->type.class));
}

static void
guess_field(struct draft *t, size_t at)
{
	const struct dba_column *c = &t->column[at];
	char column[65];

	letters(c->type.name, column);
	for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
		if ((habits[i].kinds & KIND_BIT(t->kind)) && is_habit(habits[i].columns, column) &&
		    takes(t, habits[i].field, c)) {
			t->of[habits[i].field] = at;
			return;
		}
	for (int f = 0; f < FIELD__MAX; f++)
		if ((names_match(field_name(t, (enum field)f), column) ||
		    names_match(field_info((enum field)f)->name, column)) &&
		    takes(t, (enum field)f, c)) {
			t->of[f] = at;
			return;
		}
}

static void
guess_fields(struct draft *t)
{
	for (size_t f = 0; f < FIELD__MAX; f++)
		t->of[f] = t->n;
	for (size_t i = 0; i < t->n; i++)
		guess_field(t, i);
	for (size_t i = 0; i < 2 * sizeof pairs / sizeof pairs[0]; i++) { /* twice: they chain */
		const size_t k = i % (sizeof pairs / sizeof pairs[0]);

		if (pairs[k].kind == t->kind && t->of[pairs[k].needs] == t->n)
			t->of[pairs[k].field] = t->n;
	}
}

/* The only base table and its primary key, when the view has one table. */
static enum outcome
guess_table(struct dba *d, const char *schema, const char *view, struct dba_table *table,
    const char **key, struct err *e)
{
	struct dba_table *base;
	struct dba_column *col;
	size_t n = 0, col_n, tables = 0;
	enum outcome rc = dba_bases(d, schema, view, &base, &n, e);

	*key = NULL;
	for (size_t i = 0; rc == OK && i < n; i++)
		if (!base[i].is_view) {
			*table = base[i];
			tables++;
		}
	if (rc != OK || tables != 1) {
		*table = (struct dba_table){ 0 };
		return rc;
	}
	rc = dba_columns(d, table->schema, table->name, &col, &col_n, e);
	for (size_t i = 0; rc == OK && i < col_n; i++)
		if (col[i].is_primary)
			*key = *key ? arena_fmt(d->arena, "%s, %s", *key, col[i].type.name).p :
			    col[i].type.name;
	return rc;
}

static const char *
stamp_column(const struct dba_column *c, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strncasecmp(c[i].type.name, word, strlen(word)) == 0 &&
		    (c[i].type.class == COLUMN_DATETIME || c[i].type.class == COLUMN_TIMESTAMP))
			return c[i].type.name;
	return NULL;
}

/* [fields] of a generic list: columns under their own names, the first text as the title. */
static void
write_own_fields(FILE *to, const struct draft *t)
{
	bool has_title = false, is_address;

	for (size_t i = 0; i < t->n; i++) {
		const char *name = t->column[i].type.name;

		if (!has_title && t->column[i].type.class == COLUMN_TEXT) {
			has_title = true;
			fprintf(to, "%-20s = %s\n", "Title", name);
		} else if ((t->key && strcasecmp(name, t->key) == 0) ||
		    t->column[i].type.class == COLUMN_OTHER ||
		    t->v->own_name(str_of(name), &is_address)) {
			fprintf(to, "; ?%18s = %s          ; %s\n", "", name, t->column[i].type.full);
		} else {
			fprintf(to, "%-20s = %s\n", name, name);
		}
	}
}

static void
write_fields(FILE *to, const struct draft *t)
{
	fputs("\n[fields]\n", to);
	if (t->kind == KIND_GENERIC) {
		write_own_fields(to, t);
		return;
	}
	for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
		if (required[i].kind == t->kind && t->of[required[i].field] == t->n)
			fprintf(to, "; %s is needed: no column looks like it\n",
			    field_name(t, required[i].field));
	for (size_t i = 0; i < t->n; i++) {
		size_t f = 0;

		while (f < FIELD__MAX && t->of[f] != i)
			f++;
		if (f < FIELD__MAX)
			fprintf(to, "%-20s = %s\n", field_name(t, (enum field)f),
			    t->column[i].type.name);
		else if (!t->key || strcasecmp(t->column[i].type.name, t->key) != 0)
			fprintf(to, "; ?%18s = %s          ; %s\n", "", t->column[i].type.name,
			    t->column[i].type.full);
	}
}

static void
write_file(FILE *to, const struct draft *t)
{
	const char *created = stamp_column(t->column, t->n, "creat");
	const char *modified = stamp_column(t->column, t->n, "modif");
	unsigned char bytes[16] = { 0 };
	struct guid id;
	char guid[39];

	if (!modified)
		modified = stamp_column(t->column, t->n, "updat");
	(void)!getrandom(bytes, sizeof bytes, 0);
	id = guid_from_random(bytes);
	fprintf(to, "; A first draft for %s.%s as %s; `owsadm new --type KIND` drafts another kind.\n"
	    "; Read each line, then: owsadm check\n\n"
	    "[provider]\nname        = %s\nid          = %s\ntype        = %s\n\n"
	    "[source]\nview        = %s.%s\n", t->schema, t->view, kind_name(t->kind), t->view,
	    guid_fmt(&id, GUID_BRACES, guid), kind_name(t->kind), t->schema, t->view);
	if (t->key)
		fprintf(to, "key         = %s\n", t->key);
	else
		fprintf(to, "; which columns tell the rows apart is not known; this is the first one\n"
		    "key         = %s\n", t->column[0].type.name);
	if (created)
		fprintf(to, "created     = %s\n", created);
	if (modified)
		fprintf(to, "modified    = %s\n", modified);
	if (t->table.name && t->key && !strchr(t->key, ','))
		fprintf(to, "\n[track]\nmode        = triggers\ntables      = %s.%s:%s\n",
		    t->table.schema, t->table.name, t->key);
	else
		fputs("\n[track]\n; mode = triggers, with tables = schema.table:column, is faster\n"
		    "mode        = scan\n", to);
	fputs("\n[write]\n; mode = view lets clients write\nmode        = none\n"
	    "\n[access]\nread        = *\n", to);
	write_fields(to, t);
}

/* A key of the table that the view does not show, or groups away, is none of the view. */
static void
forget_foreign_key(struct draft *t)
{
	struct str rest = str_of(t->key), part;

	while (rest.p) {
		part = str_trim(str_cut(rest, ',', &rest));
		for (size_t i = 0; i <= t->n; i++) {
			if (i == t->n) {
				t->key = NULL;
				return;
			}
			if (str_ieq(str_of(t->column[i].type.name), part))
				break;
		}
	}
}

enum outcome
draft_write(const struct store_conf *admin, const char *place, enum list_kind kind,
    const struct vocabulary *v, FILE *to, struct err *e)
{
	struct str rest, head = str_cut(str_of(place), '.', &rest);
	struct draft t = { .v = v, .kind = kind, .view = rest.p };
	struct dba_column *column = NULL;
	struct arena a;
	struct dba d = { 0 };
	enum outcome rc;

	if (!rest.p || !rest.n || !head.n)
		return err_set(e, E_INVALID, "\"%s\" does not name a view; expected SCHEMA.VIEW",
		    place);
	arena_init(&a, ARENA_BYTES);
	t.schema = arena_dup(&a, head).p;
	rc = dba_open(&d, admin, &a, NULL, e);
	if (rc == OK)
		rc = dba_columns(&d, t.schema, t.view, &column, &t.n, e);
	if (rc == OK && !t.n)
		rc = err_set(e, E_INVALID, "there is no view %s", place);
	if (rc == OK)
		rc = guess_table(&d, t.schema, t.view, &t.table, &t.key, e);
	if (rc == OK) {
		t.column = column;
		forget_foreign_key(&t);
		guess_fields(&t);
		write_file(to, &t);
	}
	dba_close(&d);
	arena_clear(&a);
	return rc;
}
