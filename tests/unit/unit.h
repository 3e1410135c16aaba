/* unit.h - what every unit test includes: cmocka, a time limit, random numbers that can be repeated. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <lib/util.h>

enum { UNIT_TIME_LIMIT = 300 }; /* seconds for one program; SIGALRM ends it */

/* The last line of main(). */
#define UNIT_RUN(name, tests) (alarm(UNIT_TIME_LIMIT), cmocka_run_group_tests_name(name, tests, NULL, NULL))

/* A new seed, or the one in UNIT_SEED; printed once for the verdict. */
static inline uint64_t unit_seed(void)
{
    const char *given = getenv("UNIT_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);

    printf("# seed %llu\n", (unsigned long long)seed);
    fflush(stdout); /* before a crash */
    return seed;
}

/* The next number of the sequence in *state, any of 64 bits (splitmix64, by Steele, Lea and Flood). */
static inline uint64_t unit_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}
