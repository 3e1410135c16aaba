"""mutants_user.py - known bugs of what serves programs, each where a unit test on the host finds it.

They are in what believes a program, or what it brings, too much; and in what it is given or keeps.
"""
from mutant import Mutant

FAILS = r"not ok \d+ - \w+|ERROR: AddressSanitizer: [\w-]+|runtime error: [^\n]*"


def one(name, file, old, new, suite):
    return Mutant(name, file, old, new, FAILS, f"make unit-{suite}", ("x86",), seconds=240)


MUTANTS = (
    # What a program brings along.
    one("a segment begins within the one before", "lib/elf.c", " || s.va < image->end)", ")", "elf"),
    one("the end of a segment wraps round", "lib/elf.c",
        "at >= base && at <= end && size <= end - at", "at >= base && at + size <= end", "elf"),
    one("a program begins in its data", "lib/elf.c", "if (s->x && within(", "if (within(", "elf"),
    one("a file is longer than its archive", "lib/cpio.c", "n > size - from", "n > size", "cpio"),
    one("a name in an archive has no end", "lib/cpio.c",
        "name[n[NAMESIZE] - 1] != 0 || data == NULL", "data == NULL", "cpio"),
    # Capabilities.
    one("who has lost its parent cannot be revoked", "kernel/cap.c",
        "        before->next = first;\n"
        "        first->prev = before;\n"
        "        last->next = &c->sibling;\n"
        "        c->sibling.prev = last;\n"
        "        list_init(&c->children);\n",
        "        list_del(&c->children);\n"
        "        list_init(&c->children);\n"
        "        (void)first, (void)last, (void)before;\n", "cap"),
    one("who derives adds rights", "kernel/cap.c",
        " || (rights & IPC_RIGHTS & ~from->rights) != 0)", ")", "cap"),
    one("a handle is good again", "kernel/cap.c",
        "(t->generation[slot] + 1) % CAP_GENERATIONS", "t->generation[slot]", "cap"),
    one("a revoked gift arrives", "kernel/cap.c",
        "c->ep == NULL ? -ENOENT : free_slot(t)", "free_slot(t)", "cap"),
    # Terminals and files.
    one("no room is kept for the end of a line", "kernel/ldisc.c",
        "unsigned keep = is(l, ICANON) && mark == 0;", "unsigned keep = 0;", "ldisc"),
    one("erasing takes finished lines too", "kernel/ldisc.c",
        "        if (l->in != l->done)\n            erase(s);",
        "        if (l->in != l->out)\n            erase(s);", "ldisc"),
    one("what follows a link is lost", "kernel/path.c",
        "memcpy(text + n, w->rest, rest + 1);", "text[n] = 0;", "path"),
    one("a path has a link too many", "kernel/path.c",
        "++w->links > PATH_LINKS_MOST", "w->links++ > PATH_LINKS_MOST", "path"),
    # Address spaces.
    one("a CPU does not forget the old numbers", "kernel/asid.c",
        "*known != generation", "generation == 1", "asid"),
    one("a program has the kernel's number", "kernel/asid.c", "next = 1;", "next = 0;", "asid"),
    one("the upper half of an area begins at the same place of its file", "kernel/area.c",
        "like->offset + (start - like->start)", "like->offset", "aspace_x86"),
    one("what is shared joins what is not", "kernel/area.c", " || a->flags != b->flags", "", "aspace_x86"),
    one("a page that others have is written", "kernel/aspace_fault.c",
        " && !page_user_alone(hal_p2v(m->pa)))", " && false)", "aspace_arm64"),
    one("a stack grows onto what lies below", "kernel/aspace_fault.c",
        "va - floor < ASPACE_GUARD", "va - floor < PAGE_SIZE", "aspace_riscv"),
    one("a parent's TLB remembers that it might write", "kernel/aspace.c",
        "        vm_forget_all(&from->tree);", "        (void)0;", "aspace_riscv"),
    one("what may no more be done still can", "kernel/aspace_map.c",
        "vm_limit(&as->tree, va, a->end - va, area_vm_prot(prot));", "(void)area_vm_prot;", "aspace_arm64"),
    one("what a file gives is lost when it moves", "kernel/aspace_remap.c",
        "like.file_end = r->to + from_file;", "like.file_end = r->to;\n    (void)from_file;", "aspace_x86"),
    one("the kernel reads its own half for a program", "kernel/uaccess.c",
        "return va <= vm_user_end() && n <= vm_user_end() - va;", "return va + n >= va;", "aspace_x86"),
    one("a string loses its end", "kernel/uaccess.c",
        "min_size(length + 1, part)", "length", "aspace_x86"),
    one("the kernel writes for a program where it may not", "kernel/uaccess.c",
        "lock_page(as, to, PROT_W, &s, &error)", "lock_page(as, to, PROT_R, &s, &error)", "aspace_arm64"),
    # What a handler hands back.
    one("a program brings its own IOPL", "arch/x86/signal.c",
        "FLAGS_PROGRAM = 0x40dd5", "FLAGS_PROGRAM = 0x43dd5", "signal_x86"),
    one("the stack segment is the program's choice", "arch/x86/signal.c",
        "x86_stack_selector_ok(u, c->ss) && ", "", "signal_x86"),
    one("a program says which state it returns to", "arch/arm64/signal.c",
        "SPSR_USER | (s->uc.pstate & SPSR_NZCV)", "SPSR_USER | s->uc.pstate", "signal_arm64"),
    one("the end of the records is not looked at", "arch/arm64/signal.c",
        " &&\n           s->uc.end.magic == 0 && s->uc.end.size == 0;", ";", "signal_arm64"),
)
