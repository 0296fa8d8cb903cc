#include "idargs.h"

#include <unistd.h>

#include "base/err.h"
#include "cmd.h"
#include "spool/layout.h"
#include "spool/waiting.h"
#include "waiter.h"

static int found_in_batch(void *ctx, const struct waiting_key *key, enum waiting_found found)
{
	(void)ctx;
	(void)key;
	return (int)found;
}

static int has_view(const struct spool *s, const struct id *id)
{
	char path[SPOOL_NAME_MAX];
	return faccessat(s->tasks, layout_task_path(id, path), F_OK, 0) == 0;
}

/* The view again at the end: erd writes it before the message goes. */
static int known(const struct spool *s, const struct id *id, struct err *err)
{
	struct waiting_key key = {.id = *id};
	int found;
	if (has_view(s, id))
		return 1;
	found = waiting_single(s, &key, 0, err);
	if (found == WAITING_NONE || found == WAITING_GONE)
		found = waiting_batches(s, &key, 1, 0, found_in_batch, NULL, err);
	if (found < 0)
		return -1;
	return found == WAITING_SAME || found == WAITING_OTHER || has_view(s, id);
}

int idarg_any(const struct run *r, const char *text, struct id *out, struct err *err)
{
	return spool_resolve(&r->spool, text, out, err);
}

int idarg(const struct run *r, const char *text, struct id *out, struct err *err)
{
	if (idarg_any(r, text, out, err) < 0)
		return -1;
	int rc = known(&r->spool, out, err);
	return rc == 0 ? err_set(err, FAIL_NOT_FOUND, "no such task: %s", text) : rc < 0 ? -1 : 0;
}

json_t *idarg_view(const struct run *r, const struct id *id, struct err *err)
{
	char text[ID_TEXT_MAX];
	json_t *view = view_read(&r->spool, VIEW_TASK, id);
	if (!view)
		err_set(err, FAIL_PENDING, "%s: waits for erd, there is nothing to show yet",
		        id_format(id, "task_", text));
	return view;
}
