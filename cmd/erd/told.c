/* What is owed to senders: the view of their task, a receipt, and the end of their file. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "erd.h"
#include "spool/pickup.h"
#include "spool/receipt.h"
#include "spool/views.h"

struct told *told_new(struct erd *e, const char *file, const struct message *m)
{
	struct told *t = mem_alloc(sizeof(*t));

	if (file) {
		t->file = mem_strdup(file);
		HASH_ADD_KEYPTR(hh, e->told_by_file, t->file, strlen(t->file), t);
	}
	if (m) {
		t->task = m->task;
		t->has_task = 1;
		t->reply = m->reply ? mem_strdup(m->reply) : NULL;
	}
	DL_APPEND(e->told, t);
	e->n_told++;
	return t;
}

int told_claims(const struct erd *e, const char *file)
{
	struct told *t;

	HASH_FIND_STR(e->told_by_file, file, t);
	return t != NULL;
}

static void told_free(struct erd *e, struct told *t)
{
	DL_DELETE(e->told, t);
	e->n_told--;
	if (t->file)
		HASH_DEL(e->told_by_file, t);
	free(t->file);
	free(t->reply);
	json_decref(t->verdict);
	free(t);
}

static int tell(struct erd *e, struct told *t, struct err *err)
{
	if (t->has_task && views_flush_task(e->views, &t->task, err) != 0)
		return -1;
	if (t->reply && t->verdict)
		receipt_send(&e->spool, t->reply, t->verdict);
	return t->file ? pickup_done(&e->spool, t->file, err) : 0;
}

int told_flush(struct erd *e, int64_t budget_us, struct err *err)
{
	int64_t until = now_mono_us() + budget_us;

	while (e->told) {
		if (tell(e, e->told, err) != 0)
			return -1;
		told_free(e, e->told);
		if (budget_us >= 0 && e->n_told < TOLD_MAX && now_mono_us() >= until)
			break;
	}
	return 0;
}

void told_release(struct erd *e)
{
	while (e->told)
		told_free(e, e->told);
}
