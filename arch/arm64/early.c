/* early.c - what the device tree or the ATAG list says, made neutral; then kernel_main(). */
#include <arch/arm64.h>
#include <arch/layout.h>
#include <board/board.h>
#include <hal/boot.h>
#include <hal/info.h>
#include <hal/mmu.h>
#include <kernel/config.h>
#include <kernel/entry.h>
#include <kernel/printk.h>
#include <lib/fdt.h>
#include <lib/string.h>
#include <lib/util.h>

enum { PARAMS_MAX_SIZE = 1 << 20, CMDLINE_SIZE = 1024 };

/* Of the ATAG list: each tag begins with its length in words and its kind. */
enum { ATAG_NONE = 0, ATAG_CORE = 0x54410001, ATAG_CMDLINE = 0x54410009, ATAG_INITRD2 = 0x54420005 };
enum { ATAG_LENGTH = 0, ATAG_KIND = 1, ATAG_HEAD = 2 };

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
static void add_ram(struct boot_info *bi, struct dt_range r)
{
    uint64_t base = align_up(r.base, PAGE_SIZE);
    uint64_t end = min_u64(align_down(r.base + r.size, PAGE_SIZE), (uint64_t)DIRECT_MAP_GIB << 30);
    bi->ram_found += r.size;
    if (base < end)
        add(&bi->ram, base, end - base);
}

/* s ends with a zero or after size bytes. */
static void set_cmdline(const char *s, size_t size)
{
    size_t len = strnlen(s, size);
    if (len >= sizeof(cmdline)) {
        printk(KERN_WARN "firmware: the command line is longer than %u bytes; the rest is cut off\n",
               CMDLINE_SIZE - 1);
        len = sizeof(cmdline) - 1;
    }
    memcpy(cmdline, s, len);
}

static void read_device_tree(struct boot_info *bi, const struct dt *dt)
{
    struct dt_range r;
    bool no_map;
    for (unsigned i = 0; dt_memory(dt, i, &r) == 0; i++)
        add_ram(bi, r);
    for (unsigned i = 0; dt_reserved(dt, i, &r, &no_map) == 0; i++)
        add(no_map ? &bi->hidden : &bi->reserved, r.base, r.size);
    if (dt_initrd(dt, &r) == 0)
        bi->initrd = (struct mem_range){ r.base, r.size };
    set_cmdline(dt_cmdline(dt), SIZE_MAX);
    const char *model = dt_string(dt, dt_find(dt, "/"), "model");
    strlcpy(machine, model != NULL ? model : BOARD_MACHINE, sizeof(machine));
}

/* What is no list is passed over. */
static void read_atags(struct boot_info *bi, const uint32_t *tag)
{
    const uint32_t *end = tag + PARAMS_MAX_SIZE / sizeof(*tag);
    if (tag[ATAG_KIND] != ATAG_CORE)
        return;
    while (tag[ATAG_KIND] != ATAG_NONE) {
        uint32_t length = tag[ATAG_LENGTH];
        if (length < ATAG_HEAD || length + ATAG_HEAD > (size_t)(end - tag))
            return;
        if (tag[ATAG_KIND] == ATAG_CMDLINE)
            set_cmdline((const char *)(tag + ATAG_HEAD), (length - ATAG_HEAD) * sizeof(*tag));
        if (tag[ATAG_KIND] == ATAG_INITRD2 && length == ATAG_HEAD + 2)
            bi->initrd = (struct mem_range){ tag[ATAG_HEAD], tag[ATAG_HEAD + 1] };
        tag += length;
    }
}

/* What nobody told. */
static void add_board_facts(struct boot_info *bi)
{
    struct dt_range ram[BOARD_RAM_RANGES];
    if (bi->ram.n == 0) {
        unsigned n = board_ram(ram);
        for (unsigned i = 0; i < n; i++)
            add_ram(bi, ram[i]);
    }
    if (machine[0] == 0)
        strlcpy(machine, BOARD_MACHINE, sizeof(machine));
    add(&bi->reserved, 0, BOARD_LOAD_PA); /* where the firmware lets the other CPUs wait */
}

/* boot.S jumps here. */
void early_main(uintptr_t params_pa, uint64_t entry_ticks)
{
    static struct boot_info bi = { .machine = machine, .cmdline = cmdline };
    struct dt dt;
    bool has_dt = false;
    arm64_trap_init();
    arm64_user_init_cpu();
    bi.entry_ticks = entry_ticks;
    if (params_pa <= BOOT_MAP_SIZE - PARAMS_MAX_SIZE && is_aligned(params_pa, sizeof(uint32_t))) {
        long size = dt_open(&dt, hal_p2v(params_pa), PARAMS_MAX_SIZE);
        has_dt = size > 0;
        if (has_dt) {
            read_device_tree(&bi, &dt);
            add(&bi.reserved, params_pa, (uint64_t)size);
        } else {
            read_atags(&bi, hal_p2v(params_pa));
        }
    }
    add_board_facts(&bi);
    bi.ncpus = arm64_smp_probe(has_dt ? &dt : NULL);
    bi.timer_hz = arm64_timer_probe();
    hal_info.asids = arm64_mmu_asids();
    kernel_main(&bi);
}
