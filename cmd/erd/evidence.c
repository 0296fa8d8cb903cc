/*
 * Evidence: blobs come out of the drop before the answers that name them, and stay when such an
 * answer is about to be committed (spool/blob.h).  The engine is handed answers whose blobs are
 * here.
 */
#include <unistd.h>

#include "base/err.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "spool/blob.h"
#include "spool/pickup.h"

static int find_max(void *ctx, const char *name, const json_t *doc)
{
	int64_t *max = ctx, n = js_int_or(doc, "/evidenceMaxBytes", 0);

	(void)name;
	if (n > *max)
		*max = n;
	return 0;
}

/* Whose it is shows only when an answer names it: what any lane takes is taken. */
static int64_t largest(const struct erd *e)
{
	int64_t max = BLOB_MAX_DEFAULT;

	config_each(e->world->config, CFG_LANE, find_max, &max);
	return max;
}

int evidence_take(struct erd *e, const char *file, int fd, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = blob_take(&e->spool, file, fd, largest(e), &why);

	close(fd); /* opened for reading */
	if (rc > 0) {
		e->blobs_waiting++;
		return 0;
	}
	if (rc == 0)
		return 0;
	if (why.code == FAIL_INVALID)
		return record_refusal(e, file, NULL, &why, err);
	/* our own trouble, also when it is denied */
	return err_set(err, FAIL_TEMPORARY, "%s", why.msg);
}

static int no_blob(void *ctx, const char *name)
{
	(void)ctx;
	return !blob_is_name(name);
}

/* One listing of a folder in which others rename may miss a name.  A blob that was brought before
 * its answer is in every listing begun after the answer was seen: so one more, once a pass. */
static int take_blobs(struct erd *e, struct err *err)
{
	struct pickup_names names = {NULL, 0, 0};
	int rc = 0;

	if (e->blobs_fresh)
		return 0;
	e->blobs_fresh = 1;
	if (pickup_scan(&e->spool, no_blob, e, &names, err) != 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = take_file(e, names.name[i], err);
	pickup_names_release(&names);
	return rc;
}

/* The descriptor, -1, or -2: it may come. */
static int open_blob(struct erd *e, const struct sha256 *sha, struct err *why)
{
	struct err absent = ERR_INIT;
	int fd = blob_open(&e->spool, sha, NULL, &absent);

	if (fd < 0 && absent.code == FAIL_NOT_FOUND) {
		if (take_blobs(e, why) != 0)
			return -1;
		err_clear(&absent);
		fd = blob_open(&e->spool, sha, NULL, &absent);
	}
	if (fd < 0 && absent.code == FAIL_NOT_FOUND && e->blobs_waiting)
		return -2;
	return fd >= 0 ? fd : err_set(why, absent.code, "%s", absent.msg);
}

/* What the message says of size and type is not believed. */
static int complete(json_t *piece, int fd, int64_t max, struct err *why)
{
	struct blob b;

	if (blob_describe(fd, &b, why) != 0)
		return -1;
	if (b.bytes > max)
		return err_set(why, FAIL_INVALID, "it has %lld bytes; this lane takes %lld",
		               (long long)b.bytes, (long long)max);
	js_set_int(piece, "bytes", b.bytes);
	js_set_str(piece, "type", b.type);
	return 1;
}

static int piece_ready(struct erd *e, json_t *piece, int64_t max, struct err *why)
{
	struct sha256 sha;

	if (sha256_parse(js_str_or(piece, "/sha256", ""), &sha) != 0)
		return 1; /* no blob */
	int fd = open_blob(e, &sha, why);
	if (fd == -2)
		return 0;
	if (fd < 0)
		return -1;
	int rc = complete(piece, fd, max, why);
	close(fd);
	return rc;
}

static json_t *evidence_of(const struct message *m)
{
	return m->type == MSG_ANSWER ? json_object_get(m->body, "evidence") : NULL;
}

int evidence_ready(struct erd *e, const struct message *m, const json_t *created, struct err *why)
{
	const struct lane *lane =
	    created ? config_lane(e->world->config, js_str_or(created, "/spec/lane", "")) : NULL;
	int64_t max = lane ? lane->evidence_max : BLOB_MAX_DEFAULT;
	json_t *piece;
	size_t i;
	int rc = 1;

	if (!created) /* no task: decide says so */
		return 1;
	json_array_foreach(evidence_of(m), i, piece) {
		struct err bad = ERR_INIT;
		char field[64];
		rc = piece_ready(e, piece, max, &bad);
		if (rc > 0)
			continue;
		snprintf(field, sizeof(field), "/body/evidence/%zu", i);
		if (rc < 0 && (bad.code == FAIL_INVALID || bad.code == FAIL_NOT_FOUND))
			err_field(why, FAIL_INVALID, field, "%s", bad.msg);
		else if (rc < 0)
			err_set(why, FAIL_TEMPORARY, "%s", bad.msg);
		break;
	}
	return rc;
}

int evidence_keep(struct erd *e, const struct message *m, struct err *err)
{
	json_t *piece;
	size_t i;

	json_array_foreach(evidence_of(m), i, piece) {
		struct sha256 sha;
		struct err why = ERR_INIT;
		if (sha256_parse(js_str_or(piece, "/sha256", ""), &sha) == 0 &&
		    blob_keep(&e->spool, &sha, &why) != 0)
			return err_set(err, FAIL_TEMPORARY, "%s", why.msg);
	}
	return 0;
}
