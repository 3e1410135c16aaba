/* kernel/panic.h - the end, for faults; panic() itself is in kernel/printk.h. */
#pragma once
#include <kernel/entry.h>

/*
 * irqs off, once. What follows a panic: "halt" (the default), "poweroff" or "reboot". Returns whether it
 * knows the word.
 */
bool panic_set_action(const char *word);

/* Any context. A trap that the kernel cannot survive. */
_Noreturn void panic_trap(const struct hal_frame *f, const struct trap_info *t);

/* Any context. printk() the chain of calls that starts at frame pointer fp; at most `most` of them. */
void backtrace(uintptr_t fp, unsigned most);
