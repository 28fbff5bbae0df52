/*
 * people.c -- persons by login, number or address, each looked up once per
 * request.
 */
#include "people.h"

#include "access.h"
#include "engine.h"
#include "num.h"

#define SLOTS 128
#define TEXT_BYTES 256 /* of a name that is remembered */

/* One question and its answer. */
struct slot {
	enum person_by by;
	bool is_used, is_somebody;
	uint32_t id;
	size_t asked_n, login_n, name_n, mail_n;
	char asked[TEXT_BYTES], login[TEXT_BYTES], name[TEXT_BYTES], mail[TEXT_BYTES];
};

struct people {
	struct engine *g;
	struct err err;
	struct slot slot[SLOTS];
	struct slot large;       /* what no slot remembers */
};

/* A number that stays the same for the same text (FNV-1a). */
static uint32_t
number_of(struct str s)
{
	uint32_t h = UINT32_C(2166136261);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT32_C(16777619);
	return (h & UINT32_C(0x3FFFFFFF)) + 1;
}

struct people *
people_open(struct arena *a, struct engine *g)
{
	struct people *p;

	if (!g->person)
		return NULL;
	p = ARENA_NEW(a, struct people);
	p->g = g;
	p->err.code = OK;
	return p;
}

static bool
keep(struct str s, char to[TEXT_BYTES], size_t *n)
{
	*n = s.n < TEXT_BYTES ? s.n : 0;
	if (*n)
		memcpy(to, s.p, *n);
	return *n == s.n;
}

static bool
told(const struct slot *s, struct person *out)
{
	*out = (struct person){ .id = s->id, .login = { s->login, s->login_n },
		.name = { s->name, s->name_n }, .mail = { s->mail, s->mail_n } };
	return s->is_somebody;
}

/* Ask the table. A name beyond all measure is left out, a login is not a login then. */
static bool
ask(struct people *p, enum person_by by, struct str value, struct slot *s)
{
	struct arena_mark mark = arena_mark(p->g->arena);
	struct person found = { 0 };
	enum outcome o;

	*s = (struct slot){ .by = by };
	s->is_used = keep(value, s->asked, &s->asked_n);
	o = p->g->person(p->g->env, by, value, &found, &p->err);
	if (o != OK) {
		s->is_used = false;
		p->err.code = o;
		return false;
	}
	s->id = found.id;
	s->is_somebody = found.id && keep(found.login, s->login, &s->login_n);
	(void)keep(found.name, s->name, &s->name_n);
	(void)keep(found.mail, s->mail, &s->mail_n);
	arena_release(p->g->arena, &mark);
	return true;
}

bool
people_find(struct people *p, enum person_by by, struct str value, struct person *out)
{
	struct slot *s;

	*out = (struct person){ 0 };
	if (!value.n)
		return false;
	if (!p) {
		*out = (struct person){ .id = number_of(value), .login = value, .name = value,
			.mail = STR("") };
		return by == PERSON_BY_LOGIN;
	}
	if (p->err.code != OK)
		return false;
	s = value.n < TEXT_BYTES ? &p->slot[(number_of(value) + by) % SLOTS] : &p->large;
	if (s->is_used && s->by == by && str_eq((struct str){ s->asked, s->asked_n }, value))
		return told(s, out);
	return ask(p, by, value, s) && told(s, out);
}

bool
people_of(struct people *p, struct arena *a, struct str value, struct person *out)
{
	return p && (people_find(p, PERSON_BY_ID, value, out) ||
	    people_find(p, PERSON_BY_LOGIN, value, out) ||
	    people_find(p, PERSON_BY_LOGIN, access_login(a, value), out));
}

enum outcome
people_failed(const struct people *p, struct err *e)
{
	if (!p || p->err.code == OK)
		return OK;
	*e = p->err;
	return p->err.code;
}
