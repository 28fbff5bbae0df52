/*
 * adm_new.c -- `owsadm new SCHEMA.VIEW`: a first provider.ini.
 */
#include <stdio.h>

#include "draft.h"
#include "lists/wire.h"
#include "owsadm.h"

int
adm_new(struct adm *m)
{
	enum list_kind kind = KIND_CONTACTS;
	struct err e = { 0 };

	if (m->argc != 1) {
		fprintf(stderr, "owsadm: which view? expected: owsadm new SCHEMA.VIEW\n");
		return ADM_USAGE;
	}
	if (m->type && !kind_by_name(str_of(m->type), &kind)) {
		fprintf(stderr, "owsadm: \"%s\" is no kind of list; expected contacts, calendar, "
		    "tasks, discussions, documents or generic\n", m->type);
		return ADM_USAGE;
	}
	if (draft_write(&m->admin, m->argv[0], kind, &wire_vocabulary, stdout, &e) != OK)
		return adm_failed(&e);
	return ADM_FINE;
}
