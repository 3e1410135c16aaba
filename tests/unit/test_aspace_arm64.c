/* test_aspace_arm64.c - address spaces over the entries of arm64: the machine of test_vm_arm64.c. */
#include "test_vm_arm64.c"
