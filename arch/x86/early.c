/* early.c - what the boot loader says (Multiboot Specification 0.6.96, 3.3), neutral; then kernel_main(). */
#include <arch/layout.h>
#include <arch/sysreg.h>
#include <arch/tables.h>
#include <arch/user.h>
#include <arch/x86.h>
#include <board/board.h>
#include <hal/boot.h>
#include <hal/mmu.h>
#include <hal/timer.h>
#include <kernel/config.h>
#include <kernel/entry.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <lib/util.h>

enum { CMDLINE_SIZE = 1024, KIB = 1 << 10, MIB = 1 << 20, BLOCK = X86_LOOK_SIZE };

enum { INFO_MEMORY = 1 << 0, INFO_CMDLINE = 1 << 2, INFO_MODULES = 1 << 3 };
enum { INFO_MAP = 1 << 6, INFO_LOADER = 1 << 9, MAP_RAM = 1 };

struct loader_info {
    uint32_t flags;
    uint32_t lower_kib, upper_kib; /* from 0, and from 1 MiB */
    uint32_t boot_device;
    uint32_t cmdline;
    uint32_t modules, modules_pa;
    uint32_t symbols[4];
    uint32_t map_size, map_pa;
    uint32_t drives_size, drives_pa, config_table;
    uint32_t loader_name;
};

struct loader_module {
    uint32_t start, end, string, reserved;
};

struct __attribute__((packed)) loader_range {
    uint32_t size; /* of what follows */
    uint64_t base, length;
    uint32_t type;
};

static char cmdline[CMDLINE_SIZE];
static char machine[64];

static void add(struct boot_ranges *to, uint64_t base, uint64_t size)
{
    if (size == 0)
        return;
    if (to->n == BOOT_MAX_RANGES) {
        printk(KERN_WARN "firmware: more than %u ranges of memory; one is left out\n", BOOT_MAX_RANGES);
        return;
    }
    to->range[to->n++] = (struct mem_range){ (uintptr_t)base, (size_t)size };
}

/* RAM that the direct map can show, whole pages. */
static void add_ram(struct boot_info *bi, uint64_t first, uint64_t size)
{
    uint64_t base = align_up(first, PAGE_SIZE);
    uint64_t end = min_u64(align_down(first + size, PAGE_SIZE), (uint64_t)DIRECT_MAP_MIB * MIB);
    bi->ram_found += size;
    if (base < end)
        add(&bi->ram, base, end - base);
}

/*
 * Firmware may put its tables beyond the direct map. The boot tables have room where the kmap window will
 * be.
 */
const void *x86_look(unsigned slot, uintptr_t pa)
{
    uintptr_t va = KMAP_BASE + slot * 2 * BLOCK;
    for (unsigned i = 0; i < 2; i++) {
        pte_t e = hal_pte_leaf(align_down(pa, BLOCK) + i * BLOCK, PROT_R, 1);
        x86_boot_directory[va / BLOCK % PT_ENTRIES + i] = e;
        hal_tlb_flush(va + i * BLOCK);
    }
    return (const void *)(va + pa % BLOCK);
}

/* QEMU and GRUB put the file name of the kernel in front, our own loader does not. */
static void read_cmdline(const char *text)
{
    size_t word = 0;
    while (text[word] != 0 && text[word] != ' ' && text[word] != '=')
        word++;
    if (text[word] != '=')
        text += word;
    while (*text == ' ')
        text++;
    if (strlcpy(cmdline, text, sizeof(cmdline)) >= sizeof(cmdline))
        printk(KERN_WARN "firmware: the command line is longer than %u bytes; the rest is cut off\n",
               CMDLINE_SIZE - 1);
}

static void read_memory(struct boot_info *bi, const struct loader_info *info)
{
    if (info->flags & INFO_MAP) {
        uintptr_t map = (uintptr_t)x86_look(X86_LOOK_ENTRY, info->map_pa);
        uintptr_t end = map + info->map_size;
        while (map < end) {
            const struct loader_range *r = (const struct loader_range *)map;
            if (r->type == MAP_RAM)
                add_ram(bi, r->base, r->length);
            map += sizeof(r->size) + r->size;
        }
    } else if (info->flags & INFO_MEMORY) {
        add_ram(bi, 0, info->lower_kib * KIB);
        add_ram(bi, MIB, (uint64_t)info->upper_kib * KIB);
    } else {
        panic("the boot loader does not say how much memory there is");
    }
    add(&bi->reserved, 0, MIB); /* the BIOS, its data and tables */
}

static void read_loader_info(struct boot_info *bi, uintptr_t info_pa)
{
    const struct loader_info *info = x86_look(X86_LOOK_TABLE, info_pa);
    read_memory(bi, info);
    if ((info->flags & INFO_MODULES) && info->modules > 0) {
        const struct loader_module *m = x86_look(X86_LOOK_ENTRY, info->modules_pa);
        if (m->end <= DIRECT_MAP_MIB * (uint32_t)MIB)
            bi->initrd = (struct mem_range){ m->start, m->end - m->start };
        else
            printk(KERN_WARN "firmware: the first module lies above %u MiB, out of reach\n", DIRECT_MAP_MIB);
    }
    if (info->flags & INFO_CMDLINE)
        read_cmdline(x86_look(X86_LOOK_ENTRY, info->cmdline));
    strlcpy(machine, "unknown PC", sizeof(machine));
    if (info->flags & INFO_LOADER) {
        size_t n = strlcpy(machine, "PC, loaded by ", sizeof(machine));
        strlcpy(machine + n, x86_look(X86_LOOK_ENTRY, info->loader_name), sizeof(machine) - n);
    }
}

/* The CPU's own name is better than the loader's. */
static void read_cpu_name(void)
{
    struct cpuid name[4] = { 0 }; /* of these 64 bytes CPUID fills 48 */
    for (unsigned i = 0; i < 3; i++)
        name[i] = cpuid(CPUID_BRAND + i);
    const char *text = (const char *)name;
    while (*text == ' ')
        text++;
    if (*text != 0)
        strlcpy(machine, text, sizeof(machine));
}

/* boot.asm jumps here. */
void early_main(uintptr_t info_pa, uint64_t entry_tsc)
{
    static struct boot_info bi = { .machine = machine, .cmdline = cmdline };
    x86_trap_init();
    bi.entry_ticks = entry_tsc >> TSC_SHIFT;
    x86_mmu_probe();
    x86_user_probe();
    board_probe();
    read_loader_info(&bi, info_pa);
    read_cpu_name();
    x86_irqchip_probe();
    bi.timer_hz = x86_timer_probe();
    bi.ncpus = x86_smp_probe(&bi.ram, bi.timer_hz);
    kernel_main(&bi);
}
