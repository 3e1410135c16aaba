/* soak.h - what runs for hours: soak=NAME seconds=N seed=N. */
#pragma once

/* Thread. All CPUs against each other; switches the machine off in the end. */
void soak_smp(unsigned long seconds);
