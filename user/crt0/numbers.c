/* crt0/numbers.c - numbers of system calls for assembly: compiled to text, which becomes a header. */
#include <sys/syscall.h>

#define NUMBER(name) __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"(name))

void numbers(void);

void numbers(void)
{
    NUMBER(SYS_exit);
    NUMBER(SYS_clone);
    NUMBER(SYS_rt_sigreturn);
#ifdef __i386__
    NUMBER(SYS_sigreturn);
#endif
}
