/* demo_parity.c - a scenario that has to go the same way on every machine: who directs it. */
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/demo_parity.h>
#include <kernel/proc.h>
#include <lib/string.h>
#include <lib/util.h>

enum { PRIO_DIRECTOR = PRIO_HIGH + 1 };

static void director(void *arg)
{
    (void)arg;
    if (parity_log_begin() != 0) {
        kprintf("demo parity: no memory for the log\n");
        return;
    }
    sleep_ms(5); /* whoever has waited for us sleeps */
    bool complete = parity_scene_play();
    parity_log_end();
    if (!complete)
        kprintf("demo parity: no memory for one of the threads\n");
}

/* PID 1 buries the orphans, the keeper makes workers: for this while both do it on CPU 0. */
static struct helper {
    const char *name;
    int pid;
    uint32_t affinity;
} helpers[] = { { "init", 0, 0 }, { "keeper", 0, 0 } };

static void note_helper(struct proc *p, void *arg)
{
    struct helper *h = arg;
    if (h->pid == 0 && p->pid != 0 && strcmp(p->name, h->name) == 0) {
        h->pid = p->pid;
        h->affinity = p->affinity;
    }
}

void demo_parity(void)
{
    if (!parity_scene_make()) {
        kprintf("demo parity: no memory\n");
        return;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(helpers); i++) {
        helpers[i].pid = 0;
        proc_for_each(note_helper, &helpers[i]);
        proc_set_affinity(helpers[i].pid, 1);
    }
    int pid = proc_spawn_on(1, "director", PRIO_DIRECTOR, director, NULL);
    if (pid < 0)
        kprintf("demo parity: no memory for the director\n");
    else
        proc_wait(pid, NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(helpers); i++)
        proc_set_affinity(helpers[i].pid, helpers[i].affinity);
    parity_scene_end();
}
