; awkward_bios.asm - a boot sector before the boot sector: spoils the BIOS, then starts the real one.
;
; In:  as a boot sector, from a hard disk; LAST_LBA (on the command line of nasm): where the real one lies.
; Out: that one at 0000:7c00, dl as it was. What is spoilt, each if defined:
;   A20_OFF      A20 is masked                       NO_2401      INT 15h cannot switch it on
;   NO_E820, NO_E801   these calls of INT 15h fail   NO_PACKETS   INT 13h knows no extensions
;   ONE_TRACK    INT 13h ah=02 fails if it would cross the end of a track of 63 sectors
;   SHORT_READS  INT 13h ah=42 reads FEW (default: 5) sectors at most, and says so

%ifndef FEW
%define FEW 5
%endif

    bits    16
    org     0x0600                  ; where it moves to

VECTOR_13       equ 0x13 * 4
VECTOR_15       equ 0x15 * 4
REAL            equ 0x7c00

    cli
    xor     ax, ax
    mov     ds, ax
    mov     es, ax
    mov     ss, ax
    mov     sp, REAL
    mov     si, sp
    mov     di, $$
    mov     cx, 256
    rep     movsw
    jmp     0:moved
moved:
    sti
    mov     ah, 0x42
    mov     si, packet
    int     0x13
    mov     eax, [VECTOR_13]
    mov     [disk_bios], eax
    mov     eax, [VECTOR_15]
    mov     [system_bios], eax
    mov     dword [VECTOR_13], disk
    mov     dword [VECTOR_15], system
%ifdef A20_OFF
    in      al, 0x92
    and     al, ~3
    out     0x92, al
%endif
    jmp     0:REAL

system:
%ifdef NO_2401
    cmp     ax, 0x2401
    je      fail
%endif
%ifdef NO_E820
    cmp     ax, 0xe820
    je      fail
%endif
%ifdef NO_E801
    cmp     ax, 0xe801
    je      fail
%endif
    jmp     far [cs:system_bios]

disk:
%ifdef NO_PACKETS
    cmp     ah, 0x41
    je      fail
    cmp     ah, 0x42
    je      fail
%endif
%ifdef ONE_TRACK
    cmp     ah, 0x02
    jne     .not_chs
    push    cx
    and     cl, 0x3f
    add     cl, al
    cmp     cl, 64
    pop     cx
    ja      fail
.not_chs:
%endif
%ifdef SHORT_READS
    cmp     ah, 0x42
    jne     .short
    cmp     word [si + 2], FEW
    jbe     .short
    mov     word [si + 2], FEW
.short:
%endif
    jmp     far [cs:disk_bios]

fail:
    mov     ah, 0x01
    stc
    sti
    retf    2

packet:
    db      16, 0
    dw      1, REAL, 0
    dq      LAST_LBA
disk_bios       dd 0
system_bios     dd 0

    times   510 - ($ - $$) db 0
    dw      0xaa55
