/* smp.c - the other CPUs. */
#include <hal/smp.h>
#include <uapi/errno.h>

int hal_cpu_start(unsigned cpu, uintptr_t stack_top)
{
    (void)cpu;
    (void)stack_top;
    return -EIO;
}

void hal_ipi_send(unsigned cpu)
{
    (void)cpu;
}
