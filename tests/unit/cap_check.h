/* cap_check.h - for the files of test_cap.c. */
#pragma once

extern unsigned
    endpoints; /* so many there are: cap_edge_check.c has what kernel/endpoint.c has in the kernel */

void cap_test_generations(void **state);
void cap_test_no_memory(void **state);
