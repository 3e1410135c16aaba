; loader.asm - stage two: fetch the kernel above 1 MiB and enter it as a Multiboot boot loader does.
;
; In:  from sector.asm: 0:LOADER_ENTRY, real mode, ds = ss = 0, sp = SECTOR_BASE, dl = drive, COM1 set up.
; Out: the machine state of the Multiboot Specification 0.6.96, 3.2: eax = magic, ebx = information (3.3),
;      protected mode, flat segments, no paging, interrupts off, A20 on. The stack and the GDT are ours.
;
; 1. how to address the drive           6. is it the kernel that mkdisk wrote? (CRC)
; 2. say what is loaded                 7. protected mode; PT_LOAD segments to their physical addresses
; 3. A20                                8. the information structure
; 4. memory map, place for the copy     9. enter the kernel
; 5. read the kernel in pieces: to the buffer, into the CRC, up to the copy
;
; What can go wrong says so on the screen and on COM1, with what to do, and stops.
; The first sector is the disk header, which tools/mkdisk fills in. The file is padded to whole sectors.
;
; Manuals: Intel SDM vol. 3, "Switching to Protected Mode" and "Switching Back to Real-Address Mode"; those
; of disk.inc, memory.inc and elf.inc.

%include "layout.inc"

    bits    16
    org     LOADER_BASE

MULTIBOOT_MAGIC equ 0x2badb002
INFO_FLAGS      equ 1 << 0 | 1 << 2 | 1 << 6 | 1 << 9 ; memory, command line, memory map, loader name

CODE32          equ 0x08            ; selectors, in the order of gdt
DATA32          equ 0x10
CODE16          equ 0x18
DATA16          equ 0x20
CR0_PE          equ 1
FLOPPY_CONTROL  equ 0x3f2

header:                             ; tools/mkdisk knows this layout
    dd      SIGNATURE
    dd      0                       ; makes the sum over stage two 0
    dd      0                       ; sectors of stage two
.lba        dd 0                    ; where the kernel begins
.count      dd 0                    ; its sectors; the last one is filled with zeros
.bytes      dd 0                    ; its size
.kernel_crc dd 0                    ; of all its sectors
    times   64 - ($ - $$) db 0
cmdline:
    times   SECTOR_SIZE - ($ - $$) db 0

entry:
    call    disk_init               ; 1

    mov     si, text_loading        ; 2
    call    puts
    mov     eax, [header.bytes]
    add     eax, 1023
    shr     eax, 10
    call    put_dec
    mov     si, text_kib
    call    puts

    call    a20_enable              ; 3
    call    memory_map              ; 4
    call    copy_place
    call    read_kernel             ; 5, 6
    call    to_protected            ; 7
    bits    32
    call    load_segments

    mov     eax, [map_end]          ; 8
    sub     eax, MAP_BASE
    mov     [info.mmap_length], eax
    mov     dx, FLOPPY_CONTROL      ; nobody would stop the motor after us
    mov     al, 0
    out     dx, al

    mov     eax, MULTIBOOT_MAGIC    ; 9
    mov     ebx, info
    jmp     [kernel_entry]

    bits    16

; failed - si = text. read_failed - disk_read's CF was set. They do not return.
read_failed:
    mov     si, text_sector
    call    puts
    mov     eax, [packet.lba]
    call    put_dec
    mov     si, text_code
    call    puts
    mov     al, [status]
    call    put_hex
    mov     si, text_short
failed:
    call    puts
.stop:
    hlt
    jmp     .stop

; put_dec - eax in decimal. Destroys eax, ebx, cx, edx.
put_dec:
    mov     ebx, 10
    xor     cx, cx
.digit:
    xor     edx, edx
    div     ebx
    push    dx
    inc     cx
    test    eax, eax
    jnz     .digit
.print:
    pop     ax
    add     al, '0'
    call    putc
    loop    .print
    ret

; crc32 - eax = CRC so far (first: -1), ds:si = bytes, cx = how many, not 0. Out: eax, not yet inverted.
; The CRC of Ethernet and zip (IEEE 802.3-2018, 3.2.9), a bit at a time. Destroys cx, dl, si.
crc32:
    xor     al, [si]
    inc     si
    mov     dl, 8
.bit:
    shr     eax, 1
    jnc     .next
    xor     eax, 0xedb88320
.next:
    dec     dl
    jnz     .bit
    loop    crc32
    ret

; read_kernel - all sectors of the kernel file to [copy]. Destroys all but ds.
read_kernel:
    mov     eax, [header.lba]
    mov     [packet.lba], eax
    mov     eax, [copy]
    mov     [copy_to], eax
    or      dword [crc], -1
.piece:
    mov     ecx, BUFFER_SECTORS
    cmp     ecx, [header.count]     ; which counts down
    jbe     .full
    mov     ecx, [header.count]
.full:
    push    ecx
    mov     word [packet.buffer], 0
    call    disk_read
    pop     ecx
    jc      read_failed
    sub     [header.count], ecx
    shl     ecx, 9

    mov     eax, [crc]
    xor     si, si
    push    cx
    push    BUFFER_SEGMENT
    pop     ds
    call    crc32
    push    ss
    pop     ds
    pop     cx
    mov     [crc], eax

    call    to_protected
    bits    32
    mov     esi, BUFFER_SEGMENT << 4
    mov     edi, [copy_to]
    rep     movsb
    mov     [copy_to], edi
    call    to_real
    bits    16
    cmp     dword [header.count], 0
    jne     .piece

    mov     eax, [crc]
    not     eax
    cmp     eax, [header.kernel_crc]
    mov     si, text_crc
    jne     failed
    ret

; to_protected - call it from 16-bit code, it returns to 32-bit code: flat segments, interrupts off, same
; stack. Destroys eax, edx. SDM, "Switching to Protected Mode".
to_protected:
    cli
    pop     dx
    movzx   edx, dx
    movzx   esp, sp
    lgdt    [gdt_pointer]
    mov     eax, cr0
    or      al, CR0_PE
    mov     cr0, eax
    jmp     CODE32:.flat
    bits    32
.flat:
    mov     eax, DATA32
    mov     ds, eax
    mov     es, eax
    mov     fs, eax
    mov     gs, eax
    mov     ss, eax
    jmp     edx

; to_real - call it from 32-bit code, it returns to 16-bit code. Destroys eax, edx. The segment registers
; must have got limits of 64 KiB before PE goes off (SDM, "Switching Back to Real-Address Mode").
to_real:
    pop     edx
    jmp     CODE16:.narrow
    bits    16
.narrow:
    mov     ax, DATA16
    mov     ds, ax
    mov     es, ax
    mov     fs, ax
    mov     gs, ax
    mov     ss, ax
    mov     eax, cr0
    and     al, ~CR0_PE
    mov     cr0, eax
    jmp     0:.real
.real:
    xor     ax, ax
    mov     ds, ax
    mov     es, ax
    mov     fs, ax
    mov     gs, ax
    mov     ss, ax
    sti
    jmp     dx

text_loading    db 'Triptych boot: loading ', 0
text_kib        db ' KiB', 13, 10, 0
text_sector     db 'Triptych boot: cannot read from sector ', 0
text_code       db ', BIOS code 0x', 0
text_short      db '.', 13, 10, 'The image is short or the disk is bad. Rewrite the whole image.', 13, 10, 0
text_crc        db 'Triptych boot: the kernel is damaged (checksum).', 13, 10
                db 'The image is short or the disk is bad. Rewrite the whole image.', 13, 10, 0
text_a20        db 'Triptych boot: address line A20 stays off.', 13, 10
                db 'Look for "Gate A20" in the BIOS setup and set it to "fast".', 13, 10, 0
text_memory     db 'Triptych boot: the kernel does not fit in the memory above 1 MiB.', 13, 10
                db 'It needs a machine with more memory.', 13, 10, 0
text_elf        db 'Triptych boot: the kernel is not an ELF file for this machine.', 13, 10
                db 'Make the image again with tools/mkdisk.', 13, 10, 0
loader_name     db 'triptych boot sector', 0

%include "memory.inc"
%include "elf.inc"
    bits    16

%include "disk.inc"
    disk_packet 0, BUFFER_SEGMENT

    align   8, db 0
gdt:                                ; SDM vol. 3, "Segment Descriptors"
    dq      0
    dq      0x00cf9a000000ffff      ; CODE32: base 0, limit 4 GiB
    dq      0x00cf92000000ffff      ; DATA32
    dq      0x00009a000000ffff      ; CODE16: base 0, limit 64 KiB
    dq      0x000092000000ffff      ; DATA16
gdt_pointer:
    dw      $ - gdt - 1
    dd      gdt

info:                               ; Multiboot 3.3; a zero stands for what the flags do not promise
    dd      INFO_FLAGS
.mem_lower      dd 0
.mem_upper      dd 0
    dd      0                       ; boot_device
    dd      cmdline
    times   6 dd 0                  ; modules, symbols
.mmap_length    dd 0
    dd      MAP_BASE
    times   3 dd 0                  ; drives, configuration table
    dd      loader_name

copy            dd 0
copy_to         dd 0
crc             dd 0

    times   (SECTOR_SIZE - ($ - $$) % SECTOR_SIZE) % SECTOR_SIZE db 0
