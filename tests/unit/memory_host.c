/* memory_host.c - RAM and a map window for the kernel's memory system, in a process of the host. */
#include "memory_host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <arch/layout.h>
#include <hal/mmu.h>
#include <kernel/console.h>
#include <kernel/failalloc.h>
#include <kernel/kmalloc.h>
#include <kernel/kstack.h>
#include <kernel/ksyms.h>
#include <kernel/memory.h>
#include <kernel/sched_place.h>
#include <kernel/vm.h>
#include <lib/util.h>
#include <uapi/errno.h>

enum { TABLE_SPAN = 0x200000, NAMES_MOST = 16, JUNK = 0xa5 };

struct memory_host host_memory;
struct vm_tree vm_kernel;

static size_t ram_size;
static int ram_file = -1;
static uintptr_t tables_from = KMAP_END;
static struct {
    uintptr_t fn;
    const char *name;
} names[NAMES_MOST];
static unsigned nnames;

void memory_host_ram(size_t size)
{
    host_ram(size);
    if (ram_file >= 0)
        close(ram_file);
    ram_file = (int)syscall(SYS_memfd_create, "ram", 0);
    ram_size = size;
    host_check(ram_file >= 0 && ftruncate(ram_file, (off_t)size) == 0);
    void *ram = mmap((void *)KERNEL_BASE, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, ram_file, 0);
    host_check(ram == (void *)KERNEL_BASE);
    memset(ram, JUNK, size);
    host_check(munmap((void *)KMAP_BASE, KMAP_END - KMAP_BASE) == 0);
}

void memory_host_boot(const struct boot_info *bi, uint64_t limit)
{
    host_become_cpu(0);
    page_early_init(bi, limit);
    page_init();
}

void memory_host_start(size_t size)
{
    static struct boot_info bi;
    bi.ram = (struct boot_ranges){ { { 0, size } }, 1 };
    memory_host_ram(size);
    for (unsigned i = MAX_CPUS; i-- > 0;)
        host_become_cpu(i);
    memory_host_boot(&bi, UINT64_MAX);
    cache_init();
    kmalloc_init();
    memory_host_exact();
}

int vm_make_tables(struct vm_tree *t, uintptr_t from, uintptr_t to)
{
    host_check(t == &vm_kernel && from >= KMAP_BASE && is_aligned(from, PAGE_SIZE) && to == KMAP_END);
    tables_from = from;
    for (uintptr_t va = align_down(from, TABLE_SPAN); va < to; va += TABLE_SPAN) {
        if (host_memory.tables_most != 0 && host_memory.tables == host_memory.tables_most)
            return -ENOMEM;
        if (page_alloc_zero(0, PAGE_TABLE) == NULL)
            return -ENOMEM;
        host_memory.tables++;
    }
    return 0;
}

/* What is there already is not replaced. */
int vm_map(struct vm_tree *t, uintptr_t va, uintptr_t pa, unsigned prot)
{
    bool hole = prot == PROT_R;
    host_check(t == &vm_kernel && va >= tables_from && va < KMAP_END && is_aligned(va, PAGE_SIZE));
    host_check(pa < ram_size && is_aligned(pa, PAGE_SIZE) && (hole || prot == (PROT_R | PROT_W)));
    if (++host_memory.maps == host_memory.map_fails_at)
        return -ENOMEM;
    host_memory.holes += hole;
    void *at = mmap((void *)va, PAGE_SIZE, hole ? PROT_READ : PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED_NOREPLACE, ram_file, (off_t)pa);
    host_check(at == (void *)va);
    return 0;
}

size_t vm_table_pages(void)
{
    return host_memory.tables;
}

bool proc_trim(void)
{
    void *spare = host_memory.spare_stack;
    host_memory.spare_stack = NULL;
    if (spare != NULL)
        page_free(spare, 0);
    return spare != NULL;
}

size_t kstack_pages(void)
{
    return host_memory.spare_stack != NULL;
}

/* The caller is all CPUs, one after the other. */
void sched_on_each_cpu(void (*fn)(void *arg), void *arg)
{
    unsigned me = this_cpu()->index;
    for (unsigned i = 1; i <= MAX_CPUS; i++) {
        host_become_cpu((me + i) % MAX_CPUS);
        fn(arg);
    }
}

bool failalloc_wanted(void)
{
    return host_memory.fail_wanted;
}

bool failalloc_now(void)
{
    unsigned long n = atomic_fetch_add(&host_memory.asked, 1) + 1;
    unsigned long hash = n * 0x9e3779b97f4a7c15 >> 20;
    bool fails = n == host_memory.fails_at || (host_memory.one_in != 0 && hash % host_memory.one_in == 0);
    if (fails)
        atomic_fetch_add(&host_memory.failed, 1);
    return fails;
}

void failalloc_report(void)
{
}

void memory_host_name(void (*fn)(void), const char *name)
{
    host_check(nnames < NAMES_MOST);
    names[nnames].fn = (uintptr_t)fn;
    names[nnames++].name = name;
}

/* The last of those with a name that begins below addr. */
const char *ksyms_name(uintptr_t addr, char *buf, size_t size)
{
    unsigned best = nnames;
    for (unsigned i = 0; i < nnames; i++) {
        if (names[i].fn <= addr && (best == nnames || names[i].fn > names[best].fn))
            best = i;
    }
    snprintf(buf, size, "%s", best < nnames ? names[best].name : "?");
    return buf;
}

void kprintf(const char *fmt, ...)
{
    size_t length = strlen(host_memory.text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(host_memory.text + length, sizeof(host_memory.text) - length, fmt, ap);
    va_end(ap);
}

void memory_host_settle(void)
{
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = MAX_CPUS; i-- > 0;) {
            host_become_cpu(i);
            while (memory_reclaim())
                continue;
        }
    }
}

void memory_host_exact(void)
{
    host_memory.text[0] = 0;
    if (!memory_check())
        host_check_failed(host_memory.text, "memory_check", 0);
}
