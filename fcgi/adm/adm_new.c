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
	struct err e = { 0 };

	if (m->argc != 1) {
		fprintf(stderr, "owsadm: which view? expected: owsadm new SCHEMA.VIEW\n");
		return ADM_USAGE;
	}
	if (draft_write(&m->admin, m->argv[0], &wire_vocabulary, stdout, &e) != OK)
		return adm_failed(&e);
	return ADM_FINE;
}
