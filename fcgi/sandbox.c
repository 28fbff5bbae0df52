/*
 * sandbox.c -- least privilege as a checklist.
 */
#define _GNU_SOURCE /* setresuid */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"

#define SPOOL_FILE_BYTES ((rlim_t)4096 * MIB) /* one answer; far beyond any list */

enum outcome
sandbox_identity(const struct conf *c, struct identity *out, struct err *e)
{
	const struct passwd *pw;
	const struct group *gr;

	*out = (struct identity){ false, geteuid(), getegid(), { 0 } };
	if (geteuid() != 0)
		return OK;
	pw = c->user ? getpwnam(c->user) : NULL;
	if (!pw)
		return err_set(e, E_INVALID, "started as root, workers need an account to become:"
		    " [server] user = %s is not on this machine (useradd --system makes it)",
		    c->user ? c->user : "(empty)");
	if (pw->pw_uid == 0)
		return err_set(e, E_INVALID, "workers do not serve as root; give [server] user"
		    " an account without rights");
	*out = (struct identity){ true, pw->pw_uid, pw->pw_gid, { 0 } };
	strncpy(out->name, c->user, sizeof(out->name) - 1);
	if (c->group) {
		gr = getgrnam(c->group);
		if (!gr)
			return err_set(e, E_INVALID, "[server] group = %s is not on this machine",
			    c->group);
		out->gid = gr->gr_gid;
	}
	return OK;
}

enum outcome
sandbox_folder(const char *path, const struct identity *who, struct err *e)
{
	if (mkdir(path, 0750) == 0) {
		if (!who->is_change || chown(path, who->uid, who->gid) == 0)
			return OK;
	} else if (errno == EEXIST) {
		return OK;
	}
	return err_set(e, E_FAILED, "the folder %s cannot be made: %s", path, strerror(errno));
}

static enum outcome
change(const struct identity *who, struct err *e)
{
	uid_t r, f, s;
	gid_t gr, gf, gs;

	if (setgroups(1, &who->gid) || setresgid(who->gid, who->gid, who->gid) ||
	    setresuid(who->uid, who->uid, who->uid))
		return err_set(e, E_FAILED, "cannot become %s: %s", who->name, strerror(errno));
	if (getresuid(&r, &f, &s) || r != who->uid || f != who->uid || s != who->uid ||
	    getresgid(&gr, &gf, &gs) || gr != who->gid || gf != who->gid || gs != who->gid ||
	    setuid(0) == 0)
		return err_set(e, E_FAILED, "became %s, but not for good", who->name);
	return OK;
}

enum outcome
sandbox_drop(const struct identity *who, struct err *e)
{
	static const struct {
		int what;
		rlim_t most;
	} limits[] = {
		{ RLIMIT_CORE, 0 },              /* memory holds people's data and passwords */
		{ RLIMIT_NOFILE, 256 },
		{ RLIMIT_FSIZE, SPOOL_FILE_BYTES },
	};
	pid_t parent = getppid();
	struct rlimit now;
	enum outcome rc;

	rc = who->is_change ? change(who, e) : OK;
	if (rc != OK)
		return rc;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (getrlimit(limits[i].what, &now) != 0)
			continue;
		if (now.rlim_cur > limits[i].most)
			now.rlim_cur = limits[i].most;
		if (now.rlim_max > limits[i].most)
			now.rlim_max = limits[i].most;
		if (setrlimit(limits[i].what, &now))
			return err_set(e, E_FAILED, "cannot lower a limit: %s", strerror(errno));
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set(e, E_FAILED, "cannot give up new privileges: %s", strerror(errno));
	/* after the change of account, which clears it */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		return err_set(e, E_FAILED, "the supervisor is gone");
	umask(077);
	if (chdir("/"))
		return err_set(e, E_FAILED, "cannot change to /: %s", strerror(errno));
	return OK;
}
