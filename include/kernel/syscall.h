/* kernel/syscall.h - from the number of a call to the function that does it. */
#pragma once
#include <hal/frame.h>
#include <kernel/sys.h>

/* irqs off, boot CPU, once. Chooses the table of this machine's numbers. */
void syscall_init(void);
/* Thread in a trap from user mode, irqs on. Does what its registers ask for. */
void syscall(struct hal_frame *f);
/* Any context. The name of a call, or NULL. */
const char *syscall_name(unsigned nr);
