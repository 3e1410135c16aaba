/*
 * demo_jikei.c - what jikei shows in its chapters 6, 7 and 8: programs A and B, in user mode, that yield,
 * that sleep while several CPUs are at work, and that talk through an endpoint. The programs are
 * user/bin/jikei.c.
 *
 * What differs: PIDs are ours, and so are handles; CPUs have been started before, and are listed; there is no
 * heap at a fixed place, so that the line tells where all memory is, and how much is free. docs/ipc.md
 */
#include <hal/mmu.h>
#include <kernel/cap.h>
#include <kernel/clock.h>
#include <kernel/console.h>
#include <kernel/demo.h>
#include <kernel/group.h>
#include <kernel/main.h>
#include <kernel/memory.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/user.h>
#include <kernel/user_life.h>
#include <lib/fmt.h>
#include <uapi/errno.h>

enum { ACTORS = 2, B_LATER_MS = 20, NOT_FOUND = 127, KIB = 1024, NUMBER_SIZE = 12 };

static const char path[] = "/bin/jikei";

struct actor {
    int pid;
    struct user *user;
    const char *words[5];
    char chapter[NUMBER_SIZE], handle[NUMBER_SIZE];
};

static void run(void *arg)
{
    const struct actor *actor = arg;
    int error = user_begin_with(path, actor->words);
    kprintf("demo jikei: cannot run %s (error %d)\n", path, -error);
    user_exit_thread(NOT_FOUND);
}

/* Low, so that this thread tells of the end of one before the other goes on, where they share a CPU. */
static int spawn(struct actor *actor, char who, int chapter)
{
    static const char names[ACTORS][2] = { "A", "B" };
    fmt_snprintf(actor->chapter, sizeof(actor->chapter), "%d", chapter);
    actor->words[0] = path;
    actor->words[1] = names[who - 'A'];
    actor->words[2] = actor->chapter;
    actor->words[3] = actor->words[4] = NULL;
    actor->pid = user_create("jikei", run, actor, &actor->user);
    if (actor->pid < 0) {
        kprintf("demo jikei: cannot spawn %c (error %d)\n", who, -actor->pid);
        return actor->pid;
    }
    actor->user->proc->prio = PRIO_LOW;
    kprintf("spawned pid %d\n", actor->pid);
    return 0;
}

/* A copy of the endpoint's first capability with that right alone, which stays when the program begins. */
static int give(struct actor *actor, struct caps *from, int handle, unsigned right)
{
    struct cap *c;
    struct caps *to = group_caps(actor->user->group);
    int result =
        to != NULL ? cap_derive(from, (unsigned)handle, right | IPC_KEEP, IPC_DUPLICATE, &c) : -ENOMEM;
    if (result == 0)
        result = cap_place(to, c);
    fmt_snprintf(actor->handle, sizeof(actor->handle), "%d", result);
    actor->words[3] = actor->handle;
    return result;
}

static void say_online(void)
{
    for (unsigned i = 1; i < MAX_CPUS; i++) {
        if ((smp_online() >> i & 1) != 0)
            kprintf("CPU %u online\n", i);
    }
}

static void play(struct actor *actor, unsigned apart_ms)
{
    unsigned left = 0;
    for (unsigned i = 0; i < ACTORS; i++) {
        if (i > 0 && apart_ms > 0)
            sleep_ms(apart_ms);
        if (actor[i].pid > 0) {
            sched_start(actor[i].user->proc);
            left++;
        }
    }
    for (int code, pid; left > 0 && (pid = proc_wait(-1, &code)) > 0; left--)
        kprintf(code == 0 ? "pid %d: exited\n" : "pid %d: exited with status 0x%x\n", pid, (unsigned)code);
    kprintf("all processes exited\n");
}

static void chapter(int number)
{
    struct actor actor[ACTORS];
    struct caps *t = number == 8 ? caps_create() : NULL;
    int endpoint = t != NULL ? cap_create_endpoint(t) : -ENOMEM;
    kprintf("jikei, chapter %d:\n", number);
    if (number == 6)
        kprintf("Heap: %p (%lu KiB)\n", hal_p2v((uintptr_t)boot_info()->ram.range[0].base),
                (unsigned long)(page_stat().free * (PAGE_SIZE / KIB)));
    if (t != NULL)
        kprintf("created endpoint %d\n", endpoint);
    spawn(&actor[0], 'A', number);
    spawn(&actor[1], 'B', number);
    if (endpoint >= 0) {
        if (actor[0].pid > 0)
            give(&actor[0], t, endpoint, IPC_SEND);
        if (actor[1].pid > 0)
            give(&actor[1], t, endpoint, IPC_RECEIVE);
        cap_close(t, (unsigned)endpoint); /* if one of them dies, the other shall not wait for ever */
    }
    if (number > 6)
        say_online();
    play(actor, number == 7 ? B_LATER_MS : 0);
    if (t != NULL)
        caps_destroy(t);
}

/* In chapter 6 there is one CPU, and the two go on in turn. */
void demo_jikei(void)
{
    struct proc *me = current();
    uint32_t home = me->affinity;
    int error = boot_files();
    if (error < 0) {
        kprintf("demo jikei: no programs (error %d)\n", -error);
        return;
    }
    proc_set_affinity(me->pid, me->cpu->bit);
    chapter(6);
    proc_set_affinity(me->pid, home);
    chapter(7);
    chapter(8);
}
