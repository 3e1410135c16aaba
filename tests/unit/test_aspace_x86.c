/* test_aspace_x86.c - address spaces over the entries of x86: the machine of test_vm_x86.c. */
#include "test_vm_x86.c"
