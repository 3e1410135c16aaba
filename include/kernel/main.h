/* kernel/main.h - what the machine was booted with. */
#pragma once
#include <hal/boot.h>

#define TRIPTYCH_VERSION "0.1.0"

/* Any context, after kernel_main() began. Constant. */
const struct boot_info *boot_info(void);
/*
 * Thread; PID 1, or who it waits for. Makes the files of the initrd and the kernel's own, the first time: how
 * many, or a negative error number.
 */
int boot_files(void);
/* Any context. Uptime when the banner was printed. */
uint64_t boot_banner_ns(void);
/* The same. How long it took to make the memory map and to give all that is free to the buddies. */
uint64_t boot_map_ns(void);

/*
 * What a word key=value on the command line starts instead of the monitor: in PID 2, thread context. The
 * table is put together by the linker, so that an image with tests holds more of them.
 */
struct boot_program {
    const char *key;
    void      (*run)(const char *value);
};

#define BOOT_PROGRAM(id, run_fn)                                                                           \
    static const struct boot_program boot_program_##id                                                     \
        __attribute__((section(".boot_programs"), used, aligned(sizeof(void *)))) = { #id, run_fn }
