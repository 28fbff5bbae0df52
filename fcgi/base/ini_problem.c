/*
 * ini_problem.c -- problems of configuration and provider files, collected in
 * the order in which they are found. Declared in ini.h.
 */
#include "ini.h"

#include <stdarg.h>
#include <stdio.h>

static void PRINTF(5, 0)
add_problem(struct ini_problems *p, const char *file, const struct ini_entry *at,
    bool is_warning, const char *fmt, va_list ap)
{
	struct ini_problem *new = ARENA_NEW(p->arena, struct ini_problem);
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	new->file = file;
	new->line = at ? at->line : 0;
	new->section = at && at->section ? at->section : "";
	new->key = at && at->key ? at->key : "";
	new->text = arena_dup(p->arena, str_of(text)).p;
	new->is_warning = is_warning;
	if (p->last)
		p->last->next = new;
	else
		p->first = new;
	p->last = new;
	*(is_warning ? &p->warning_n : &p->error_n) += 1;
}

void
ini_problem(struct ini_problems *p, const char *file, const struct ini_entry *at,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_problem(p, file, at, false, fmt, ap);
	va_end(ap);
}

void
ini_warning(struct ini_problems *p, const char *file, const struct ini_entry *at,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_problem(p, file, at, true, fmt, ap);
	va_end(ap);
}

const char *
ini_problem_text(struct arena *a, const struct ini_problem *p)
{
	struct str where = STR("");

	if (p->line)
		where = arena_fmt(a, "%d: ", p->line);
	return arena_fmt(a, "%s:%s%s%s%s%s%s%s%s%s", p->file, p->line ? "" : " ", where.p,
	    p->section[0] ? "[" : "", p->section, p->section[0] ? "]" : "",
	    p->section[0] && !p->key[0] ? ": " : p->section[0] ? " " : "",
	    p->key, p->key[0] ? ": " : "", p->text).p;
}
