/* files_host.h - what the files of the kernel need of the rest of it, in a process of the host. */
#pragma once

/* RAM, kmalloc(), and a root with nothing in it. For a process of host_in_child(). */
void files_host_start(void);
/* Nothing that was allocated since files_host_start() is left, but the root; and no mutex is held. */
void files_host_clean(void);
