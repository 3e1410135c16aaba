/* early.c - what the device tree says, made neutral; then kernel_main(). */
#include <arch/layout.h>
#include <arch/riscv.h>
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

enum { DTB_MAX_SIZE = 1 << 20, CMDLINE_SIZE = 1024 };

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

static void read_device_tree(struct boot_info *bi, const struct dt *dt)
{
    struct dt_range r;
    bool no_map;
    uint64_t hz = 0;
    for (unsigned i = 0; dt_memory(dt, i, &r) == 0; i++)
        add_ram(bi, r);
    for (unsigned i = 0; dt_reserved(dt, i, &r, &no_map) == 0; i++)
        add(no_map ? &bi->hidden : &bi->reserved, r.base, r.size);
    if (dt_initrd(dt, &r) == 0)
        bi->initrd = (struct mem_range){ r.base, r.size };
    if (dt_timebase(dt, &hz) != 0 || hz == 0 || hz > UINT32_MAX)
        panic("the device tree does not say the timebase-frequency");
    bi->timer_hz = (uint32_t)hz;
    if (strlcpy(cmdline, dt_cmdline(dt), sizeof(cmdline)) >= sizeof(cmdline))
        printk(KERN_WARN "firmware: the command line is longer than %u bytes; the rest is cut off\n",
               CMDLINE_SIZE - 1);
    const char *model = dt_string(dt, dt_find(dt, "/"), "model");
    strlcpy(machine, model != NULL ? model : "unknown RISC-V machine", sizeof(machine));
}

/* boot.S jumps here. */
void early_main(unsigned long hart, uintptr_t dtb_pa, uint64_t entry_ticks)
{
    static struct boot_info bi = { .machine = machine, .cmdline = cmdline };
    struct dt dt;
    riscv_trap_init(0);
    bi.entry_ticks = entry_ticks;
    long size = dt_open(&dt, hal_p2v(dtb_pa), DTB_MAX_SIZE);
    if (size < 0)
        panic("no device tree at %p, where a1 said it is", (void *)dtb_pa);
    board_probe(&dt);
    read_device_tree(&bi, &dt);
    add(&bi.reserved, dtb_pa, (uint64_t)size);
    riscv_mmu_probe();
    riscv_irqchip_probe(&dt, hart);
    riscv_timer_probe(&dt);
    riscv_user_probe(&dt);
    bi.ncpus = riscv_smp_probe(&dt, hart, bi.timer_hz);
    kernel_main(&bi);
}
