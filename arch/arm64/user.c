/*
 * user.c - floating point and thread pointer of the program that this CPU runs.
 *
 * CPACR_EL1 says whether the FP registers are the program's. It says so for the kernel as well, which has no
 * instruction for them but those of arm64_fpu_save() and arm64_fpu_load().
 */
#include <arch/arm64.h>
#include <arch/sysreg.h>
#include <hal/user.h>
#include <lib/string.h>

void arm64_user_init_cpu(void)
{
    sysreg_write(pmuserenr_el0, 0);
    sysreg_write(cntkctl_el1, CNTKCTL_USER);
    sysreg_write(mdscr_el1, MDSCR_TDCC);
    sysreg_write(tpidrro_el0, 0); /* which it can read */
}

void hal_user_init(struct hal_user *u)
{
    memset(u, 0, sizeof(*u));
}

void arm64_fpu_unload(struct hal_user *u)
{
    arm64_fpu_save(&u->fpu);
    u->fpu.fpsr = (uint32_t)sysreg_read(fpsr);
    u->fpu.fpcr = (uint32_t)sysreg_read(fpcr);
    sysreg_write(cpacr_el1, 0);
}

void hal_user_load_fpu(const struct hal_user *u, struct hal_frame *f)
{
    (void)f;
    sysreg_write(cpacr_el1, CPACR_FPEN);
    __asm__ volatile("isb" : : : "memory");
    arm64_fpu_load(&u->fpu);
    sysreg_write(fpsr, u->fpu.fpsr);
    sysreg_write(fpcr, u->fpu.fpcr);
}

int hal_user_set_tls(struct hal_user *u, struct hal_frame *f, unsigned long value, void *desc)
{
    (void)f, (void)desc;
    u->tls = value;
    return 0;
}
