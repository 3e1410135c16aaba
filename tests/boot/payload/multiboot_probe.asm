; multiboot_probe.asm - not a kernel: tells over COM1 what state a Multiboot 1 boot loader left it in.
;
; In:  what the Multiboot Specification 0.6.96, 3.2 promises, and eax and ebx, which it checks nothing of.
; Out: lines "PROBE name=value ..." and exit status 33 by isa-debug-exit; the test judges the values.
;
; Linked at VIRTUAL + physical, so that a loader which confuses p_vaddr and p_paddr cannot start it. The code
; runs at its physical address. PATTERN (on the command line of nasm) names a file of test bytes.

    bits    32
    global  start, start_physical
    extern  bss_start, bss_end

VIRTUAL         equ 0xc0000000
%define PHYS(symbol) ((symbol) - VIRTUAL)

COM1            equ 0x3f8
DEBUG_EXIT      equ 0xf4
EXIT_33         equ 0x10                ; 2 * 0x10 + 1
MIB             equ 1 << 20

section .header
    align   4
    dd      0x1badb002, 0x00000003, -(0x1badb002 + 0x00000003)

%macro line 2                           ; text, dword
    mov     esi, PHYS(%%text)
    call    puts
    mov     eax, %2
    call    hex
    section .rodata
%%text: db  %1, 0
    section .text
%endmacro

section .text
start_physical  equ PHYS(start)
start:
    mov     [PHYS(entry_eax)], eax
    mov     esp, PHYS(stack_end)
    pushfd
    pop     dword [PHYS(entry_flags)]
    cld
    mov     ebp, ebx
    mov     eax, cr0
    mov     [PHYS(entry_cr0)], eax

    line    {"PROBE magic="}, [PHYS(entry_eax)]
    line    {10, "PROBE cr0="}, [PHYS(entry_cr0)]
    line    {10, "PROBE eflags="}, [PHYS(entry_flags)]
%macro segment_line 2
    mov     ecx, %2
    xor     ebx, ebx                    ; what they stay if there is no such segment
    xor     edi, edi
    lsl     ebx, ecx
    lar     edi, ecx
    and     edi, 0x00c0fa00             ; granularity, size, present, privilege, kind; not "accessed"
    line    {10, "PROBE segment=", %1, " limit="}, ebx
    line    {" rights="}, edi
%endmacro
    segment_line "cs", cs
    segment_line "ds", ds
    segment_line "es", es
    segment_line "fs", fs
    segment_line "gs", gs
    segment_line "ss", ss

    mov     edi, PHYS(a20_cell)         ; the same cell as the one 1 MiB off? Then this one changes
    mov     eax, [edi]
    xor     edi, MIB
    not     dword [edi]
    xor     edi, MIB
    xor     eax, [edi]
    line    {10, "PROBE a20_masked="}, eax

    mov     edi, PHYS(bss_start)
    mov     ecx, PHYS(bss_end)
    sub     ecx, edi
    xor     ebx, ebx
.bss:
    cmp     byte [edi], 1               ; CF if 0
    cmc
    adc     ebx, 0
    inc     edi
    loop    .bss
    line    {10, "PROBE bss_nonzero="}, ebx
    call    crc_pattern
    line    {10, "PROBE crc="}, ebx

    line    {10, "PROBE flags="}, [ebp]
    line    {10, "PROBE mem_lower="}, [ebp + 4]
    line    {10, "PROBE mem_upper="}, [ebp + 8]
    line    {10, "PROBE cmdline_at="}, [ebp + 16]
    mov     esi, PHYS(text_cmdline)
    call    puts
    mov     esi, [ebp + 16]
    call    puts
    mov     esi, PHYS(text_loader)
    call    puts
    mov     esi, [ebp + 64]
    call    puts

    mov     ebx, [ebp + 48]             ; the memory map
    mov     edi, [ebp + 44]
    add     edi, ebx
.map:
    cmp     ebx, edi
    jae     .end
    line    {10, "PROBE map="}, [ebx + 8]
    mov     eax, [ebx + 4]
    call    hex
    line    {" length="}, [ebx + 16]
    mov     eax, [ebx + 12]
    call    hex
    line    {" type="}, [ebx + 20]
    add     ebx, [ebx]
    add     ebx, 4
    jmp     .map
.end:
    mov     esi, PHYS(text_done)
    call    puts
    mov     al, EXIT_33
    out     DEBUG_EXIT, al
    cli
.stop:
    hlt
    jmp     .stop

; crc_pattern - ebx = the CRC-32 of the pattern. Destroys eax, ecx, esi.
crc_pattern:
    mov     esi, PHYS(pattern)
    or      ebx, -1
.byte:
    movzx   eax, byte [esi]
    xor     ebx, eax
    mov     ecx, 8
.bit:
    shr     ebx, 1
    jnc     .next
    xor     ebx, 0xedb88320
.next:
    loop    .bit
    inc     esi
    cmp     esi, PHYS(pattern_end)
    jb      .byte
    not     ebx
    ret

; hex - eax in eight digits. puts - esi, up to a 0. Both destroy eax, ecx, edx, puts esi too.
hex:
    mov     ecx, 8
.digit:
    rol     eax, 4
    push    eax
    and     eax, 15
    mov     al, [PHYS(digits) + eax]
    call    putc
    pop     eax
    loop    .digit
    ret

puts.next:
    call    putc
puts:
    lodsb
    test    al, al
    jnz     .next
    ret

putc:
    push    eax
    mov     dx, COM1 + 5
.wait:
    in      al, dx
    test    al, 0x20
    jz      .wait
    pop     eax
    mov     dx, COM1
    out     dx, al
    ret

section .rodata
digits          db "0123456789abcdef"
text_cmdline    db 10, "PROBE cmdline=", 0
text_loader     db 10, "PROBE loader=", 0
text_done       db 10, "PROBE done", 10, 0

section .data
pattern:
    incbin  PATTERN
pattern_end:

section .bss
    resb    200 << 10

section .stack nobits alloc write
entry_eax:      resd 1
entry_cr0:      resd 1
entry_flags:    resd 1
a20_cell:       resd 1
    resb    4096
stack_end:
