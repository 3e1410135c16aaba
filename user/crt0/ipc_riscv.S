/* crt0/ipc_riscv.S - a call that takes a message in registers, and brings one; for riscv64. */
    .global __ipc

    .text

/* long __ipc(long number, long handle, long gift, long words[4]): the words travel in a2 to a5. */
__ipc:
    mv      a7, a0
    mv      a0, a1
    mv      a1, a2
    mv      a6, a3                              /* no call changes it */
    ld      a2, 0(a6)
    ld      a3, 8(a6)
    ld      a4, 16(a6)
    ld      a5, 24(a6)
    ecall
    sd      a2, 0(a6)
    sd      a3, 8(a6)
    sd      a4, 16(a6)
    sd      a5, 24(a6)
    ret

    .section .note.GNU-stack, "", %progbits
