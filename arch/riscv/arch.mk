# arch.mk - how to build for RISC-V 64: tools, flags, and what the image is made of.
CROSS_PREFIXES := riscv64-unknown-elf- riscv64-elf- riscv64-linux-gnu-
CLANG_TARGET   := riscv64-unknown-elf
ARCH_FLAGS     := -mabi=lp64 -mcmodel=medany
# Binutils since 2.38 wants the extensions of CSRs and fence.i named; clang 14 knows them as part of "i". lld
# 14 cannot relax.
ARCH_FLAGS_GCC   := -march=rv64imac_zicsr_zifencei
ARCH_FLAGS_CLANG := -march=rv64imac -mno-relax
ARCH_LDFLAGS   := -m elf64lriscv
ARCH_OBJS      := boot.o early.o info.o entry.o trap.o frame.o switch.o context.o cpu.o \
                  irqchip.o smp.o timer.o pte.o mmu.o regs.o user.o signal.o
IMAGE          := Image
IMAGE_CHECKS   := --load 0x80200000
