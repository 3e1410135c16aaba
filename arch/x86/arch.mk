# arch.mk - how to build for 32-bit x86: tools, flags, and what the image is made of.
CROSS_PREFIXES   := i686-elf- i686-linux-gnu-
CLANG_TARGET     := i686-unknown-none-elf
ARCH_FLAGS       := -m32 -march=i686 -mtune=generic -mgeneral-regs-only -mregparm=3 -fcf-protection=none
ARCH_FLAGS_GCC   := -mpreferred-stack-boundary=2
ARCH_FLAGS_CLANG := -mstack-alignment=4
ARCH_LDFLAGS     := -m elf_i386
ARCH_OBJS        := boot.o early.o info.o segments.o entry.o trap.o frame.o switch.o context.o cpu.o \
                    irqchip.o tables.o acpi.o mptable.o smp.o timer.o pte.o mmu.o regs.o user.o signal.o
IMAGE            :=
IMAGE_CHECKS     := --load 0x100000
