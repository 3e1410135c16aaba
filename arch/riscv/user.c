/*
 * user.c - going to user mode, and floating point.
 *
 * The thread pointer is a register of the frame. Without F and D the floating-point registers stay off, and
 * their instructions are illegal (Privileged Architecture 3.1.6.6).
 */
#include <arch/riscv.h>
#include <arch/sysreg.h>
#include <hal/user.h>

/*
 * The kernel is compiled without F and D, and so the assembler refuses to know fld and fsd: 0x07 and 0x27
 * (Unprivileged ISA 21.3).
 */
#define EACH_REGISTER(instruction)                                                                        \
    ".irp n, "                                                                                            \
    "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n" instruction \
    "\n"                                                                                                  \
    ".endr"
#define FLD ".insn i 0x07, 3, x\\n, 8 * \\n(%0)"
#define FSD ".insn s 0x27, 3, x\\n, 8 * \\n(%0)"

bool riscv_has_fpu;

void riscv_user_probe(const struct dt *dt)
{
    riscv_has_fpu = riscv_has_extension(dt, "d"); /* which implies F */
}

void hal_user_init(struct hal_user *u)
{
    *u = (struct hal_user){ .fcsr = 0 };
}

void riscv_fpu_save(struct hal_user *u)
{
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(EACH_REGISTER(FSD) : : "r"(u->f) : "memory");
    u->fcsr = (uint32_t)csr_read(CSR_FCSR);
    csr_clear(sstatus, SSTATUS_FS);
}

void hal_user_load_fpu(const struct hal_user *u, struct hal_frame *f)
{
    csr_set(sstatus, SSTATUS_FS);
    __asm__ volatile(EACH_REGISTER(FLD) : : "r"(u->f) : "memory");
    csr_write(CSR_FCSR, u->fcsr);
    csr_clear(sstatus, SSTATUS_FS);
    f->sstatus = (f->sstatus & ~SSTATUS_FS) | SSTATUS_FS_CLEAN;
}

int hal_user_set_tls(struct hal_user *u, struct hal_frame *f, unsigned long value, void *desc)
{
    (void)u;
    (void)desc;
    f->tp = value;
    return 0;
}
