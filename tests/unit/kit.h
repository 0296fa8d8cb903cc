/*
 * kit.h -- what every unit test shares: its main() ends in kit_run.
 */
#ifndef KIT_H
#define KIT_H

#include <check.h>

/* A test uses some of what a kit offers. */
#define KIT __attribute__((unused)) static

/* What main() returns.  CK_FORK=no keeps all tests in this process. */
KIT int kit_run(Suite *s)
{
	SRunner *sr = srunner_create(s);
	int failed;

	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? 1 : 0;
}

#endif
