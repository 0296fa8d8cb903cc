#include "identity.h"

#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "base/safe.h"
#include "cmd.h"
#include "model/config.h"
#include "spool/layout.h"

static int usable(const char *name)
{
	struct buf shown = BUF_INIT;
	if (!name || !*name || strlen(name) >= IDENTITY_MAX)
		return 0;
	safe_adds(&shown, name, SAFE_LINE);
	int same = strcmp(buf_str(&shown), name) == 0;
	buf_release(&shown);
	return same;
}

const char *identity_login(char out[IDENTITY_MAX])
{
	const char *name = getenv("USER");
	if (!usable(name))
		name = getenv("LOGNAME");
	if (usable(name))
		snprintf(out, IDENTITY_MAX, "%s", name);
	else
		snprintf(out, IDENTITY_MAX, "uid:%lu", (unsigned long)getuid());
	return out;
}

int identity_requester(const struct run *r, char out[IDENTITY_MAX], struct err *err)
{
	const char *from = args_str(r, "from", args_str(r, "as", NULL));
	if (!from) {
		identity_login(out);
		return 0;
	}
	if (!usable(from))
		return err_set(err, FAIL_USAGE, "--from: needs 1 to %d printable bytes",
		               IDENTITY_MAX - 1);
	snprintf(out, IDENTITY_MAX, "%s", from);
	return 0;
}

/* A bad document elsewhere in etc/ is the operator's business, not this verb's. */
static void load_all(const struct run *r, struct config *c)
{
	struct err ignored = ERR_INIT;
	spool_load_config(&r->spool, c, NULL, &ignored);
}

static int named(struct run *r, struct config *c, const char *name, struct err *err)
{
	int found = 0;
	if (name_valid(name)) {
		found = spool_load_document(&r->spool, c, CFG_WORKER, name, err);
		if (found < 0)
			return -1;
	}
	if (!found) {
		struct near near;
		struct buf tip = BUF_INIT;
		load_all(r, c);
		near_init(&near, name);
		config_near(c, CFG_WORKER, &near);
		near_add(&near, &tip);
		err_set(err, FAIL_NOT_FOUND, "no worker is called %s%s", name, buf_str(&tip));
		buf_release(&tip);
		return -1;
	}
	snprintf(r->worker, sizeof r->worker, "%s", name);
	return 0;
}

int identity_worker(struct run *r, struct err *err)
{
	const char *name = args_str(r, "as", getenv("ER_WORKER"));
	struct config *c = config_new();
	int rc = 0;
	if (name && *name) {
		rc = named(r, c, name, err);
	} else {
		char login[IDENTITY_MAX];
		load_all(r, c);
		const struct worker *w = config_worker_of_user(c, identity_login(login));
		if (w)
			snprintf(r->worker, sizeof r->worker, "%s", w->name);
		else
			rc = err_set(err, FAIL_NOT_FOUND,
			             "no worker has the user %s: name one with --as or ER_WORKER",
			             login);
	}
	config_free(c);
	return rc;
}
