/* json: the official JSON Schema test suite, when it is there (ER_DATA, or ../shared/data).  One
 * line per draft; every miss with its reason. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/schema/schema.h"
#include "kit.h"

#define REMOTE "http://localhost:1234/"

enum kind { REQUIRED, OPTIONAL, FORMAT, NKINDS };

static const struct {
	const char *name, *folder;
	int draft;
} drafts[] = {
    {"2020-12", "draft2020-12", SCHEMA_DRAFT_2020}, {"2019-09", "draft2019-09", SCHEMA_DRAFT_2019},
    {"07", "draft7", SCHEMA_DRAFT_7},               {"06", "draft6", SCHEMA_DRAFT_6},
    {"04", "draft4", SCHEMA_DRAFT_4},
};

/* Why a test that is not required may fail: the file, a part of the test's name (or any), and
   why. */
static const struct {
	const char *file, *test, *reason;
} reasons[] = {
    {"bignum.json", "", "numbers beyond 64 bits are refused or become doubles: a stated limit"},
    {"content.json", "", "content* are annotations here in every draft"},
    {"ecmascript-regex.json", "variable-width lookbehind", "PCRE2 has none of unbounded length"},
    {"id.json", "", "draft-04 has no const: refused, so that nobody trusts in it"},
};

struct tally {
	unsigned passed[NKINDS], total[NKINDS];
};

struct file {
	const char *root, *draft_name, *name;
	int draft;
	enum kind kind;
	struct tally *tally;
};

static char root[300];

static json_t *read_json(const char *path)
{
	json_error_t e;
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_t *v = json_load_file(path, flags, &e);

	/* numbers that no int64 holds */
	return v ? v : json_load_file(path, flags | JSON_DECODE_INT_AS_REAL, &e);
}

static json_t *load(void *arg, const char *uri, struct err *err)
{
	char path[600];

	(void)err;
	if (strncmp(uri, REMOTE, strlen(REMOTE)) != 0 || strstr(uri, ".."))
		return NULL;
	snprintf(path, sizeof(path), "%s/remotes/%s", (const char *)arg, uri + strlen(REMOTE));
	return read_json(path);
}

static const char *reason_for(const char *file, const char *test)
{
	size_t i;

	for (i = 0; i < NITEMS(reasons); i++)
		if (!strcmp(reasons[i].file, file) && strstr(test, reasons[i].test))
			return reasons[i].reason;
	return "no reason known";
}

static void note(const struct file *f, const json_t *group, const json_t *test, const char *what)
{
	const char *name = json_string_value(json_object_get(test, "description"));

	printf("  miss %s %s: %s / %s: %s; %s\n", f->draft_name, f->name,
	       json_string_value(json_object_get(group, "description")), name, what,
	       f->kind == REQUIRED ? "REQUIRED" : reason_for(f->name, name));
}

static int judge(const struct schema *s, const json_t *test)
{
	const json_t *data = json_object_get(test, "data");
	int valid = json_is_true(json_object_get(test, "valid"));
	struct schema_errors errors;
	size_t n = schema_validate(s, data, &errors), first = schema_validate(s, data, NULL);

	ck_assert_int_eq(n == 0, first == 0);
	ck_assert_int_eq(errors.n == 0, n == 0);
	schema_errors_release(&errors);
	return (n == 0) == valid;
}

static void run_group(const struct file *f, const json_t *group)
{
	struct schema_options o = {.draft = f->draft, .assert_formats = f->kind == FORMAT,
	                           .load = load, .arg = root};
	const json_t *tests = json_object_get(group, "tests"), *test;
	struct err err = ERR_INIT;
	struct schema *s = schema_compile_with(json_object_get(group, "schema"), &o, &err);
	size_t i;

	json_array_foreach(tests, i, test) {
		int ok = s && judge(s, test);

		f->tally->total[f->kind]++;
		f->tally->passed[f->kind] += (unsigned)ok;
		if (!ok)
			note(f, group, test, s ? "wrong verdict" : err.msg);
	}
	schema_free(s);
}

static void run_file(const struct file *f, const char *folder)
{
	char path[900];
	const json_t *group;
	json_t *groups;
	size_t i;

	snprintf(path, sizeof(path), "%s/%s", folder, f->name);
	groups = read_json(path);
	ck_assert_msg(groups != NULL, "%s", path);
	json_array_foreach(groups, i, group)
		run_group(f, group);
	json_decref(groups);
}

static void run_folder(size_t draft, enum kind kind, struct tally *tally)
{
	static const char *const below[] = {"", "/optional", "/optional/format"};
	struct file f = {.draft_name = drafts[draft].name, .draft = drafts[draft].draft,
	                 .kind = kind, .tally = tally};
	struct dirent **names;
	char folder[600];
	int i, n;

	snprintf(folder, sizeof(folder), "%s/tests/%s%s", root, drafts[draft].folder, below[kind]);
	n = scandir(folder, &names, NULL, alphasort);
	ck_assert_msg(n > 0, "%s", folder);
	for (i = 0; i < n; i++) {
		f.name = names[i]->d_name;
		if (strlen(f.name) > 5 && !strcmp(f.name + strlen(f.name) - 5, ".json"))
			run_file(&f, folder);
		free(names[i]);
	}
	free(names);
}

START_TEST(one_draft)
{
	struct tally t = {.total = {0}};
	enum kind k;

	for (k = REQUIRED; k < NKINDS; k++)
		run_folder((size_t)_i, k, &t);
	printf("%s: required %u/%u, optional %u/%u, optional/format %u/%u\n", drafts[_i].name,
	       t.passed[REQUIRED], t.total[REQUIRED], t.passed[OPTIONAL], t.total[OPTIONAL],
	       t.passed[FORMAT], t.total[FORMAT]);
	fflush(stdout);
	ck_assert_uint_gt(t.total[REQUIRED], 500);
	ck_assert_uint_eq(t.passed[REQUIRED], t.total[REQUIRED]);
	ck_assert_uint_ge(100 * t.passed[OPTIONAL], 90 * t.total[OPTIONAL]);
	ck_assert_uint_ge(100 * t.passed[FORMAT], 97 * t.total[FORMAT]);
}
END_TEST

int main(void)
{
	const char *data = getenv("ER_DATA");
	Suite *s = suite_create("json_suite");
	TCase *tc = tcase_create("all");
	DIR *there;

	snprintf(root, sizeof(root), "%s/json-schema-test-suite", data ? data : "../shared/data");
	there = opendir(root);
	if (!there) {
		printf("json_suite: skipped, %s is not there\n", root);
		return 0;
	}
	closedir(there);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, one_draft, 0, NITEMS(drafts));
	suite_add_tcase(s, tc);
	return kit_run(s);
}
