#include "spool/tzif.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/config.h"
#include "model/zone.h"

static const char zoneinfo[] = "/usr/share/zoneinfo";

enum { FILE_MAX = 256 * 1024, HEADER = 44, TYPES_MAX = 256, RULE_MAX = 256 };

/* The counts of one block's header (RFC 8536 3.1). */
struct counts {
	uint32_t utc, std, leap, time, type, chars;
};

struct cursor {
	const unsigned char *p;
	size_t n;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static int damaged(struct err *err)
{
	return err_set(err, FAIL_CONFIG, "not a TZif file of version 2 or later");
}

static int take_header(struct cursor *c, struct counts *out)
{
	const unsigned char *p = c->p;

	if (c->n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return 0;
	*out = (struct counts){be32(p + 20), be32(p + 24), be32(p + 28),
			       be32(p + 32), be32(p + 36), be32(p + 40)};
	c->p += HEADER;
	c->n -= HEADER;
	return out->time <= ZONE_CHANGES_MAX && out->type >= 1 && out->type <= TYPES_MAX &&
	       out->chars <= FILE_MAX && out->leap <= FILE_MAX && out->std <= TYPES_MAX &&
	       out->utc <= TYPES_MAX;
}

/* Bytes of a block whose times have ${width} bytes. */
static size_t block_size(const struct counts *k, size_t width)
{
	return k->time * (width + 1) + k->type * 6 + k->chars + k->leap * (width + 4) + k->std +
	       k->utc;
}

/* "\nRULE\n" behind the last block; an empty rule is none. */
static int take_footer(struct cursor c, char rule[RULE_MAX])
{
	const unsigned char *end;

	rule[0] = '\0';
	if (c.n < 2 || c.p[0] != '\n')
		return 0;
	end = memchr(c.p + 1, '\n', c.n - 1);
	if (!end || end - c.p > RULE_MAX)
		return 0;
	memcpy(rule, c.p + 1, (size_t)(end - c.p) - 1);
	rule[end - c.p - 1] = '\0';
	return strlen(rule) == (size_t)(end - c.p) - 1;
}

/* Before the first change type 0 holds (RFC 8536 3.2). */
static json_t *take_times(const unsigned char *p, const struct counts *k, const char *rule,
			  struct err *err)
{
	const unsigned char *index = p + k->time * 8, *types = index + k->time;
	int64_t *at = mem_grow(NULL, k->time + 1, sizeof(*at));
	int32_t *offset = mem_grow(NULL, k->time + 1, sizeof(*offset));
	json_t *doc = NULL;
	uint32_t i;

	for (i = 0; i < k->time && index[i] < k->type; i++) {
		at[i] = be64(p + 8 * i);
		offset[i] = (int32_t)be32(types + 6 * index[i]);
		if (i && at[i] <= at[i - 1])
			break;
	}
	if (i == k->time)
		doc = zone_to_json(at, offset, k->time, (int32_t)be32(types), rule[0] ? rule : NULL,
				   err);
	else
		damaged(err);
	free(at);
	free(offset);
	return doc;
}

json_t *tzif_parse(const void *bytes, size_t n, struct err *err)
{
	struct cursor c = {bytes, n};
	struct counts k;
	char rule[RULE_MAX];
	size_t skip;

	if (!take_header(&c, &k) || (skip = block_size(&k, 4)) > c.n) {
		damaged(err);
		return NULL;
	}
	c.p += skip;
	c.n -= skip;
	if (!take_header(&c, &k) || (skip = block_size(&k, 8)) > c.n ||
	    !take_footer((struct cursor){c.p + skip, c.n - skip}, rule)) {
		damaged(err);
		return NULL;
	}
	return take_times(c.p, &k, rule, err);
}

/* Old names are links there, so links are followed: the folder is the system's. */
static int read_zone(const char *name, struct buf *out)
{
	int dir = io_open(AT_FDCWD, zoneinfo, O_RDONLY | O_DIRECTORY, 0);
	int fd = dir < 0 ? -1 : io_open(dir, name, O_RDONLY | O_NONBLOCK, 0);
	struct stat st;
	int ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		 io_read_fd(fd, FILE_MAX, out, NULL) == 0;

	if (fd >= 0)
		close(fd);
	if (dir >= 0)
		close(dir);
	return ok;
}

json_t *tzif_load(const char *zone_name, struct err *err)
{
	struct buf bytes = BUF_INIT;
	json_t *doc = NULL;

	if (strcmp(zone_name, "UTC") == 0)
		return zone_to_json(NULL, NULL, 0, 0, "UTC0", err);
	if (!zone_name_valid(zone_name)) {
		err_set(err, FAIL_CONFIG, "not the name of a time zone");
		return NULL;
	}
	if (read_zone(zone_name, &bytes)) {
		doc = tzif_parse(bytes.data, bytes.len, err);
		if (!doc)
			err_wrap(err, "%s/%s", zoneinfo, zone_name);
	} else {
		err_set(err, FAIL_CONFIG, "no such time zone \"%s\" in %s (is tzdata installed?)",
			zone_name, zoneinfo);
	}
	buf_release(&bytes);
	return doc;
}

/* ---- of a whole configuration ---- */

struct resolving {
	struct config *c;
	enum config_kind kind;
	struct buf *report;
	struct err *err;
	int rc;
};

static int resolve(struct resolving *r, const char *document, const char *pointer, const char *zone)
{
	struct err why = ERR_INIT;
	json_t *doc;

	if (config_zone(r->c, zone))
		return 0;
	doc = tzif_load(zone, &why);
	if (doc && config_set(r->c, CFG_ZONE, zone, doc, &why) == 0) {
		json_decref(doc);
		return 0;
	}
	json_decref(doc);
	if (r->report)
		buf_addf(r->report, "%s/%s.json: %s: %s\n", config_dirs[r->kind], document, pointer,
			 why.msg);
	r->rc = err_set(r->err, FAIL_CONFIG, "%s/%s.json: %s: %s", config_dirs[r->kind], document,
			pointer, why.msg);
	return 0;
}

static int resolve_in(void *ctx, const char *name, const json_t *doc)
{
	static const char *const where[] = {"/zone", "/hours/zone", NULL};
	struct resolving *r = ctx;

	for (int i = 0; where[i]; i++) {
		const char *zone = json_string_value(js_at(doc, where[i]));
		if (zone)
			resolve(r, name, where[i], zone);
	}
	return 0;
}

int spool_load_zones(struct config *c, struct buf *report, struct err *err)
{
	static const enum config_kind kinds[] = {CFG_SCHEDULE, CFG_WORKER, CFG_POOL, CFG_LANE};
	struct resolving r = {.c = c, .report = report, .err = err};

	for (size_t i = 0; i < NITEMS(kinds); i++) {
		r.kind = kinds[i];
		config_each(c, r.kind, resolve_in, &r);
	}
	return r.rc;
}
