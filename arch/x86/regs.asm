; regs.asm - instructions that C cannot be made to write.

    global  hal_regs_hold, hal_regs_illegal

    section .text

; hal_regs_hold(eax: seed, edx: spins). Every general register but esp:
;   eax = seed, and each other one seed + its own number in instructions; ecx counts.
; Returns 0, or the number of the first that changed (8: eax itself).
%macro each 1                                   ; the registers with a value of their own: all but eax ecx esp
    %1      edx, 2
    %1      ebx, 3
    %1      ebp, 5
    %1      esi, 6
    %1      edi, 7
%endmacro

%macro fill 2
    lea     %1, [eax + %2]
%endmacro

%macro check 2
    lea     ecx, [eax + %2]
    cmp     %1, ecx
    jne     .lost_%2
%endmacro

%macro lost 2
.lost_%2:
    mov     eax, %2
    jmp     .out
%endmacro

hal_regs_hold:
    push    ebx
    push    esi
    push    edi
    push    ebp
    push    eax                                 ; the seed stays at esp
    mov     ecx, edx
    each    fill
.spin:
    dec     ecx
    jnz     .spin
    cmp     eax, [esp]
    jne     .lost_8
    each    check
    xor     eax, eax
.out:
    add     esp, 4
    pop     ebp
    pop     edi
    pop     esi
    pop     ebx
    ret
    each    lost
    lost    eax, 8

; hal_regs_illegal(): UD2 is defined to be illegal (Intel SDM vol. 2B).
hal_regs_illegal:
    ud2
    ret
