/*
 * kernel/image.h - where the parts of the kernel image lie; set by each port's kernel.ld.S, all page aligned.
 */
#pragma once

extern char __image_start[];   /* first byte that the loader writes */
extern char __text_start[];    /* mapped R X up to */
extern char __text_end[];      /* mapped R up to */
extern char __rodata_end[];    /* mapped R W up to */
extern char __image_end[];     /* the end of .bss, boot stack included */
