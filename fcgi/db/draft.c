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

static const struct { const char *column; enum field field; } habits[] = {
	{ "lastname", FIELD_TITLE }, { "surname", FIELD_TITLE }, { "familyname", FIELD_TITLE },
	{ "givenname", FIELD_FIRST_NAME }, { "forename", FIELD_FIRST_NAME },
	{ "name", FIELD_FULL_NAME }, { "mail", FIELD_EMAIL }, { "emailaddress", FIELD_EMAIL },
	{ "phone", FIELD_WORK_PHONE }, { "telephone", FIELD_WORK_PHONE },
	{ "workphone", FIELD_WORK_PHONE }, { "mobile", FIELD_MOBILE_PHONE },
	{ "cell", FIELD_MOBILE_PHONE }, { "fax", FIELD_WORK_FAX }, { "workfax", FIELD_WORK_FAX },
	{ "street", FIELD_WORK_STREET }, { "city", FIELD_WORK_CITY }, { "zip", FIELD_WORK_POSTAL_CODE },
	{ "postcode", FIELD_WORK_POSTAL_CODE }, { "postalcode", FIELD_WORK_POSTAL_CODE },
	{ "state", FIELD_WORK_STATE }, { "country", FIELD_WORK_COUNTRY },
	{ "website", FIELD_WEB_PAGE }, { "url", FIELD_WEB_PAGE }, { "note", FIELD_NOTES },
	{ "comment", FIELD_NOTES }, { "remarks", FIELD_NOTES }, { "tags", FIELD_CATEGORIES },
	{ "dateofbirth", FIELD_BIRTHDAY }, { "room", FIELD_OFFICE },
	{ "organization", FIELD_COMPANY }, { "organisation", FIELD_COMPANY },
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
guess_field(const struct vocabulary *v, const struct dba_column *c, enum field *out)
{
	char column[65];

	letters(c->type.name, column);
	for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
		if (strcmp(habits[i].column, column) == 0) {
			*out = habits[i].field;
			return true;
		}
	for (int f = 0; f < FIELD__MAX; f++)
		if (names_match(v->field_name(KIND_CONTACTS, (enum field)f), column) ||
		    names_match(field_info((enum field)f)->name, column)) {
			*out = (enum field)f;
			return (field_info(*out)->kinds & KIND_BIT(KIND_CONTACTS)) != 0;
		}
	return false;
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

static void
write_fields(FILE *to, const struct vocabulary *v, const struct dba_column *c, size_t n,
    const char *key)
{
	bool is_used[FIELD__MAX] = { false };

	fputs("\n[fields]\n", to);
	for (size_t i = 0; i < n; i++) {
		enum field f;

		if (guess_field(v, &c[i], &f) && !is_used[f] && v->field_name(KIND_CONTACTS, f) &&
		    value_fits(field_info(f)->type, c[i].type.class)) {
			is_used[f] = true;
			fprintf(to, "%-20s = %s\n", v->field_name(KIND_CONTACTS, f), c[i].type.name);
		} else if (!key || strcasecmp(c[i].type.name, key) != 0) {
			fprintf(to, "; ?%18s = %s          ; %s\n", "", c[i].type.name,
			    c[i].type.full);
		}
	}
}

static void
write_file(FILE *to, const char *schema, const char *view, const struct vocabulary *v,
    const struct dba_column *c, size_t n, const struct dba_table *table, const char *key)
{
	const char *created = stamp_column(c, n, "creat"), *modified = stamp_column(c, n, "modif");
	unsigned char bytes[16] = { 0 };
	struct guid id;
	char guid[39];

	if (!modified)
		modified = stamp_column(c, n, "updat");
	(void)!getrandom(bytes, sizeof bytes, 0);
	id = guid_from_random(bytes);
	fprintf(to, "; A first draft for %s.%s. Read each line, then: owsadm check\n\n"
	    "[provider]\nname        = %s\nid          = %s\ntype        = contacts\n\n"
	    "[source]\nview        = %s.%s\nkey         = %s\n", schema, view, view,
	    guid_fmt(&id, GUID_BRACES, guid), schema, view,
	    key ? key : n ? c[0].type.name : "");
	if (created)
		fprintf(to, "created     = %s\n", created);
	if (modified)
		fprintf(to, "modified    = %s\n", modified);
	if (table->name && key && !strchr(key, ','))
		fprintf(to, "\n[track]\nmode        = triggers\ntables      = %s.%s:%s\n",
		    table->schema, table->name, key);
	else
		fputs("\n[track]\n; mode = triggers, with tables = schema.table:column, is faster\n"
		    "mode        = scan\n", to);
	fputs("\n[write]\n; mode = view lets clients write\nmode        = none\n"
	    "\n[access]\nread        = *\n", to);
	write_fields(to, v, c, n, key);
}

enum outcome
draft_write(const struct store_conf *admin, const char *place, const struct vocabulary *v,
    FILE *to, struct err *e)
{
	struct str rest, head = str_cut(str_of(place), '.', &rest);
	struct dba_column *column = NULL;
	struct dba_table table = { 0 };
	const char *schema, *key = NULL;
	struct arena a;
	struct dba d = { 0 };
	size_t n = 0;
	enum outcome rc;

	if (!rest.p || !rest.n || !head.n)
		return err_set(e, E_INVALID, "\"%s\" does not name a view; expected SCHEMA.VIEW",
		    place);
	arena_init(&a, ARENA_BYTES);
	schema = arena_dup(&a, head).p;
	rc = dba_open(&d, admin, &a, NULL, e);
	if (rc == OK)
		rc = dba_columns(&d, schema, rest.p, &column, &n, e);
	if (rc == OK && !n)
		rc = err_set(e, E_INVALID, "there is no view %s", place);
	if (rc == OK)
		rc = guess_table(&d, schema, rest.p, &table, &key, e);
	if (rc == OK)
		write_file(to, schema, rest.p, v, column, n, &table, key);
	dba_close(&d);
	arena_clear(&a);
	return rc;
}
