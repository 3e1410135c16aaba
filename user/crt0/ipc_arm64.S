/* crt0/ipc_arm64.S - a call that takes a message in registers, and brings one; for arm64. */
    .global __ipc

    .text

/* long __ipc(long number, long handle, long gift, long words[4]): the words travel in x2 to x5. */
__ipc:
    mov     x8, x0
    mov     x0, x1
    mov     x1, x2
    mov     x6, x3                              /* no call changes it */
    ldp     x2, x3, [x6]
    ldp     x4, x5, [x6, #16]
    svc     #0
    stp     x2, x3, [x6]
    stp     x4, x5, [x6, #16]
    ret

    .section .note.GNU-stack, "", %progbits
