/* thread.h - threads of the host, for tests that need a second CPU. */
#pragma once

struct host_thread;

struct host_thread *host_thread_start(void (*fn)(void *arg), void *arg);
void host_thread_join(struct host_thread *t);
void host_thread_yield(void);
