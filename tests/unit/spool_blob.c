/* Blobs: out of the drop under their hash, kept before an answer is committed, gone after a day. */
#include "spool_kit.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "spool/blob.h"
#include "spool/fsck.h"
#include "spool/pickup.h"

static const char text[] = "the parcel was opened\n";
enum { LARGE = 3 << 20 };

static struct sha256 sha_of(const void *p, size_t n)
{
	struct sha256 sha;

	sha256_of(&sha, p, n);
	return sha;
}

static const char *hex_of(const struct sha256 *sha)
{
	static char hex[SHA256_HEX];

	return sha256_hex(sha, hex);
}

static const char *in_new(const struct sha256 *sha, const char *suffix)
{
	static char name[128];

	snprintf(name, sizeof(name), "blob_%s%s", hex_of(sha), suffix);
	return name;
}

static const char *below(const char *folder, const struct sha256 *sha)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, hex_of(sha));
	return path;
}

static const char *kept(const struct sha256 *sha)
{
	char folder[3];

	snprintf(folder, sizeof(folder), "%.2s", hex_of(sha));
	return below(folder, sha);
}

/* As erd does: 0 taken, 1 left, -1 refused or worse. */
static int take(const char *name, int64_t max)
{
	struct buf none = BUF_INIT;
	int fd = -1, rc = -1;

	err_clear(&kit_err);
	if (pickup_read(&kit_spool, name, now_wall_ms(), &none, &fd, &kit_err) == PICKUP_BLOB) {
		rc = blob_take(&kit_spool, name, fd, max, &kit_err);
		close(fd);
	}
	ck_assert_uint_eq(none.len, 0);
	return rc;
}

static int source(const char *name, const void *p, size_t n)
{
	kit_write(kit_spool.root, name, p, n);
	return openat(kit_spool.root, name, O_RDONLY);
}

static struct sha256 waiting_blob(void)
{
	struct sha256 sha = sha_of(text, strlen(text));

	kit_puts(kit_spool.new_, in_new(&sha, ""), text);
	ck_assert_int_eq(take(in_new(&sha, ""), BLOB_MAX_DEFAULT), 0);
	return sha;
}

START_TEST(way)
{
	struct pickup_names names;
	struct blob b;
	struct sha256 sha = sha_of(text, strlen(text));
	enum blob_place place;
	int fd = source("letter", text, strlen(text));

	ck_ok(blob_drop(&kit_spool, fd, BLOB_MAX_DEFAULT, &b, &kit_err));
	close(fd);
	ck_assert_mem_eq(b.sha.b, sha.b, SHA256_BYTES);
	ck_assert_int_eq(b.bytes, (int64_t)strlen(text));
	ck_assert_str_eq(b.type, "text/plain");
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
	ck_assert(blob_coming(&kit_spool, &sha));
	ck_fails(blob_open(&kit_spool, &sha, NULL, &kit_err), FAIL_NOT_FOUND);

	ck_ok(pickup_scan(&kit_spool, NULL, NULL, &names, &kit_err));
	ck_assert_uint_eq(names.n, 1);
	ck_assert_int_eq(take(names.name[0], BLOB_MAX_DEFAULT), 0);
	pickup_names_release(&names);
	ck_assert(!blob_coming(&kit_spool, &sha));
	fd = blob_open(&kit_spool, &sha, &place, &kit_err);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(place, BLOB_WAITING);
	close(fd);

	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	fd = blob_open(&kit_spool, &sha, &place, &kit_err);
	ck_assert_int_eq(place, BLOB_KEPT);
	ck_assert_int_eq(blob_verify(fd, &sha, &kit_err), 1);
	ck_ok(blob_describe(fd, &b, &kit_err));
	ck_assert_int_eq(b.bytes, (int64_t)strlen(text));
	close(fd);
	ck_assert(!kit_exists(kit_spool.blobs, below("waiting", &sha)));
}
END_TEST

START_TEST(comes_twice)
{
	struct sha256 sha = waiting_blob();

	kit_puts(kit_spool.new_, in_new(&sha, ".again"), text);
	ck_assert_int_eq(take(in_new(&sha, ".again"), BLOB_MAX_DEFAULT), 0);
	ck_assert(kit_exists(kit_spool.blobs, below("waiting", &sha)));
	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	kit_puts(kit_spool.new_, in_new(&sha, ".third"), text);
	ck_assert_int_eq(take(in_new(&sha, ".third"), BLOB_MAX_DEFAULT), 0);
	ck_assert(!kit_exists(kit_spool.blobs, below("waiting", &sha)));
	ck_assert(kit_exists(kit_spool.blobs, kept(&sha)));
	ck_assert_uint_eq(kit_count(kit_spool.new_), 0);
}
END_TEST

START_TEST(hostile)
{
	struct sha256 sha = sha_of(text, strlen(text));
	const char *name = in_new(&sha, "");
	char *large = mem_alloc(LARGE);

	kit_puts(kit_spool.new_, name, "something else");
	ck_assert_int_eq(take(name, BLOB_MAX_DEFAULT), -1);
	ck_assert_int_eq(kit_err.code, FAIL_INVALID);
	ck_assert(kit_exists(kit_spool.new_, name));

	memset(large, 'x', LARGE);
	sha = sha_of(large, LARGE);
	name = in_new(&sha, "");
	kit_write(kit_spool.new_, name, large, LARGE);
	ck_assert_int_eq(take(name, LARGE - 1), -1);
	ck_assert_int_eq(kit_err.code, FAIL_INVALID);
	ck_assert_int_eq(take(name, LARGE), 0);
	free(large);

	static const char *const odd[] = {"blob_", "blob_12", "blob_../x", "blob_XY"};
	for (size_t i = 0; i < NITEMS(odd); i++) {
		if (!strchr(odd[i], '/'))
			kit_puts(kit_spool.new_, odd[i], text);
		ck_assert_int_eq(take(odd[i], BLOB_MAX_DEFAULT), -1);
	}
	ck_assert_int_eq(symlinkat("/etc/passwd", kit_spool.new_, "blob_link"), 0);
	ck_assert_int_eq(take("blob_link", BLOB_MAX_DEFAULT), -1);
	ck_assert_int_eq(mkfifoat(kit_spool.new_, "blob_fifo", 0600), 0);
	ck_assert_int_eq(take("blob_fifo", BLOB_MAX_DEFAULT), -1);
}
END_TEST

START_TEST(too_large_to_send)
{
	struct blob b;
	int fd = source("letter", text, strlen(text));

	ck_fails(blob_drop(&kit_spool, fd, 3, &b, &kit_err), FAIL_INVALID);
	close(fd);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
	ck_assert_uint_eq(kit_count(kit_spool.new_), 0);
}
END_TEST

/* What somebody else owns is copied: they could go on writing it. */
START_TEST(foreign)
{
	struct sha256 sha = sha_of(text, strlen(text));
	struct stat st;

	if (geteuid() != 0)
		return;
	kit_puts(kit_spool.new_, in_new(&sha, ""), text);
	ck_assert_int_eq(fchownat(kit_spool.new_, in_new(&sha, ""), 12345, 12345, 0), 0);
	ck_assert_int_eq(take(in_new(&sha, ""), BLOB_MAX_DEFAULT), 0);
	ck_assert_int_eq(fstatat(kit_spool.blobs, below("waiting", &sha), &st, 0), 0);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_eq(kit_count(kit_spool.new_), 0);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);

	kit_puts(kit_spool.new_, in_new(&sha, ".2"), text);
	ck_assert_int_eq(fchownat(kit_spool.new_, in_new(&sha, ".2"), 12345, 12345, 0), 0);
	ck_assert_int_eq(take(in_new(&sha, ".2"), BLOB_MAX_DEFAULT), 0);
	kit_puts(kit_spool.new_, in_new(&sha, ".3"), "else");
	ck_assert_int_eq(fchownat(kit_spool.new_, in_new(&sha, ".3"), 12345, 12345, 0), 0);
	ck_assert_int_eq(take(in_new(&sha, ".3"), BLOB_MAX_DEFAULT), -1);
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

START_TEST(leaves_after_a_day)
{
	struct sha256 sha = waiting_blob();
	int64_t now = now_wall_ms();

	ck_ok(blob_clean(&kit_spool, now, &kit_err));
	ck_ok(blob_clean(&kit_spool, now + BLOB_WAIT_MS - 60000, &kit_err));
	ck_assert(kit_exists(kit_spool.blobs, below("waiting", &sha)));
	ck_ok(blob_clean(&kit_spool, now + BLOB_WAIT_MS + 60000, &kit_err));
	ck_assert(!kit_exists(kit_spool.blobs, below("waiting", &sha)));
	ck_fails(blob_keep(&kit_spool, &sha, &kit_err), FAIL_NOT_FOUND);

	sha = waiting_blob();
	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	ck_ok(blob_clean(&kit_spool, now + 100 * (int64_t)BLOB_WAIT_MS, &kit_err));
	ck_assert(kit_exists(kit_spool.blobs, kept(&sha)));
}
END_TEST

START_TEST(abbreviations)
{
	struct sha256 sha = waiting_blob(), found;
	char part[SHA256_HEX];

	snprintf(part, sizeof(part), "%.6s", hex_of(&sha));
	ck_ok(blob_resolve(&kit_spool, part, &found, &kit_err));
	ck_assert_mem_eq(found.b, sha.b, SHA256_BYTES);
	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	ck_ok(blob_resolve(&kit_spool, part, &found, &kit_err));
	part[5] = part[5] == 'a' ? 'b' : 'a';
	ck_fails(blob_resolve(&kit_spool, part, &found, &kit_err), FAIL_NOT_FOUND);
	ck_fails(blob_resolve(&kit_spool, "abc", &found, &kit_err), FAIL_NOT_FOUND);
	ck_fails(blob_resolve(&kit_spool, "../../etc", &found, &kit_err), FAIL_NOT_FOUND);
}
END_TEST

START_TEST(types)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *type;
	} rows[] = {
		{"%PDF-1.7\n", 9, "application/pdf"},
		{"\x89PNG\r\n\x1a\n....", 12, "image/png"},
		{"\xff\xd8\xff\xe0", 4, "image/jpeg"},
		{"GIF89a", 6, "image/gif"},
		{"RIFF....WEBPVP8 ", 16, "image/webp"},
		{"RIFF....WAVEfmt ", 16, "text/plain"},
		{"PK\x03\x04", 4, "application/zip"},
		{"\x1f\x8b\x08", 3, "application/gzip"},
		{"{\"a\":1}", 7, "application/json"},
		{"[1, 2]\n", 7, "application/json"},
		{"{\"a\":", 5, "text/plain"},
		{"na\xc3\xafve\n", 7, "text/plain"},
		{"", 0, "text/plain"},
		{"a\0b", 3, "application/octet-stream"},
		{"\xc3", 1, "application/octet-stream"},
		{"\x80\x80", 2, "application/octet-stream"},
		{"\x1b[2J", 4, "text/plain"},
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		ck_assert_msg(!strcmp(blob_type(rows[i].bytes, rows[i].n, (int64_t)rows[i].n),
		                      rows[i].type),
		              "%zu: %s, not %s", i,
		              blob_type(rows[i].bytes, rows[i].n, (int64_t)rows[i].n),
		              rows[i].type);
	/* the head may end inside a character, or before the end of the JSON */
	ck_assert_str_eq(blob_type("na\xc3", 3, 100), "text/plain");
	ck_assert_str_eq(blob_type("[1]", 3, 100), "text/plain");
}
END_TEST

/* ---- fsck ---- */

static char said[2048];

static void hear(void *ctx, enum fsck_severity sev, const char *path, const char *what)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof(said) - n, "%s %s: %s\n", sev == FSCK_ERROR ? "error" : "note",
	         path, what);
}

START_TEST(checked)
{
	struct fsck_report rep;
	struct sha256 sha = waiting_blob(), other = sha_of("x", 1);

	said[0] = '\0';
	ck_ok(fsck_check(&kit_spool, 0, now_wall_ms(), hear, NULL, &rep, &kit_err));
	ck_assert_ptr_null(strstr(said, "blobs/"));
	ck_ok(blob_keep(&kit_spool, &sha, &kit_err));
	kit_puts(kit_spool.blobs, below("waiting", &other), "not x");
	kit_puts(kit_spool.new_, in_new(&other, ""), "x");
	kit_puts(kit_spool.blobs, "odd", "?");
	ck_ok(fsck_check(&kit_spool, 0, now_wall_ms(), hear, NULL, &rep, &kit_err));
	ck_assert_ptr_null(strstr(said, "new/"));
	ck_assert_ptr_nonnull(strstr(said, "error blobs/waiting/"));
	ck_assert_ptr_nonnull(strstr(said, "no answer in the journal names it"));
	ck_assert_ptr_nonnull(strstr(said, "note blobs/odd: does not belong here"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("blob");
	TCase *t = tcase_create("blob");

	tcase_add_checked_fixture(t, kit_setup, kit_teardown);
	tcase_add_test(t, way);
	tcase_add_test(t, comes_twice);
	tcase_add_test(t, hostile);
	tcase_add_test(t, too_large_to_send);
	tcase_add_test(t, foreign);
	tcase_add_test(t, leaves_after_a_day);
	tcase_add_test(t, abbreviations);
	tcase_add_test(t, types);
	tcase_add_test(t, checked);
	suite_add_tcase(s, t);
	return kit_run(s);
}
