; crt0/ipc_x86.asm - a call that takes a message in registers, and brings one; for i386.

    global  __ipc

    section .text

; long __ipc(long number, long handle, long gift, long words[4]): the words travel in edx, esi, edi, ebp.
__ipc:
    push    ebx
    push    esi
    push    edi
    push    ebp
    mov     eax, [esp + 20]
    mov     ebx, [esp + 24]
    mov     ecx, [esp + 32]
    mov     edx, [ecx]
    mov     esi, [ecx + 4]
    mov     edi, [ecx + 8]
    mov     ebp, [ecx + 12]
    mov     ecx, [esp + 28]
    int     0x80
    mov     ecx, [esp + 32]
    mov     [ecx], edx
    mov     [ecx + 4], esi
    mov     [ecx + 8], edi
    mov     [ecx + 12], ebp
    pop     ebp
    pop     edi
    pop     esi
    pop     ebx
    ret

    section .note.GNU-stack noalloc noexec nowrite progbits
