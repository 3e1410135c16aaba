/* kernel.ld.S - the image: where it is loaded, where it runs, which parts may be written or executed. */
#include <arch/layout.h>
#include <board/board.h>

OUTPUT_ARCH(riscv)
ENTRY(_start)

PHDRS
{
    text PT_LOAD FLAGS(5);
    rodata PT_LOAD FLAGS(4);
    data PT_LOAD FLAGS(6);
}

SECTIONS
{
    . = KERNEL_BASE + BOARD_LOAD_PA;
    __image_start = .;
    __text_start = .;
    .text : AT(ADDR(.text) - KERNEL_BASE) { KEEP(*(.boot)) *(.text .text.*) } :text
    . = ALIGN(4096);
    __text_end = .;

    .rodata : AT(ADDR(.rodata) - KERNEL_BASE) {
        *(.rodata .rodata.* .srodata .srodata.*)
        . = ALIGN(8);
        __boot_programs_start = .;
        KEEP(*(.boot_programs))
        __boot_programs_end = .;
        __ktests_start = .;
        KEEP(*(SORT_BY_NAME(.ktests.*)))
        __ktests_end = .;
        KEEP(*(.ksyms))
    } :rodata
    . = ALIGN(4096);
    __rodata_end = .;

    .data : AT(ADDR(.data) - KERNEL_BASE) { *(.data .data.* .sdata .sdata.*) . = ALIGN(16); } :data
    .bss : AT(ADDR(.bss) - KERNEL_BASE) {
        __bss_start = .;
        *(.bss .bss.* .sbss .sbss.* COMMON)
        . = ALIGN(4096);
        __bss_end = .;
    } :data
    __image_end = .;

    /DISCARD/ : { *(.comment .note .note.* .eh_frame .eh_frame_hdr .riscv.attributes) }
}
