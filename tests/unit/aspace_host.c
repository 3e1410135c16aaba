/*
 * aspace_host.c - what address spaces call of the kernel: a lock, memory that fails when told to, a source.
 */
#include "aspace_check.h"

#include "host.h"
#include "unit.h"
#include "vm_model.h"

#include <string.h>

#include <hal/mmu.h>
#include <kernel/area.h>
#include <kernel/aspace_switch.h>
#include <kernel/kmalloc.h>
#include <kernel/vm_walk.h>

struct aspace *spaces[SPACES];
struct cpu *cpu0;
unsigned source_users, memory_users;

static uintptr_t base;

uintptr_t va_of(unsigned page)
{
    return base + page * PAGE_SIZE;
}

void mutex_init(struct mutex *m, const char *name)
{
    (void)name;
    atomic_init(&m->owner, 0);
}

void mutex_lock(struct mutex *m)
{
    assert_int_equal(atomic_exchange(&m->owner, 1), 0);
}

void mutex_unlock(struct mutex *m)
{
    assert_int_equal(atomic_exchange(&m->owner, 0), 1);
}

/* Of the same store as pages, when it comes to failing. */
void *kmalloc_any(size_t size)
{
    if (vm_until_failure == 0) {
        vm_failures++;
        return NULL;
    }
    if (vm_until_failure > 0)
        vm_until_failure--;
    memory_users++;
    return memset(malloc(size), 0x5a, size);
}

void *kzalloc(size_t size)
{
    void *p = kmalloc_any(size);

    return p != NULL ? memset(p, 0, size) : NULL;
}

void kfree(void *p)
{
    memory_users -= p != NULL;
    free(p);
}

void hal_pt_switch(uintptr_t root_pa, unsigned asid)
{
    assert_true(root_pa == 0 || vm_owner(root_pa) == PAGE_TABLE);
    assert_true((asid != 0) == (root_pa != 0 && hal_info.asids != 0));
}

void aspace_load(struct aspace *as)
{
    if (cpu0->as != as)
        aspace_switch(cpu0, as);
}

uint32_t source_word(unsigned page)
{
    return 0x51000000 + page;
}

static int read_source(struct area_source *src, uint64_t offset, void *to, size_t n)
{
    uint32_t *word = to;

    (void)src;
    assert_true(offset % PAGE_SIZE == 0 && n == PAGE_SIZE && source_users > 0);
    word[0] = source_word((unsigned)(offset / PAGE_SIZE));
    word[PAGE_SIZE / 4 - 1] = ~word[0];
    return (int)n;
}

static void get_source(struct area_source *src)
{
    (void)src;
    source_users++;
}

static void put_source(struct area_source *src)
{
    (void)src;
    assert_true(source_users-- > 0);
}

static const struct area_source_ops ops = { read_source, get_source, put_source };
struct area_source source = { &ops };

void aspace_set_up(void)
{
    static const struct boot_info little_ram = { .ram = { { { 0, 0x1000000 } }, 1 } };

    host_cpus_run = false; /* not before the machine is there */
    vm_set_up();
    vm_build(&little_ram);
    cpu0 = host_become_cpu(0);
    cpu0->as = NULL;
    memset(spaces, 0, sizeof(spaces));
    source_users = memory_users = 0;
    base = VM_TOP_SIZE - PAGES / 2 * PAGE_SIZE;
}

void aspace_check_end(void)
{
    for (unsigned i = 0; i < SPACES; i++) {
        if (spaces[i] != NULL)
            aspace_put(spaces[i]);
        spaces[i] = NULL;
    }
    assert_int_equal(source_users, 0);
    assert_int_equal(memory_users, 0);
    assert_int_equal(vm_owned[PAGE_USER], 0);
    assert_int_equal(vm_owned[PAGE_TABLE], vm_kernel.tables);
}
