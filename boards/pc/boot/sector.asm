; sector.asm - the first 512 bytes of the disk: fetch stage two, look whether it is whole, jump to it.
;
; In:  real mode at 0000:7c00 or 07c0:0000, dl = drive (BIOS Boot Specification 1.01). Nothing else.
; Out: at 0:LOADER_ENTRY, ds = ss = 0, sp = SECTOR_BASE, dl = drive, interrupts on, DF = 0, COM1 set up.
;
; 1. own segments, own stack, cs = 0            4. read stage two as the packet says
; 2. find out how to address the drive          5. look for its signature, add it up
; 3. COM1 to 115200 8n1                         6. go; what can fail says so and stops
;
; The last 88 bytes are data: the packet, in which tools/mkdisk writes sector and count; the disk signature
; and the partition table of an MBR, in which it writes one active entry, so that a BIOS takes a USB stick
; with this image for a hard disk; the signature of a boot sector.

%include "layout.inc"

    bits    16
    org     SECTOR_BASE

PACKET_AT       equ 0x1a8
MBR_AT          equ 0x1b8

start:
    cli                             ; 1
    xor     ax, ax
    mov     ds, ax
    mov     es, ax
    mov     ss, ax
    mov     sp, start
    sti
    cld
    jmp     0:.here
.here:
    call    disk_init               ; 2

    mov     dx, UART_LINE_CTL       ; 3
    mov     al, UART_DLAB
    out     dx, al
    mov     dl, UART_DIVISOR & 0xff
    mov     al, 1                   ; 115200 / 1
    out     dx, al
    inc     dx
    dec     ax
    out     dx, al
    mov     dl, UART_LINE_CTL & 0xff
    mov     al, UART_8N1
    out     dx, al

    mov     cx, [packet.count]      ; 4
    call    disk_read
    jc      failed

    cmp     dword [LOADER_BASE], SIGNATURE ; 5
    jne     failed
    mov     si, LOADER_BASE         ; its double words, one of them chosen by mkdisk, add up to 0
    xor     edx, edx
.sum:
    lodsd
    add     edx, eax
    cmp     si, [packet.buffer]
    jne     .sum
    test    edx, edx
    jnz     failed

    mov     dl, [drive]             ; 6
    jmp     LOADER_ENTRY

failed:
    mov     si, text_failed
    call    puts
    mov     al, [status]            ; 00: no error in reading, but in what was read
    call    put_hex
    mov     si, text_advice
    call    puts
.stop:
    hlt
    jmp     .stop

text_failed     db 'Triptych boot: cannot load stage two, BIOS code 0x', 0
text_advice     db '.', 13, 10, 'Rewrite the whole image.', 13, 10, 0

%include "disk.inc"

    times   PACKET_AT - ($ - $$) db 0
    disk_packet LOADER_BASE, 0
    times   MBR_AT - ($ - $$) db 0
    dd      0                       ; disk signature
    dw      0
    times   4 * 16 db 0             ; partition table
    dw      0xaa55
