/*
 * test_smp.c - processes on several CPUs: they spread, stay where they may be, are woken where there is room;
 * and no CPU remembers a page that another one has unmapped. Where there is one CPU this is what is left of
 * it.
 */
#include "team.h"

#include <hal/mmu.h>
#include <kernel/clock.h>
#include <kernel/page.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/vm.h>
#include <stdatomic.h>

enum { TEAM_MOST = 2 * MAX_CPUS };

static atomic_uint seen, wrong;
static uint64_t end_of_test, part[TEAM_MOST];

static void clear(void)
{
    atomic_store(&seen, 0);
    atomic_store(&wrong, 0);
}

/* As many as there are CPUs: each gets one for itself. */
static void spin_and_tell(void *arg)
{
    team_spin(end_of_test);
    atomic_fetch_or(&seen, 1u << team_here());
    part[(uintptr_t)arg] = team_used();
}

static void test_spread(void)
{
    unsigned n = smp_count();
    uint64_t length = clock_ticks_from_ms(40);
    clear();
    end_of_test = hal_timer_now() + length;
    for (unsigned i = 0; i < n; i++)
        team_spawn(UINT32_MAX, PRIO_NORMAL, spin_and_tell, i);
    KCHECK(team_wait() == n);
    KCHECK(atomic_load(&seen) == smp_online());
    for (unsigned i = 0; i < n; i++) {
        if (part[i] < length - length / 8)
            ktest_fail("thread %u had a CPU for %llu of %llu ticks", i, (unsigned long long)part[i],
                       (unsigned long long)length);
    }
}
KTEST_SMP("smp-spread", test_spread);

/* Started where it must run, although others do there, and although it yields and sleeps. */
static void stay(void *arg)
{
    unsigned home = (unsigned)(uintptr_t)arg;
    for (unsigned i = 0; i < 40; i++) {
        if (team_here() != home)
            atomic_fetch_add(&wrong, 1);
        if (i % 10 == 9)
            sleep_ms(1);
        else
            sched_yield();
    }
    atomic_fetch_or(&seen, 1u << home);
}

static void test_spawn_on(void)
{
    clear();
    for (unsigned i = 0; i < 3 * smp_count(); i++)
        team_spawn(team_mask(i), PRIO_NORMAL, stay, team_cpu(i));
    KCHECK(team_wait() == 3 * smp_count());
    KCHECK(atomic_load(&wrong) == 0 && atomic_load(&seen) == smp_online());
    KCHECK(proc_spawn_on(0, "nowhere", PRIO_NORMAL, stay, NULL) == -EINVAL);
    KCHECK(proc_set_affinity(current()->pid, 0) == -EINVAL);
    KCHECK(proc_set_affinity(current()->pid, ~smp_online()) == -EINVAL);
}
KTEST_SMP("smp-spawn-on", test_spawn_on);

/* One's own: the move has happened when the next instruction that is not the kernel's runs, or soon. */
static void test_affinity_of_self(void)
{
    unsigned late = 0;
    for (unsigned i = 0; i < 10 * smp_count(); i++) {
        KCHECK(proc_set_affinity(current()->pid, team_mask(i)) == 0);
        uint64_t limit = hal_timer_now() + clock_ticks_from_ms(1);
        while (team_here() != team_cpu(i) && hal_timer_now() < limit)
            hal_cpu_relax();
        late += team_here() != team_cpu(i);
        sched_yield();
        KCHECK(team_here() == team_cpu(i));
    }
    KCHECK(late == 0);
    KCHECK(proc_set_affinity(current()->pid, UINT32_MAX) == 0);
}
KTEST_SMP("smp-affinity-of-self", test_affinity_of_self);

/*
 * Of another that computes: it has a moment to leave, then it must be where `demand` says (a CPU + 1; 0: it
 * may be anywhere). It cannot be moved between its two looks.
 */
static atomic_uint demand;

static void obey(void *arg)
{
    (void)arg;
    while (hal_timer_now() < end_of_test) {
        unsigned long s = hal_irq_save();
        unsigned want = atomic_load(&demand), here = this_cpu()->index;
        if (want != 0 && want != here + 1)
            atomic_fetch_add(&wrong, 1);
        if (want != 0)
            atomic_fetch_or(&seen, 1u << here);
        hal_irq_restore(s);
        hal_cpu_relax();
    }
}

static void test_affinity_of_running(void)
{
    unsigned n = 2 * smp_count();
    clear();
    atomic_store(&demand, 0);
    end_of_test = hal_timer_now() + clock_ticks_from_ms(4 * n + 2);
    int pid = team_spawn(UINT32_MAX, PRIO_LOW, obey, 0); /* for where there is one CPU */
    for (unsigned i = 0; i < n; i++) {
        KCHECK(proc_set_affinity(pid, team_mask(i)) == 0);
        sleep_ms(1);
        atomic_store(&demand, team_cpu(i) + 1);
        sleep_ms(2);
        atomic_store(&demand, 0);
    }
    KCHECK(team_wait() == 1);
    KCHECK(atomic_load(&wrong) == 0 && atomic_load(&seen) == smp_online());
}
KTEST_SMP("smp-affinity-of-running", test_affinity_of_running);

/* Of one that waits for its turn behind a higher priority, and of one that sleeps. */
static void spin_only(void *arg)
{
    (void)arg;
    team_spin(end_of_test);
}

static void tell_where(void *arg)
{
    sleep_ms((unsigned)(uintptr_t)arg);
    atomic_fetch_or(&seen, 1u << team_here());
}

static void test_affinity_of_waiting(void)
{
    unsigned last = smp_count() - 1;
    for (unsigned sleeps = 0; sleeps <= 2; sleeps += 2) {
        clear();
        end_of_test = hal_timer_now() + clock_ticks_from_ms(4);
        KCHECK(proc_set_affinity(current()->pid, team_mask(last)) == 0);
        team_spawn(team_mask(0), PRIO_HIGH, spin_only, 0);
        sleep_ms(1);
        int pid = team_spawn(team_mask(0), PRIO_NORMAL, tell_where, sleeps);
        KCHECK(proc_set_affinity(pid, team_mask(last)) == 0);
        KCHECK(proc_wait(pid, NULL) == pid);
        KCHECK(hal_timer_now() < end_of_test || smp_count() == 1);
        KCHECK(team_wait() == 1 && atomic_load(&seen) == team_mask(last));
        KCHECK(proc_set_affinity(current()->pid, UINT32_MAX) == 0);
    }
}
KTEST_SMP("smp-affinity-of-waiting", test_affinity_of_waiting);

/* Where it slept somebody computes when it is woken. Another CPU is idle: there it runs, at once. */
enum { WAKE_UPS = 5 };

static void wake_elsewhere(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < WAKE_UPS; i++) {
        KCHECK(proc_set_affinity(current()->pid, team_mask(0)) == 0);
        sched_yield();
        KCHECK(proc_set_affinity(current()->pid, UINT32_MAX) == 0);
        uint64_t due = hal_timer_now() + clock_ticks_from_ms(2);
        sleep_until(due);
        if (hal_timer_now() > due + clock_ticks_from_ms(1))
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_or(&seen, 1u << team_here());
    }
}

static void test_wake_idle(void)
{
    if (smp_count() == 1)
        return;
    clear();
    end_of_test = team_quanta(4 * WAKE_UPS); /* with sched=fair each costs turns */
    int pid = team_spawn(team_mask(0), PRIO_HIGH, wake_elsewhere, 0);
    team_spawn(team_mask(0), PRIO_NORMAL, spin_only, 0);
    KCHECK(proc_wait(pid, NULL) == pid && hal_timer_now() < end_of_test);
    KCHECK(team_wait() == 1);
    KCHECK(atomic_load(&wrong) == 0 && (atomic_load(&seen) & team_mask(0)) == 0);
}
KTEST_SMP("smp-wake-idle", test_wake_idle);

/*
 * A page of the kmap window gets another frame again and again, from this CPU; all others read it whenever it
 * is there. They see the new one: who unmaps waits until everybody has forgotten the old one.
 */
enum { FRAMES = 200 };
#define STOP (2u * FRAMES)

static atomic_uint phase; /* even: nobody looks; odd: it is mapped, and holds this number */
static atomic_uint lookers;

static volatile unsigned *window(void)
{
    return (volatile unsigned *)(page_map_base() - 64 * PAGE_SIZE);
}

static void look_at_window(void *arg)
{
    (void)arg;
    for (unsigned now = 0; now != STOP; hal_cpu_relax()) {
        atomic_fetch_add(&lookers, 1);
        now = atomic_load(&phase);
        if (now % 2 != 0 && *window() != now)
            atomic_fetch_add(&wrong, 1);
        if (now % 2 != 0)
            atomic_fetch_or(&seen, 1u << team_here());
        atomic_fetch_sub(&lookers, 1);
    }
}

static void change_window(unsigned *const frame[2])
{
    uintptr_t va = (uintptr_t)window(), pa;
    for (unsigned now = 1; now < STOP; now += 2) {
        frame[now / 2 % 2][0] = now;
        if (KTEST_CALL(vm_map(&vm_kernel, va, hal_v2p(frame[now / 2 % 2]), PROT_R)) != 0) {
            ktest_fail("no memory for a page table");
            return;
        }
        atomic_store(&phase, now);
        uint64_t until = hal_timer_now() + clock_ticks_from_ms(1) / 16;
        while (hal_timer_now() < until)
            hal_cpu_relax();
        atomic_store(&phase, now + 1 == STOP ? 0 : now + 1);
        while (atomic_load(&lookers) != 0)
            hal_cpu_relax();
        KCHECK(vm_unmap(&vm_kernel, va, &pa) == 0 && pa == hal_v2p(frame[now / 2 % 2]));
        frame[now / 2 % 2][0] = 0;
    }
}

static void test_flush(void)
{
    clear();
    atomic_store(&phase, 0);
    unsigned *frame[2] = { KTEST_ALLOC(page_alloc(0, PAGE_OTHER)), KTEST_ALLOC(page_alloc(0, PAGE_OTHER)) };
    KCHECK(proc_set_affinity(current()->pid, team_mask(0)) == 0);
    for (unsigned i = 1; i < smp_count(); i++)
        team_spawn(team_mask(i), PRIO_NORMAL, look_at_window, 0);
    change_window(frame);
    atomic_store(&phase, STOP);
    KCHECK(team_wait() == smp_count() - 1);
    KCHECK(atomic_load(&wrong) == 0);
    KCHECK(atomic_load(&seen) == (smp_online() & ~team_mask(0)));
    page_free(frame[0], 0);
    page_free(frame[1], 0);
}
KTEST_SMP("smp-flush", test_flush);
