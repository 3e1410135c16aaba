# arch.mk - how to build for AArch64: tools, flags, and what the image is made of.
CROSS_PREFIXES   := aarch64-none-elf- aarch64-elf- aarch64-linux-gnu-
CLANG_TARGET     := aarch64-none-elf
# Exclusives and unaligned accesses work on cached memory only: the compiler writes neither by itself.
ARCH_FLAGS       := -mcpu=cortex-a72 -mgeneral-regs-only -mcmodel=small
ARCH_FLAGS_GCC   := -mstrict-align -mno-outline-atomics
ARCH_FLAGS_CLANG := -mstrict-align -mno-outline-atomics
ARCH_LDFLAGS     := -m aarch64elf
ARCH_OBJS        := boot.o early.o info.o entry.o trap.o frame.o user.o signal.o switch.o context.o cpu.o \
                    irqchip.o smp.o timer.o pte.o mmu.o regs.o
IMAGE            := kernel8.img
IMAGE_BOOTS      := 1
IMAGE_CHECKS     := --load 0x80000
