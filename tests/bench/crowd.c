/*
 * bench/crowd -- consensus with early stop and suspension in simulated lanes, against the optimal
 * sequential test that knows every worker's confusion matrix and asks the honest only.
 *
 *   crowd [SEEDS]      default: 1000
 */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/engine_crowd_world.h"

static const struct world_kind kinds[] = {
	{"2 categories, 20 % guess", 2, BAD_GUESS, 0.20, 700, 300},
	{"4 categories, 20 % guess", 4, BAD_GUESS, 0.20, 700, 300},
	{"2 categories, 5 % guess", 2, BAD_GUESS, 0.05, 700, 300},
	{"2 categories, 40 % guess", 2, BAD_GUESS, 0.40, 700, 300},
	{"4 categories, 40 % guess", 4, BAD_GUESS, 0.40, 700, 300},
	{"2 categories, 20 % constant", 2, BAD_CONSTANT, 0.20, 700, 300},
	{"4 categories, 20 % constant", 4, BAD_CONSTANT, 0.20, 700, 300},
	{"2 categories, 20 % collude", 2, BAD_COLLUDE, 0.20, 700, 300},
	{"4 categories, 20 % collude", 4, BAD_COLLUDE, 0.20, 700, 300},
	{"4 categories, 40 % collude", 4, BAD_COLLUDE, 0.40, 700, 300},
	{"2 categories, 20 % sloppy", 2, BAD_SLOPPY, 0.20, 700, 300},
	{"4 categories, 20 % sloppy", 4, BAD_SLOPPY, 0.20, 700, 300},
	{"2 categories, 20 % turn after 50", 2, BAD_TURN, 0.20, 700, 300},
	{"4 categories, 20 % turn after 50", 4, BAD_TURN, 0.20, 700, 300},
};

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void print(const struct world_kind *k, const struct world_sum *s)
{
	double best = share(s->best_answers, s->tasks);
	double all = share(s->answers, s->tasks), late = share(s->late_answers, s->late_tasks);

	printf("%-33s %.4f %.4f  %5.2f %5.2f  %5.2f %.4f  %5.3f %5.3f  "
	       "%5.1f %% %5.1f %%  %5.2f %%  %4.1f %%\n",
	       k->name, share(s->right, s->accepted), share(s->late_right, s->late_accepted), all,
	       late, best, share(s->best_right, s->tasks), all / best, late / best,
	       100 * share(s->bad_soon, s->bad), 100 * share(s->bad_ever, s->bad),
	       100 * share(s->honest_out, s->honest), 100 * share(s->gold, s->gold + s->answers));
}

int main(int argc, char **argv)
{
	int seeds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;

	printf("%d seeds each; %d workers, honest ones right with %.2f; confidence %.2f, "
	       "floor %.2f, alpha %.2f\n",
	       seeds, WORLD_WORKERS, world_honest, world_confidence, world_floor, VOTER_ALPHA);
	printf("%-33s %-13s  %-11s  %-12s  %-11s  %-17s  %-7s  %s\n", "", "accuracy", "overlap",
	       "optimal", "ratio", "bad suspended", "honest", "gold");
	printf("%-33s %-6s %-6s  %5s %5s  %5s %6s  %5s %5s  %7s %7s  %7s\n", "", "all", "late",
	       "all",
	       "late", "", "right", "all", "late", "in 30", "ever", "ever");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct world_sum sum = {0};
		for (int seed = 0; seed < seeds; seed++)
			world_run(&kinds[i], (uint64_t)seed + 1, &sum);
		print(&kinds[i], &sum);
		fflush(stdout);
	}
	return 0;
}
