# Makefile - builds one port of Triptych; `make` alone prints what there is to make.
#
#   ARCH=x86|arm64|riscv  BOARD=pc|rpi4|qemu-virt  LLVM=1  DEBUG=1  OPT=0  V=1
#   CMDLINE="words"  SMP=n  MEM=size  for run, debug and disk

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
export PYTHONDONTWRITEBYTECODE := 1
.SUFFIXES:

# What setup installs is looked up below. So in `make setup run` a second make looks, after it.
OTHER_GOALS := $(filter-out setup,$(MAKECMDGOALS))
ifneq ($(and $(filter setup,$(MAKECMDGOALS)),$(OTHER_GOALS)),)

.PHONY: setup $(OTHER_GOALS)
setup:
	@tools/setup
$(OTHER_GOALS): setup
	@$(MAKE) --no-print-directory $@

else

# --- Which port -----------------------------------------------------------------------------------

ARCHES := x86 arm64 riscv
BOARD_OF_x86   := pc
BOARD_OF_arm64 := rpi4
BOARD_OF_riscv := qemu-virt

ARCH  ?= x86
ifeq ($(filter $(ARCH),$(ARCHES)),)
$(error ARCH=$(ARCH) is not a port of Triptych; the ports are: $(ARCHES))
endif
BOARD ?=
override BOARD := $(or $(BOARD),$(BOARD_OF_$(ARCH)))
ifneq ($(BOARD),$(BOARD_OF_$(ARCH)))
$(error BOARD=$(BOARD) is not a board of ARCH=$(ARCH); it has: $(BOARD_OF_$(ARCH)))
endif

include arch/$(ARCH)/arch.mk
include boards/$(BOARD)/board.mk

LLVM  ?= 0
DEBUG ?= 0
OPT   ?= 2
V     ?= 0
Q     := $(if $(filter 1,$(V)),,@)
say    = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' $(1) '$(2)')

# A build with other flags lives in a directory of its own below the port's.
VARIANT := $(if $(filter 1,$(LLVM)),llvm) $(if $(filter 1,$(DEBUG)),debug) \
           $(if $(filter-out 2,$(OPT)),O$(OPT))
space   := $(subst ,, )
hash    := \#
PORT_OUT := build/$(ARCH)-$(BOARD)
OUT     := $(PORT_OUT)$(if $(strip $(VARIANT)),/$(subst $(space),-,$(strip $(VARIANT))))

# --- Tools ----------------------------------------------------------------------------------------

# The first of these that is there. For x86 the host's own compiler will do, with -m32.
has_gcc = $(shell command -v $(1)gcc >/dev/null && echo $(1))
CROSS := $(firstword $(foreach p,$(CROSS_PREFIXES),$(call has_gcc,$(p))))
# A Python that has the libraries of our tools; the first on PATH may not.
has_elftools = $(shell $(1) -c 'import elftools' 2>/dev/null && echo $(1))
PYTHON ?= $(firstword $(foreach p,/usr/bin/python3 python3,$(call has_elftools,$(p))) python3)
NASM   := nasm

ifeq ($(LLVM),1)
CC      := clang --target=$(CLANG_TARGET)
LD      := ld.lld
NM      := llvm-nm
OBJCOPY := llvm-objcopy
OBJDUMP := llvm-objdump
else
CC      := $(CROSS)gcc
LD      := $(CROSS)ld
NM      := $(CROSS)nm
OBJCOPY := $(CROSS)objcopy
OBJDUMP := $(CROSS)objdump
endif

# --- Flags ----------------------------------------------------------------------------------------

INCLUDES := -Iinclude -Iarch/$(ARCH)/include -Iboards/$(BOARD)/include -I$(OUT)/include
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
            -Wpointer-arith -Wwrite-strings -Wframe-larger-than=$(if $(filter 0,$(OPT)),2048,1024)
CFLAGS   := -std=gnu11 -O$(OPT) -g -ffreestanding -fno-omit-frame-pointer -fno-common -fno-pie -fno-pic \
            -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections \
            -ffile-prefix-map=$(CURDIR)/= $(WARNINGS) $(INCLUDES) $(ARCH_FLAGS) -DCONFIG_DEBUG=$(DEBUG)
ifeq ($(LLVM),1)
CFLAGS   += $(ARCH_FLAGS_CLANG)
else
CFLAGS   += -fstack-usage -fcallgraph-info=su --param=min-pagesize=0 $(ARCH_FLAGS_GCC)
endif
ifeq ($(DEBUG),1)
UBSAN_TRAPS := $(if $(filter 1,$(LLVM)),-fsanitize-trap=undefined,-fsanitize-undefined-trap-on-error)
CFLAGS   += -fsanitize=undefined $(UBSAN_TRAPS)
endif
ASFLAGS  := -g $(ARCH_FLAGS) $(if $(filter 1,$(LLVM)),$(ARCH_FLAGS_CLANG),$(ARCH_FLAGS_GCC)) $(INCLUDES) \
            -D__ASSEMBLER__ -Werror
NASMFLAGS := -f elf32 -g -F dwarf -Werror -Iinclude/ -Iarch/$(ARCH)/include/ -I$(OUT)/include/
LDFLAGS  := $(ARCH_LDFLAGS) -nostdlib -static -z noexecstack -z max-page-size=4096 --build-id=none \
            --gc-sections --fatal-warnings

# --- What the kernel is made of -------------------------------------------------------------------

KERNEL_OBJS := main.o trap.o irq.o clock.o timeout.o smp.o \
               proc.o proc_life.o proc_control.o pid.o kstack.o \
               sched.o sched_hand.o sched_cpu.o sched_rr.o sched_fair.o sched_place.o spinlock.o \
               waitq.o mutex.o sem.o completion.o workq.o workq_pool.o \
               user.o user_begin.o user_exit.o group.o signal.o signal_take.o \
               signal_fault.o user_symbol.o job.o fork.o exec.o exec_stack.o \
               futex.o syscall.o sys_proc.o sys_wait.o sys_signal.o sys_time.o sys_system.o random.o \
               cap.o endpoint.o endpoint_short.o sys_ipc.o \
               fs.o path.o path_change.o inode.o ramfs.o ramfs_data.o initrd.o dev.o \
               file.o files.o uio.o pipe.o \
               tty.o tty_job.o ldisc.o procfs.o procfs_text.o procfs_memory.o \
               sys_arg.o sys_file.o sys_fd.o sys_dir.o sys_path.o sys_stat.o sys_poll.o \
               memmap.o buddy.o page.o page_debug.o page_user.o \
               vm.o vm_walk.o vm_flush.o vm_user.o vm_kernel.o vm_print.o \
               area.o aspace.o aspace_map.o aspace_remap.o aspace_fault.o uaccess.o asid.o sys_mem.o \
               slab.o slab_cache.o slab_debug.o magazine.o kmalloc.o memory.o failalloc.o \
               console.o printk.o panic.o ksyms.o trace.o \
               line.o monitor.o monitor_cpu.o monitor_mem.o monitor_proc.o monitor_vmmap.o monitor_trace.o \
               monitor_dev.o \
               demo.o demo_539.o demo_buddy.o demo_slab.o demo_sleepers.o demo_threads.o demo_work.o \
               demo_parity.o demo_parity_scene.o demo_parity_log.o demo_balance.o demo_jikei.o
LIB_OBJS    := string.o fmt.o cmdline.o fdt.o fdt_query.o fdt_boot.o elf.o cpio.o \
               rbtree.o range.o ratio.o bitmap.o
TEST_OBJS   := $(patsubst %,tests/kernel/%.o,ktest test_lib test_sched test_proc test_proc_wait test_wait \
                 test_waitq test_sync test_workq test_fault test_vm test_aspace test_memory test_slab \
                 test_misuse test_trace test_files team test_smp test_share test_panic \
                 stress_smp stress_move stress_sync \
                 load soak_memory soak_smp bench bench_memory bench_proc bench_trace bench_sync bench_wake)

OBJ     := $(OUT)/obj
objects := $(addprefix $(OBJ)/kernel/,$(KERNEL_OBJS)) $(addprefix $(OBJ)/lib/,$(LIB_OBJS)) \
           $(addprefix $(OBJ)/arch/$(ARCH)/,$(ARCH_OBJS)) $(addprefix $(OBJ)/boards/$(BOARD)/,$(BOARD_OBJS))
test_objects := $(addprefix $(OBJ)/,$(TEST_OBJS))

# What the deepest chain of calls may take: a slot without its guard page, and with more than 1 KiB to spare.
STACK_LIMIT := 10752

# --- Compiling ------------------------------------------------------------------------------------

# Written anew only when it changes: then everything that depends on it is rebuilt.
define move_if_changed
	$(Q)if cmp -s $@.new $@; then rm -f $@.new; else mv $@.new $@; fi
endef

.PHONY: FORCE
FORCE:

NO_COMPILER := no compiler for ARCH=$(ARCH), as there are $(addsuffix gcc,$(CROSS_PREFIXES)): \
               make setup, or LLVM=1

$(OUT)/flags: FORCE
	@$(if $(filter 1,$(LLVM))$(CROSS)$(filter x86,$(ARCH)),,echo '$(NO_COMPILER)' >&2; exit 1)
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CFLAGS)' '$(ASFLAGS)' '$(NASMFLAGS)' '$(LD) $(LDFLAGS)' > $@.new
	$(move_if_changed)

OFFSETS := $(OUT)/include/arch/offsets.h
DEFINE  := $(if $(filter x86,$(ARCH)),%define,$(hash)define)

$(OUT)/offsets.s: arch/$(ARCH)/offsets.c $(OUT)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fcallgraph-info=su -fstack-usage -fsanitize%,$(CFLAGS)) -g0 \
	    -MMD -MF $(OUT)/offsets.d -MT $@ -S -o $@ $<

# A text "->NAME 123" becomes a #define for the C preprocessor, a %define for NASM.
$(OFFSETS): $(OUT)/offsets.s
	@mkdir -p $(@D)
	$(Q)sed -n 's/^[^-]*->\([A-Za-z0-9_]*\) [$$#]*\([-0-9]*\).*/$(DEFINE) \1 \2/p' $< > $@.new
	$(move_if_changed)

$(OBJ)/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/%.o: %.S $(OUT)/flags $(OFFSETS)
	@mkdir -p $(@D)
	$(call say,AS,$<)
	$(Q)$(CC) $(ASFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/%.o: %.asm $(OUT)/flags $(OFFSETS)
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) $(NASMFLAGS) -M -MT $@ $< > $(@:.o=.d)
	$(Q)$(NASM) $(NASMFLAGS) -o $@ $<

$(OUT)/kernel.ld: arch/$(ARCH)/kernel.ld.S $(OUT)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) -E -P -undef -D__ASSEMBLER__ $(INCLUDES) -MMD -MF $@.d -MT $@ -x assembler-with-cpp -o $@ $<

# --- Linking: without symbols, then with the table of them ----------------------------------------

# $(1): image name, $(2): objects
define image_rules
$(OUT)/$(1).nosyms.elf: $(2) $(OUT)/empty_ksyms.o $(OUT)/kernel.ld
	$(Q)$(LD) $(LDFLAGS) -T $(OUT)/kernel.ld -o $$@ $(2) $(OUT)/empty_ksyms.o

$(OUT)/$(1).ksyms.S: $(OUT)/$(1).nosyms.elf tools/ksyms
	$(Q)$(NM) -n $$< | $(PYTHON) tools/ksyms > $$@

$(OUT)/$(1).elf: $(2) $(OUT)/$(1).ksyms.o $(OUT)/kernel.ld tools/check-image
	$$(call say,LD,$$@)
	$(Q)$(LD) $(LDFLAGS) -T $(OUT)/kernel.ld -Map=$$@.map -o $$@ $(2) $(OUT)/$(1).ksyms.o
	$(Q)$(PYTHON) tools/check-image $$@ --arch $(ARCH) $(IMAGE_CHECKS)
endef
$(eval $(call image_rules,triptych,$(objects)))
$(eval $(call image_rules,triptych-test,$(objects) $(test_objects)))

$(OUT)/empty_ksyms.S: tools/ksyms $(OUT)/flags
	$(Q)$(PYTHON) tools/ksyms </dev/null > $@

$(OUT)/%ksyms.o: $(OUT)/%ksyms.S
	$(Q)$(CC) $(ASFLAGS) -c -o $@ $<

# The raw images: what the firmware of a board loads.
$(OUT)/$(IMAGE): $(OUT)/triptych.elf
	$(Q)$(OBJCOPY) -O binary $< $@
	$(Q)$(PYTHON) tools/check-image $< --arch $(ARCH) $(IMAGE_CHECKS) --raw $@
$(OUT)/$(basename $(IMAGE))-test$(suffix $(IMAGE)): $(OUT)/triptych-test.elf
	$(Q)$(OBJCOPY) -O binary $< $@

images := $(OUT)/triptych.elf $(if $(IMAGE),$(OUT)/$(IMAGE))
test_images := $(OUT)/triptych-test.elf $(if $(IMAGE),$(OUT)/$(basename $(IMAGE))-test$(suffix $(IMAGE)))

.PHONY: image test-image
image: $(images) ## build the kernel of ARCH
test-image: image $(test_images) ## the same, and the image with the in-kernel tests and benchmarks

# --- User programs --------------------------------------------------------------------------------

include user/user.mk

# --- Boot disk of the PC --------------------------------------------------------------------------

BOOT := boards/pc/boot

$(OUT)/boot/%.bin: $(BOOT)/%.asm $(wildcard $(BOOT)/*.inc) $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -f bin -Werror -I $(BOOT)/ -o $@ $<

$(OUT)/cmdline: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CMDLINE)' > $@.new
	$(move_if_changed)

$(OUT)/disk.img: $(OUT)/boot/sector.bin $(OUT)/boot/loader.bin $(OUT)/triptych.elf $(OUT)/cmdline tools/mkdisk
	$(Q)$(PYTHON) tools/mkdisk --sector $(OUT)/boot/sector.bin --loader $(OUT)/boot/loader.bin \
	    --kernel $(OUT)/triptych.elf --cmdline 'triptych.elf $(CMDLINE)' -o $@

.PHONY: disk
disk: ## build disk.img, which boots a PC by our own boot sector (ARCH=x86)
ifeq ($(ARCH),x86)
disk: $(OUT)/disk.img
else
	@echo 'Only ARCH=x86 boots from a disk image: make ARCH=x86 disk' >&2; exit 2
endif

# --- Running --------------------------------------------------------------------------------------

PORT_ARGS  := --arch $(ARCH) --board $(BOARD)
GUEST_ARGS := $(if $(CMDLINE),--cmdline '$(CMDLINE)') $(if $(SMP),--smp $(SMP)) $(if $(MEM),--mem $(MEM))
BOOT_IMAGE := $(if $(IMAGE_BOOTS),$(OUT)/$(IMAGE),$(OUT)/triptych.elf)

.PHONY: setup doctor run run-disk debug
setup: ## install what is missing, after showing it
	@tools/setup
doctor: ## which tools are here, and what to do about the others
	@$(PYTHON) tools/doctor $(PORT_ARGS) $(if $(filter 1,$(LLVM)),--llvm)
run: image user ## boot it in QEMU, console on this terminal; Ctrl-A X quits
	@$(PYTHON) tools/run $(PORT_ARGS) --image $(BOOT_IMAGE) --initrd $(OUT)/initrd.cpio $(GUEST_ARGS)
run-disk: disk ## boot the disk image in QEMU (ARCH=x86)
	@$(PYTHON) tools/run $(PORT_ARGS) --disk $(OUT)/disk.img $(if $(MEM),--mem $(MEM))
debug: image user ## the same with gdb attached before the first instruction
	@$(PYTHON) tools/debug $(PORT_ARGS) --image $(BOOT_IMAGE) --elf $(OUT)/triptych.elf \
		--initrd $(OUT)/initrd.cpio $(GUEST_ARGS)

# --- Checks and tests -----------------------------------------------------------------------------

include tests/unit/unit.mk

.PHONY: check check-port check-locks models mutants test soak bench
check-locks: test-image
	@$(PYTHON) tools/check-locks $(OUT)/triptych-test.elf --arch $(ARCH) --objdump $(CROSS)objdump
check-port: test-image check-locks
	@$(PYTHON) tools/check-hal $(OUT) --nm $(NM)
ifneq ($(LLVM),1)
	@$(PYTHON) tools/check-stack $(OUT) --limit $(STACK_LIMIT)
endif
check: ## the rules that tools can check: layers, HAL, stacks, locks, style, ports in step, docs
	@$(PYTHON) tools/check-layers
	@$(PYTHON) tools/check-ports
	@$(PYTHON) tools/check-docs
	@$(PYTHON) tools/check-style
	@for arch in $(ARCHES); do $(MAKE) --no-print-directory ARCH=$$arch BOARD= check-port || exit 1; done
models: ## the models of the locks and the scheduler, over every interleaving
	@$(PYTHON) tests/model/run
mutants: ## known bugs, planted one at a time, and the test that finds each; MUTANT=name for one
	@$(PYTHON) tests/mutants/run $(MUTANT)
test: ## everything that must pass: host, three ports, all variants; ends with N passed, N failed
	@$(PYTHON) tools/test
soak: ## the long runs: mutants, demo 539, an hour of the allocators, failing allocations, fuzzing
	@$(PYTHON) tools/test --soak
bench: ## instructions per operation, three ports beside the peers
	@for arch in $(ARCHES); do $(MAKE) --no-print-directory ARCH=$$arch BOARD= test-image user || exit 1; done
	@$(PYTHON) tools/bench

.PHONY: clean help
clean: ## remove everything that was built
	rm -rf build
help: ## this list
	@echo 'Triptych: one small kernel on three machines.'
	@echo '  make [ARCH=x86|arm64|riscv] [LLVM=1] [DEBUG=1] [OPT=0] [V=1] TARGET'
	@echo '       run, debug: [CMDLINE="words"] [SMP=n] [MEM=size]'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | \
	    awk -F '\t' '{ printf "  %-11s %s\n", $$1, $$2 }'

-include $(patsubst %.o,%.d,$(objects) $(test_objects))
-include $(OUT)/offsets.d $(OUT)/kernel.ld.d

endif
