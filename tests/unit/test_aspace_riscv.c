/* test_aspace_riscv.c - address spaces over the entries of riscv: the machine of test_vm_riscv.c. */
#include "test_vm_riscv.c"
