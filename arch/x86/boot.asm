; boot.asm - from the boot loader to early_main(); and the further CPUs, to x86_secondary_main().
;
; In:  protected mode, flat segments, paging off, interrupts off; eax = magic number, ebx = physical address
;      of the loader's information (Multiboot Specification 0.6.96, 3.2); one CPU.
; Out: early_main(eax: information, ecx:edx: when _start was entered) at its linked address, on the boot
;      stack, paging on.
;
;  1 who loaded us, and onto which CPU?               4 paging on, with the boot page tables
;  2 clear .bss                                       5 jump to the linked address, stack
;  3 own segments                                     6 early_main(), with the time of entry
;
; Up to step 5 every label is meant as a physical address. The information's address stays in ebp.
;
; A further CPU begins at x86_trampoline (smp.c), in real mode, and takes the same steps from 3 on.
%include "arch/offsets.h"

HEADER_MAGIC    equ 0x1badb002
HEADER_FLAGS    equ 1 << 0 | 1 << 1             ; modules at page boundaries; tell us about memory
LOADER_MAGIC    equ 0x2badb002

EFLAGS_ID       equ 1 << 21
; Leaf 1, edx: FPU TSC MSR PAE APIC CMOV FXSR
CPUID_NEEDED    equ 1 << 0 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 15 | 1 << 24
; PG AM WP NE ET TS MP PE
CR0_BITS        equ 1 << 31 | 1 << 18 | 1 << 16 | 1 << 5 | 1 << 4 | 1 << 3 | 1 << 1 | 1 << 0
CR0_PE          equ 1 << 0
CR4_PAE         equ 1 << 5
MSR_EFER        equ 0xc0000080
EFER_NXE        equ 1 << 11
CPUID_FEATURES  equ 1
ID_SHIFT        equ 24                          ; of leaf 1, ebx: the id of the local APIC

BOOT_CODE       equ 0x08                        ; selectors
BOOT_DATA       equ 0x10

TABLE_P         equ 1 << 0                      ; all that a top entry may have (SDM vol. 3A 4.4.1)
BLOCK_RAM       equ 1 << 7 | 1 << 1 | 1 << 0    ; 2 MiB, W, P
BLOCK_DEVICE    equ BLOCK_RAM | 1 << 4 | 1 << 3 ; PCD PWT
%assign BLOCK_SIZE 1 << 21

UART_LSR        equ BOARD_UART + 5
UART_TX_EMPTY   equ 0x20
UART_PATIENCE   equ 100000                      ; looks, so that a machine without a UART goes on
WHITE_ON_RED    equ 0x4f

    extern  __bss_start, __bss_end, early_main, x86_secondary, x86_secondary_main
    global  _start, x86_boot_directory, x86_boot_stack, x86_trampoline, x86_trampoline_end

    section .boot progbits alloc exec nowrite align=4
multiboot_header:                               ; Multiboot 3.1.1
    dd      HEADER_MAGIC
    dd      HEADER_FLAGS
    dd      -(HEADER_MAGIC + HEADER_FLAGS)

_start:
    ; 1: CPUID is there if its flag can be changed
    cld
    mov     ebp, ebx
    mov     esp, x86_boot_stack + KSTACK_SLOT - KERNEL_BASE
    mov     esi, not_multiboot - KERNEL_BASE
    cmp     eax, LOADER_MAGIC
    jne     refuse
    mov     esi, old_cpu - KERNEL_BASE
    pushfd
    pop     ecx
    mov     eax, ecx
    xor     eax, EFLAGS_ID
    push    eax
    popfd
    pushfd
    pop     eax
    cmp     eax, ecx
    je      refuse
    mov     eax, 1
    cpuid
    and     edx, CPUID_NEEDED
    cmp     edx, CPUID_NEEDED
    jne     refuse
    rdtsc                                       ; uptime starts here
    mov     [entry_tsc - KERNEL_BASE], eax
    mov     [entry_tsc - KERNEL_BASE + 4], edx

    ; 2
    mov     edi, __bss_start - KERNEL_BASE
    mov     ecx, __bss_end - KERNEL_BASE
    sub     ecx, edi
    shr     ecx, 2
    xor     eax, eax
    rep stosd

    ; 3
    lgdt    [boot_gdt_pointer - KERNEL_BASE]
    jmp     BOOT_CODE:.own_segments - KERNEL_BASE
.own_segments:
    mov     eax, BOOT_DATA
    mov     ds, eax
    mov     es, eax
    mov     ss, eax

    ; 4: the tables map where we are to itself, and RAM at KERNEL_BASE
    mov     eax, boot_page_table - KERNEL_BASE
    mov     cr3, eax
    mov     eax, CR4_PAE
    mov     cr4, eax
    mov     eax, CR0_BITS
    mov     cr0, eax

    ; 5
    mov     eax, .linked
    jmp     eax
.linked:
    mov     esp, x86_boot_stack + KSTACK_SLOT - KSTACK_RESERVED
    mov     eax, ebp
    xor     ebp, ebp                            ; backtraces end here

    ; 6
    mov     edx, [entry_tsc]
    mov     ecx, [entry_tsc + 4]
    call    early_main

; A copy of this runs at the beginning of a page below 1 MiB: cs is the page, ip = 0, interrupts off, and the
; caches as the firmware or INIT left them.
    bits    16
x86_trampoline:
    mov     ax, cs
    mov     ds, ax
    o32 lgdt [.gdt_pointer - x86_trampoline]
    mov     eax, cr0
    or      al, CR0_PE
    mov     cr0, eax
    jmp     dword BOOT_CODE:secondary_start - KERNEL_BASE
    align   4
.gdt_pointer:
    dw      boot_gdt_pointer - boot_gdt - 1
    dd      boot_gdt - KERNEL_BASE
x86_trampoline_end:
    bits    32

secondary_start:
    ; 3
    mov     eax, BOOT_DATA
    mov     ds, eax
    mov     es, eax
    mov     ss, eax

    ; 4: the kernel's own tables have entries with NX; they follow at once
    cmp     dword [x86_secondary + SECONDARY_nx - KERNEL_BASE], 0
    je      .no_nx
    mov     ecx, MSR_EFER
    rdmsr
    or      eax, EFER_NXE
    wrmsr
.no_nx:
    mov     eax, boot_page_table - KERNEL_BASE
    mov     cr3, eax
    mov     eax, CR4_PAE
    mov     cr4, eax
    mov     eax, CR0_BITS
    mov     cr0, eax

    ; 5: who does not find its id stops here, as hal_cpu_start() will see
    mov     eax, .linked
    jmp     eax
.linked:
    mov     eax, [x86_secondary + SECONDARY_cr3]
    mov     cr3, eax
    mov     eax, [x86_secondary + SECONDARY_cr4]
    mov     cr4, eax
    mov     eax, CPUID_FEATURES
    cpuid
    shr     ebx, ID_SHIFT
    xor     eax, eax
.find:
    inc     eax                                 ; 0 is the boot CPU
    cmp     eax, MAX_CPUS
    je      refuse.stop
    cmp     ebx, [x86_secondary + SECONDARY_apic_id + eax * 4]
    jne     .find
    mov     esp, [x86_secondary + SECONDARY_stack_top + eax * 4]
    xor     ebp, ebp

    ; 6: eax = its number
    call    x86_secondary_main

; esi = text, physical; to the screen and to the first UART.
refuse:
    mov     edi, BOARD_VGA_TEXT
.next:
    movzx   ebx, byte [esi]
    inc     esi
    test    bl, bl
    jz      .stop
    mov     bh, WHITE_ON_RED
    mov     [edi], bx
    add     edi, 2
    mov     ecx, UART_PATIENCE
    mov     dx, UART_LSR
.wait:
    in      al, dx
    test    al, UART_TX_EMPTY
    loopz   .wait
    mov     al, bl
    mov     dx, BOARD_UART
    out     dx, al
    jmp     .next
.stop:
    cli
    hlt
    jmp     .stop

not_multiboot:
    db      "Triptych: not loaded by Multiboot; use GRUB's multiboot command, or QEMU's -kernel", 0
old_cpu:
    db      "Triptych: this CPU is too old; needed are CPUID, TSC, MSR, PAE, APIC, CMOV, FXSR", 0

    align   8
boot_gdt:                                       ; flat: base 0, limit 4 GiB
    dq      0
    dq      0x00cf9b000000ffff                  ; BOOT_CODE
    dq      0x00cf93000000ffff                  ; BOOT_DATA
boot_gdt_pointer:
    dw      $ - boot_gdt - 1
    dd      boot_gdt - KERNEL_BASE

    ; PAE: an entry of the top table stands for a GiB, one of a directory maps 2 MiB.
    section .data align=4096
boot_page_table:
    dd      boot_directory_low - KERNEL_BASE + TABLE_P, 0       ; where we are
    dd      0, 0
    dd      boot_directory_low - KERNEL_BASE + TABLE_P, 0       ; the direct map
    dd      x86_boot_directory - KERNEL_BASE + TABLE_P, 0       ; and its rest, and devices
    align   4096, db 0
boot_directory_low:
%assign pa 0
%rep 512
    dd      pa + BLOCK_RAM, 0
%assign pa pa + BLOCK_SIZE
%endrep
x86_boot_directory:
%rep 512
%if pa < (DIRECT_MAP_MIB << 20)
    dd      pa + BLOCK_RAM, 0
%elif pa + KERNEL_BASE >= DEVICE_BASE
    dd      pa + KERNEL_BASE + BLOCK_DEVICE, 0
%else
    dd      0, 0
%endif
%assign pa pa + BLOCK_SIZE
%endrep

entry_tsc:
    dd      0, 0

    section .bss align=16384
    alignb  KSTACK_SLOT
x86_boot_stack:
    resb    KSTACK_SLOT
