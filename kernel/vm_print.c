/* vm_print.c - what the kernel's tree says of an address, in words for a panic: it takes no lock. */
#include <hal/info.h>
#include <kernel/config.h>
#include <kernel/printk.h>
#include <kernel/vm.h>
#include <kernel/vm_walk.h>

void vm_explain(uintptr_t va, unsigned prot)
{
    if (vm_kernel.root == NULL || va < hal_info.kernel_base) {
        printk(KERN_EMERG "  nothing is mapped there: it is %s\n",
               va < PAGE_SIZE ? "the page of NULL pointers" : "below the kernel half");
        return;
    }
    for (unsigned level = VM_TOP;; level--) {
        unsigned at;
        pte_t *e = vm_walk(&vm_kernel, va, level, &at);
        if (at != level)
            return;
        printk(KERN_EMERG "  walk: level %u, entry %3u = 0x%016llx", level, vm_index(va, level),
               (unsigned long long)*e);
        if (!hal_pte_present(*e)) {
            printk(KERN_CONT ": not present\n");
            return;
        }
        if (hal_pte_is_leaf(*e, level)) {
            unsigned has = hal_pte_prot(*e);
            printk(KERN_CONT ": %c%c%c%s\n", has & PROT_R ? 'R' : '-', has & PROT_W ? 'W' : '-',
                   has & PROT_X ? 'X' : '-',
                   prot & ~has & (PROT_R | PROT_W | PROT_X) ? ", which does not allow it" : "");
            return;
        }
        printk(KERN_CONT ": table\n");
        if (level == 0)
            return;
    }
}
