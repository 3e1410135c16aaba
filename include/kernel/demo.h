/* kernel/demo.h - what the ancestors show, made right. One function per demo in kernel/demo_*.c. */
#pragma once

void demo_run(const char *name); /* Thread; sleeps. An unknown name prints the list. */

void demo_539(void);      /* Processes A to D, preempted, each with its own registers and locals. */
void demo_balance(void);  /* Threads that begin on one CPU and spread; two that sleep. */
void demo_buddy(void);    /* Blocks of pages that split and join. */
void demo_slab(void);     /* An object cache, its slabs and magazines. */
void demo_jikei(void);    /* Programs that yield, sleep, and talk through an endpoint. */
void demo_parity(void);   /* A scenario, and its log in words that mean the same on every machine. */
void demo_sleepers(void); /* Processes in a wait queue, woken one by one. */
void demo_threads(void);  /* Sleepers and spinners, with times. */
void demo_work(void);     /* A work for each CPU, done there, in rounds. */
