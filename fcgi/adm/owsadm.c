/*
 * owsadm.c -- the operator's tool: one table of commands, one file per command.
 * owsadm(8). No HTTP here but in probe.
 */
#include "owsadm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

#define ARENA_BYTES (512 * MIB)

enum { OPT_PRINT = 1, OPT_DATA = 2, OPT_ADMIN = 4, OPT_TYPE = 8, OPT_BAD = 16 };

static const struct command {
	const char *name;
	int (*run)(struct adm *m);
	unsigned flags;
	int max;              /* arguments */
	const char *usage, *help;
} commands[] = {
	{ "check", adm_check, OPT_ADMIN, 1, "check [NAME | FILE]",
	  "compare provider files with their views: every error, with its cure" },
	{ "new", adm_new, OPT_ADMIN | OPT_TYPE, 1, "new SCHEMA.VIEW [--type KIND]",
	  "write a first provider.ini, of contacts or another kind, by looking at a view" },
	{ "install", adm_install, OPT_PRINT | OPT_ADMIN, 0,
	  "install [--print]",
	  "make the sync database, accounts, rights and triggers, or bring them up to date" },
	{ "uninstall", adm_uninstall, OPT_PRINT | OPT_DATA | OPT_ADMIN, 0,
	  "uninstall [--print] [--data]",
	  "drop the triggers; with --data the sync database and accounts, too" },
	{ "status", adm_status, OPT_BAD, 0, "status [--bad]",
	  "what is served, how far it is, what waits; with --bad every row left out" },
	{ "reload", adm_reload, 0, 0, "reload",
	  "let owsd read configuration and providers again" },
	{ "restored", adm_restored, 0, 0, "restored",
	  "after the sync database came from a backup: make clients start anew" },
};
#define COMMAND_N (sizeof commands / sizeof commands[0])

static void
help(FILE *to)
{
	fputs("usage: owsadm [-c OWSD.INI] COMMAND [options]\n"
	    "       owsadm probe URL --user USER ... (see `owsadm probe`)\n\n", to);
	for (size_t i = 0; i < COMMAND_N; i++)
		fprintf(to, "  %-30s %s\n", commands[i].usage, commands[i].help);
	fputs("\n"
	    "  -c OWSD.INI         the daemon's configuration; " CONF_FILE " otherwise\n"
	    "  --print             show every statement and change nothing\n"
	    "  --user USER         the DBA's account ([database] admin_user)\n"
	    "  --password-file F   file with its password in the first line\n"
	    "  --socket S          MariaDB's socket\n\n"
	    "Exit status: 0 fine, 1 problems were found, 2 wrong use.\n", to);
}

static int
wrong(const char *what, const char *which)
{
	fprintf(stderr, "owsadm: %s%s%s; `owsadm help` lists the commands\n", what,
	    which ? " " : "", which ? which : "");
	return ADM_USAGE;
}

bool
adm_lists(struct adm *m, struct lists **out)
{
	struct err e = { 0 };

	if (app_lists(m->conf, &m->problems, out, &e) == OK)
		return true;
	adm_failed(&e);
	return false;
}

void
adm_say(struct adm *m, const struct ini_problem *from)
{
	for (const struct ini_problem *p = from ? from : m->problems.first; p; p = p->next)
		printf("%s%s\n", p->is_warning ? "warning: " : "",
		    ini_problem_text(&m->arena, p));
}

int
adm_failed(const struct err *e)
{
	fprintf(stderr, "owsadm: %s%s%s%s\n", e->peer, *e->detail ? "\n  " : "", e->detail, "");
	return ADM_PROBLEMS;
}

/* First line of a file; NULL with the reason said. */
static const char *
first_line(struct arena *a, const char *file)
{
	FILE *f = fopen(file, "r");
	char line[512] = "";

	if (!f || !fgets(line, sizeof line, f)) {
		fprintf(stderr, "owsadm: cannot read a password from %s\n", file);
		if (f)
			fclose(f);
		return NULL;
	}
	fclose(f);
	line[strcspn(line, "\r\n")] = 0;
	return arena_dup(a, str_of(line)).p;
}

/* ---- the command line ---- */

struct options {
	const char *conf, *user, *password_file, *socket, *type;
	bool is_print, drop_data, is_bad;
	char *rest[8];
	int rest_n;
};

/* Options may stand before and behind the command. False: said. */
static bool
read_options(int argc, char **argv, struct options *o)
{
	const struct { const char *name; const char **to; } with[] = {
		{ "-c", &o->conf }, { "--user", &o->user },
		{ "--password-file", &o->password_file }, { "--socket", &o->socket },
		{ "--type", &o->type },
	};

	for (int i = 1; i < argc; i++) {
		bool is_known = false;

		for (size_t k = 0; k < sizeof with / sizeof with[0]; k++)
			if (strcmp(argv[i], with[k].name) == 0) {
				if (++i == argc)
					return wrong("a value is missing behind", with[k].name), false;
				*with[k].to = argv[i];
				is_known = true;
				break;
			}
		if (is_known)
			continue;
		if (strcmp(argv[i], "--print") == 0)
			o->is_print = true;
		else if (strcmp(argv[i], "--data") == 0)
			o->drop_data = true;
		else if (strcmp(argv[i], "--bad") == 0)
			o->is_bad = true;
		else if (argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--help") != 0)
			return wrong("unknown option", argv[i]), false;
		else if (o->rest_n == (int)(sizeof o->rest / sizeof o->rest[0]))
			return wrong("too many arguments", NULL), false;
		else
			o->rest[o->rest_n++] = argv[i];
	}
	return true;
}

static int
run_command(const struct command *c, struct options *o)
{
	struct adm m = { .is_print = o->is_print, .drop_data = o->drop_data, .type = o->type,
		.is_bad = o->is_bad,
		.argc = o->rest_n - 1, .argv = o->rest + 1 };
	int status = ADM_USAGE;

	if (m.argc > c->max)
		return wrong("too many arguments for", c->name);
	if ((o->is_print && !(c->flags & OPT_PRINT)) || (o->drop_data && !(c->flags & OPT_DATA)) ||
	    (o->type && !(c->flags & OPT_TYPE)) || (o->is_bad && !(c->flags & OPT_BAD)) ||
	    ((o->user || o->password_file || o->socket) && !(c->flags & OPT_ADMIN)))
		return wrong("an option does not go with", c->name);
	arena_init(&m.arena, ARENA_BYTES);
	m.problems.arena = &m.arena;
	m.conf = conf_load(o->conf ? o->conf : CONF_FILE, &m.problems);
	if (!m.conf) {
		adm_say(&m, NULL);
		status = ADM_PROBLEMS;
	} else {
		m.admin = m.conf->admin;
		if (o->user)
			m.admin.user = o->user;
		if (o->password_file)
			m.admin.password = first_line(&m.arena, o->password_file);
		if (o->socket)
			m.admin.socket = o->socket;
		if (!o->password_file || m.admin.password)
			status = c->run(&m);
	}
	arena_clear(&m.arena);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };

	/* probe has options of its own; -c before it is allowed and means nothing to it */
	if (argc > 3 && strcmp(argv[1], "-c") == 0 && strcmp(argv[3], "probe") == 0)
		return probe_main(argc - 3, argv + 3);
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		return probe_main(argc - 1, argv + 1);
	if (!read_options(argc, argv, &o))
		return ADM_USAGE;
	if (!o.rest_n)
		return help(stderr), ADM_USAGE;
	if (strcmp(o.rest[0], "help") == 0 || strcmp(o.rest[0], "--help") == 0)
		return help(stdout), ADM_FINE;
	for (size_t i = 0; i < COMMAND_N; i++)
		if (strcmp(commands[i].name, o.rest[0]) == 0)
			return run_command(&commands[i], &o);
	return wrong("there is no command", o.rest[0]);
}
